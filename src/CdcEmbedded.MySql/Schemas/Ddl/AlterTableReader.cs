namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Applies the parts of an ALTER TABLE, one after another, to a table's draft.</summary>
/// <param name="table">The table; empty, and its columns not looked at, where it is not known.</param>
/// <param name="context">The session's settings.</param>
/// <param name="characterSetOfDatabase">What CHARACTER SET DEFAULT takes; null where not known.</param>
/// <param name="conversionDefault">What CONVERT TO CHARACTER SET DEFAULT takes; null where not known.</param>
internal sealed class AlterTableReader(TableDraft table, StatementContext context, string? characterSetOfDatabase,
    string? conversionDefault)
{
    private readonly TableKeys _keys = new();
    private readonly ColumnPlacement _columns = new(table, context);
    private bool _addsVersioning;
    private bool _isSimple = true;
    private bool _isConversion = true;
    private bool _mayChangeNothing = true;

    /// <summary>The new name; null where it keeps its own.</summary>
    public (string Database, string Table)? NewName { get; private set; }

    /// <summary>True if it renames the table and changes it too.</summary>
    public bool IsCopying => NewName is not null && !_isSimple;

    /// <summary>What it does with partitions.</summary>
    public PartitionChange Partitions { get; } = new();

    /// <summary>Applies the parts after the table's name.</summary>
    /// <exception cref="SqlUnreadableException">One cannot be understood for certain.</exception>
    public void Read(SqlTokens tokens)
    {
        var before = table.CharacterSet;
        ColumnDraft[] columns = [.. table.Columns];
        while (!tokens.IsAtEnd)
        {
            Note(tokens);
            ReadPart(tokens);

            // ORDER BY and PARTITION BY are last, without a comma before them; commas before options are optional.
            tokens.TryTake(',');
        }

        if (table.ForcedCharacterSet is { } characterSet && !table.NamesCharacterSet)
        {
            // MariaDB lets a statement convert to one character set and name another one for new columns, in any order.
            table.CharacterSet = characterSet;
        }

        _columns.Apply();
        table.CompleteKeys();
        if (!_isSimple)
        {
            table.ForgetHashes();
        }

        if (table.ForcedCharacterSet is { } forced)
        {
            TextConversion.Apply(table, forced, context);
            if (TextConversion.IsSkippedWithoutTexts(context) && _mayChangeNothing && !TextConversion.Changes(columns, table))
            {
                // Without a text nothing is done. With one, the server compares its collation, which is not known.
                table.CharacterSet = before == forced || (_isConversion && !TextConversion.HasTexts(table)) ? before : null;
            }
        }

        _keys.AddTo(table, context.IsMariaDb);
        if (_addsVersioning && !_keys.HasSystemTime && !table.Columns.Exists(static column => column.IsRowEnd))
        {
            VersioningColumns.AddTo(table);
        }
    }

    /// <summary>The new name and the other tables alone: for a table whose columns are not known.</summary>
    public void ReadNames(SqlTokens tokens)
    {
        while (!tokens.IsAtEnd)
        {
            if (tokens.Peek().Is("RENAME") || tokens.Peek().Is("EXCHANGE") || tokens.Peek().Is("TRUNCATE")
                || (tokens.Peek().Is("CONVERT") && !tokens.Peek(1).Is("TO")))
            {
                ReadPart(tokens);
            }

            tokens.SkipToComma();
            tokens.TryTake(',');
        }
    }

    /// <summary>Notes what kind of part follows.</summary>
    private void Note(SqlTokens tokens)
    {
        var isSimple = IsSimple(tokens);
        var isConversion = isSimple || (tokens.Peek().Is("CONVERT") && tokens.Peek(1).Is("TO"));
        _isSimple &= isSimple;
        _isConversion &= isConversion;
        _mayChangeNothing &= isConversion || tokens.Peek().Is("MODIFY") || tokens.Peek().Is("CHANGE") || tokens.Peek().Is("ALTER");
    }

    /// <summary>True for parts that leave the table's definition as it is: new names, keys on or off, partitions, locks.</summary>
    private static bool IsSimple(SqlTokens tokens)
    {
        var next = tokens.Peek(1);
        return next.Is("KEYS") || next.Is("PARTITION") || tokens.Peek().Is("LOCK") || tokens.Peek().Is("ALGORITHM")
            || (tokens.Peek().Is("RENAME") && !next.Is("COLUMN") && !next.Is("INDEX") && !next.Is("KEY"));
    }

    private void ReadPart(SqlTokens tokens)
    {
        if (tokens.TryTake("ADD"))
        {
            ReadAdd(tokens);
        }
        else if (tokens.TryTake("DROP"))
        {
            ReadDrop(tokens);
        }
        else if (tokens.TryTake("MODIFY"))
        {
            tokens.TryTake("COLUMN");
            var isOptional = tokens.TryTake("IF", "EXISTS");
            var name = tokens.TakeName();
            Redefine(tokens, name, name, isOptional);
        }
        else if (tokens.TryTake("CHANGE"))
        {
            tokens.TryTake("COLUMN");
            var isOptional = tokens.TryTake("IF", "EXISTS");
            Redefine(tokens, tokens.TakeName(), tokens.TakeName(), isOptional);
        }
        else if (tokens.TryTake("RENAME"))
        {
            ReadRename(tokens);
        }
        else if (tokens.TryTake("ALTER"))
        {
            ReadAlterColumn(tokens);
        }
        else if (tokens.TryTake("CONVERT"))
        {
            ReadConvert(tokens);
        }
        else
        {
            ReadOther(tokens);
        }
    }

    private void ReadOther(SqlTokens tokens)
    {
        if (tokens.TryTake("ORDER", "BY"))
        {
            SkipOrder(tokens);
        }
        else if (tokens.TryTake("PARTITION", "BY"))
        {
            tokens.SkipToEnd();
        }
        else if (tokens.TryTake("WITH", "SYSTEM", "VERSIONING"))
        {
            _addsVersioning = true;
        }
        else if (!Partitions.TryRead(tokens, context.Database)
            && !TableOptionReader.TryRead(tokens, table, characterSetOfDatabase, context))
        {
            // Locks, algorithms, keys on or off, other options: nothing that a row event shows.
            tokens.Take();
            while (!tokens.IsAtEnd && !tokens.Peek().Is(',') && !IsOption(tokens))
            {
                tokens.Take();
            }
        }
    }

    /// <summary>ORDER BY a DESC, b: its names are separated as the parts of the statement are.</summary>
    private static void SkipOrder(SqlTokens tokens)
    {
        do
        {
            tokens.TakeName();
            _ = tokens.TryTake("ASC") || tokens.TryTake("DESC");
        }
        while (tokens.Peek().Is(',') && IsEndOfOrder(tokens.Peek(2)) && !IsStartOfPart(tokens) && tokens.TryTake(','));

        static bool IsEndOfOrder(SqlToken token) => token.Kind == SqlTokenKind.End || token.Is(',') || token.Is("ASC") || token.Is("DESC")
            || token.Is("PARTITION") || token.Is("REMOVE");

        static bool IsStartOfPart(SqlTokens tokens) => tokens.Peek(1).Is("FORCE");
    }

    /// <summary>Options need no commas between them.</summary>
    private static bool IsOption(SqlTokens tokens)
        => tokens.Peek().Is("DEFAULT") || tokens.Peek().Is("CHARACTER") || tokens.Peek().Is("CHARSET")
        || tokens.Peek().Is("COLLATE") || tokens.Peek().Is("ENGINE") || (tokens.Peek().Is("PARTITION") && tokens.Peek(1).Is("BY"))
        || (tokens.Peek().Is("ORDER") && tokens.Peek(1).Is("BY")) || (tokens.Peek().Is("WITH") && tokens.Peek(1).Is("SYSTEM"));

    private void ReadAdd(SqlTokens tokens)
    {
        if (tokens.TryTake("SYSTEM", "VERSIONING"))
        {
            _addsVersioning = true;
            return;
        }

        if (tokens.Peek().Is("PARTITION") && (tokens.Peek(1).Is('(') || tokens.Peek(1).Is("PARTITIONS") || tokens.Peek(1).Is("IF")
            || tokens.Peek(1).Is("LOCAL") || tokens.Peek(1).Is("NO_WRITE_TO_BINLOG")))
        {
            tokens.SkipToComma();
            return;
        }

        var isColumn = tokens.TryTake("COLUMN");
        if (!isColumn && TableElementReader.TryReadKey(tokens, _keys))
        {
            return;
        }

        var isOptional = tokens.TryTake("IF", "NOT", "EXISTS");
        if (!tokens.Peek().Is('('))
        {
            AddColumn(tokens, isOptional);
            return;
        }

        var inner = tokens.TakeParentheses();
        do
        {
            if (!TableElementReader.TryReadKey(inner, _keys))
            {
                AddColumn(inner, isOptional);
            }
        }
        while (inner.TryTake(','));
    }

    private void AddColumn(SqlTokens tokens, bool isOptional)
    {
        var column = ColumnReader.Read(tokens, tokens.TakeName(), CharacterSets.Of(table), context);
        _keys.AddOf(column, context.IsMariaDb, isOptional);
        _columns.Add(column, ColumnPlace.Read(tokens), isOptional);
    }

    private void Redefine(SqlTokens tokens, string name, string newName, bool isOptional)
    {
        var column = ColumnReader.Read(tokens, newName, CharacterSets.Of(table), context);
        _keys.AddOf(column, context.IsMariaDb, isOptional);
        _columns.Change(name, column, ColumnPlace.Read(tokens), isOptional);
    }

    private void ReadDrop(SqlTokens tokens)
    {
        if (tokens.TryTake("PRIMARY", "KEY"))
        {
            table.RemoveKey(KeyDefinition.PrimaryName);
        }
        else if (tokens.TryTake("SYSTEM", "VERSIONING"))
        {
            VersioningColumns.RemoveFrom(table);
        }
        else if (tokens.TryTake("PERIOD", "FOR") || tokens.TryTake("PERIOD", "IF", "EXISTS", "FOR"))
        {
            // On MySQL a column may have that name without quotes.
            var name = tokens.TakeName();
            table.Period = table.Period is { } period && period.Name.Equals(name, StringComparison.OrdinalIgnoreCase) ? null : table.Period;
        }
        else if (tokens.Peek().Is("PARTITION"))
        {
            Partitions.MovesRows = true;
            tokens.SkipToEnd();
        }
        else if (tokens.TryTake("INDEX") || tokens.TryTake("KEY") || tokens.TryTake("CONSTRAINT"))
        {
            tokens.TryTake("IF", "EXISTS");
            table.RemoveKey(tokens.TakeName());
        }
        else if (tokens.Peek().Is("FOREIGN") || tokens.Peek().Is("CHECK"))
        {
            tokens.SkipToComma();
        }
        else
        {
            tokens.TryTake("COLUMN");
            var isOptional = tokens.TryTake("IF", "EXISTS");
            var name = tokens.TakeName();
            _ = tokens.TryTake("RESTRICT") || tokens.TryTake("CASCADE");
            _columns.Drop(name, isOptional);
        }
    }

    private void ReadRename(SqlTokens tokens)
    {
        if (tokens.TryTake("INDEX") || tokens.TryTake("KEY"))
        {
            tokens.TryTake("IF", "EXISTS");
            var name = tokens.TakeName();
            tokens.TryTake("TO");
            table.RenameKey(name, tokens.TakeName());
        }
        else if (tokens.TryTake("COLUMN"))
        {
            var isOptional = tokens.TryTake("IF", "EXISTS");
            var name = tokens.TakeName();
            if (!tokens.TryTake("TO"))
            {
                throw SqlTokens.Unexpected("TO", tokens.Peek());
            }

            _columns.Rename(name, tokens.TakeName(), isOptional);
        }
        else
        {
            _ = tokens.TryTake("TO") || tokens.TryTake("AS") || tokens.TryTake('=');
            NewName = tokens.TakeTable(context.Database);
        }
    }

    private void ReadAlterColumn(SqlTokens tokens)
    {
        if (tokens.TryTake("INDEX") || tokens.TryTake("CHECK") || tokens.TryTake("CONSTRAINT") || tokens.TryTake("KEY"))
        {
            tokens.SkipToComma();
            return;
        }

        tokens.TryTake("COLUMN");
        tokens.TryTake("IF", "EXISTS");
        var name = tokens.TakeName();
        if (tokens.TryTake("SET", "INVISIBLE"))
        {
            table.Columns[table.PlaceOfOld(name)].IsVisible = false;
        }
        else if (tokens.TryTake("SET", "VISIBLE"))
        {
            table.Columns[table.PlaceOfOld(name)].IsVisible = true;
        }
        else if (tokens.TryTake("SET", "DEFAULT"))
        {
            ColumnReader.SkipExpression(tokens);
        }
        else
        {
            tokens.SkipToComma();
        }
    }

    private void ReadConvert(SqlTokens tokens)
    {
        if (!tokens.TryTake("TO"))
        {
            Partitions.ReadConversion(tokens, context.Database);
            return;
        }

        if (!TextTypeReader.TryReadCharacterSet(tokens, out var characterSet))
        {
            throw SqlTokens.Unexpected("CHARACTER SET", tokens.Peek());
        }

        if (tokens.TryTake("COLLATE"))
        {
            tokens.TryTake('=');
            characterSet = TextTypeReader.CharacterSetOf(tokens.TakeName()) ?? characterSet;
        }

        table.ForcedCharacterSet = characterSet ?? conversionDefault
            ?? throw new SqlUnreadableException("the database's character set is not known");
    }
}
