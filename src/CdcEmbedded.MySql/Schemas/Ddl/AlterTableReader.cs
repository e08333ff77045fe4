using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Applies the parts of an ALTER TABLE, one after another, to a table's draft.</summary>
/// <param name="table">The table; empty, and its columns not looked at, where it is not known.</param>
/// <param name="context">The session's settings.</param>
/// <param name="characterSetOfDatabase">What CONVERT TO CHARACTER SET DEFAULT takes; null where not known.</param>
internal sealed class AlterTableReader(TableDraft table, StatementContext context, string? characterSetOfDatabase)
{
    private readonly List<(string Name, string NewName, bool IsOptional)> _renames = [];
    private readonly TableKeys _keys = new();

    // New and moved columns are placed after everything else, as the server does it: AFTER uses the names that columns have at the
    // statement's end.
    private readonly List<(ColumnDraft Column, bool IsFirst, string? After, bool IsOptional)> _placed = [];

    /// <summary>The new name; null where it keeps its own.</summary>
    public (string Database, string Table)? NewName { get; private set; }

    /// <summary>True if rows are removed or added that the log does not have.</summary>
    public bool MovesPartitions { get; private set; }

    /// <summary>The table whose rows are exchanged with a partition's; null for none.</summary>
    public (string Database, string Table)? Exchanged { get; private set; }

    /// <summary>Applies the parts after the table's name.</summary>
    /// <exception cref="SqlUnreadableException">One cannot be understood for certain.</exception>
    public void Read(SqlTokens tokens)
    {
        while (!tokens.IsAtEnd)
        {
            ReadPart(tokens);

            // ORDER BY and PARTITION BY are last, without a comma before them; commas before options are optional.
            tokens.TryTake(',');
        }

        RenameColumns();
        PlaceColumns();
        _keys.AddTo(table, context.IsMariaDb);
    }

    /// <summary>The new name and the exchanged table alone: for a table whose columns are not known.</summary>
    public void ReadNames(SqlTokens tokens)
    {
        while (!tokens.IsAtEnd)
        {
            if (tokens.Peek().Is("RENAME") || tokens.Peek().Is("EXCHANGE"))
            {
                ReadPart(tokens);
            }

            tokens.SkipToComma();
            tokens.TryTake(',');
        }
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
        if (tokens.TryTake("ORDER", "BY") || tokens.TryTake("PARTITION", "BY"))
        {
            tokens.SkipToEnd();
        }
        else if (tokens.Peek().Is("TRUNCATE") || tokens.Peek().Is("IMPORT") || tokens.Peek().Is("DISCARD"))
        {
            MovesPartitions = true;
            tokens.SkipToComma();
        }
        else if (tokens.TryTake("EXCHANGE"))
        {
            MovesPartitions = true;
            while (!tokens.IsAtEnd && !tokens.TryTake("WITH", "TABLE"))
            {
                tokens.Take();
            }

            Exchanged = tokens.TakeTable(context.Database);
            tokens.SkipToComma();
        }
        else if (!TableOptionReader.TryRead(tokens, table))
        {
            // Locks, algorithms, keys on or off, other options: nothing that a row event shows.
            tokens.Take();
            while (!tokens.IsAtEnd && !tokens.Peek().Is(',') && !IsOption(tokens))
            {
                tokens.Take();
            }
        }
    }

    /// <summary>Options need no commas between them.</summary>
    private static bool IsOption(SqlTokens tokens)
        => tokens.Peek().Is("DEFAULT") || tokens.Peek().Is("CHARACTER") || tokens.Peek().Is("CHARSET")
        || tokens.Peek().Is("COLLATE") || tokens.Peek().Is("ENGINE") || (tokens.Peek().Is("PARTITION") && tokens.Peek(1).Is("BY"))
        || (tokens.Peek().Is("ORDER") && tokens.Peek(1).Is("BY"));

    private void ReadAdd(SqlTokens tokens)
    {
        if (tokens.TryTake("SYSTEM", "VERSIONING"))
        {
            VersioningColumns.AddTo(table);
            return;
        }

        if (tokens.Peek().Is("PARTITION") && (tokens.Peek(1).Is('(') || tokens.Peek(1).Is("PARTITIONS") || tokens.Peek(1).Is("IF")))
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
        var column = ColumnReader.Read(tokens, tokens.TakeName(), table.CharacterSet, context);
        var (isFirst, after) = ReadPlace(tokens);
        _placed.Add((column, isFirst, after, isOptional));
    }

    /// <summary>FIRST, AFTER x, or neither.</summary>
    private static (bool IsFirst, string? After) ReadPlace(SqlTokens tokens)
        => (tokens.TryTake("FIRST"), tokens.TryTake("AFTER") ? tokens.TakeName() : null);

    private void PlaceColumns()
    {
        foreach (var (column, isFirst, after, isOptional) in _placed)
        {
            if (table.IndexOf(column.Name) >= 0)
            {
                if (isOptional)
                {
                    continue;
                }

                throw new SqlUnreadableException($"it adds the column '{column.Name}', which is there");
            }

            var end = context.IsMariaDb ? VersioningColumns.EndOf(table) : table.Columns.Count;
            table.Columns.Insert(isFirst ? 0 : after is null ? end : table.PlaceOf(after) + 1, column);
            if (column.OldName is null)
            {
                _keys.AddOf(column);
            }
        }
    }

    private void Redefine(SqlTokens tokens, string name, string newName, bool isOptional)
    {
        var column = ColumnReader.Read(tokens, newName, table.CharacterSet, context);
        var (isFirst, after) = ReadPlace(tokens);
        if (isOptional && table.IndexOfOld(name) < 0)
        {
            return;
        }

        var at = table.PlaceOfOld(name);
        var old = table.Columns[at];
        column.OldName = old.OldName;
        table.ReplaceKey(old, column);
        if (isFirst || after is not null)
        {
            table.Columns.RemoveAt(at);
            _placed.Add((column, isFirst, after, IsOptional: false));
        }
        else
        {
            table.Columns[at] = column;
        }

        _keys.AddOf(column);
    }

    private void ReadDrop(SqlTokens tokens)
    {
        if (tokens.TryTake("PRIMARY", "KEY"))
        {
            table.Key.Clear();
        }
        else if (tokens.TryTake("SYSTEM", "VERSIONING"))
        {
            VersioningColumns.RemoveFrom(table);
        }
        else if (tokens.Peek().Is("PARTITION"))
        {
            MovesPartitions = true;
            tokens.SkipToEnd();
        }
        else if ((tokens.Peek().Is("INDEX") || tokens.Peek().Is("KEY") || tokens.Peek().Is("CONSTRAINT")) && IsPrimary(tokens.Peek(1)))
        {
            table.Key.Clear();
            tokens.SkipToComma();
        }
        else if (tokens.Peek().Is("INDEX") || tokens.Peek().Is("KEY") || tokens.Peek().Is("FOREIGN") || tokens.Peek().Is("CHECK")
            || tokens.Peek().Is("CONSTRAINT")
            || (tokens.Peek().Is("PERIOD") && tokens.Peek(1).Is("FOR")))
        {
            tokens.SkipToComma();
        }
        else
        {
            tokens.TryTake("COLUMN");
            var isOptional = tokens.TryTake("IF", "EXISTS");
            var name = tokens.TakeName();
            tokens.SkipToComma();
            var at = isOptional ? table.IndexOfOld(name) : table.PlaceOfOld(name);
            if (at >= 0)
            {
                table.Key.Remove(table.Columns[at]);
                table.Columns.RemoveAt(at);
            }
        }
    }

    /// <summary>The primary key's name as an index, which needs quotes.</summary>
    private static bool IsPrimary(SqlToken token)
        => token.Kind == SqlTokenKind.Name && token.Text.Equals("PRIMARY", StringComparison.OrdinalIgnoreCase);

    private void ReadRename(SqlTokens tokens)
    {
        if (tokens.TryTake("INDEX") || tokens.TryTake("KEY"))
        {
            tokens.SkipToComma();
        }
        else if (tokens.TryTake("COLUMN"))
        {
            var isOptional = tokens.TryTake("IF", "EXISTS");
            var name = tokens.TakeName();
            if (!tokens.TryTake("TO"))
            {
                throw SqlTokens.Unexpected("TO", tokens.Peek());
            }

            _renames.Add((name, tokens.TakeName(), isOptional));
        }
        else
        {
            _ = tokens.TryTake("TO") || tokens.TryTake("AS") || tokens.TryTake('=');
            NewName = tokens.TakeTable(context.Database);
        }
    }

    /// <summary>Renames all columns at once, as the server does: two may swap their names.</summary>
    private void RenameColumns()
    {
        foreach (var (name, newName, isOptional) in _renames)
        {
            var place = isOptional ? table.IndexOfOld(name) : table.PlaceOfOld(name);
            if (place >= 0)
            {
                table.Columns[place].Name = newName;
            }
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
        else
        {
            tokens.SkipToComma();
        }
    }

    private void ReadConvert(SqlTokens tokens)
    {
        if (!tokens.TryTake("TO"))
        {
            // MariaDB's CONVERT PARTITION p TO TABLE t, CONVERT TABLE t TO PARTITION p.
            MovesPartitions = true;
            tokens.SkipToEnd();
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

        var to = Charset.ByName(characterSet ?? characterSetOfDatabase
            ?? throw new SqlUnreadableException("the database's character set is not known"))
            ?? throw new SqlUnreadableException($"the character set {characterSet} is not known");
        table.CharacterSet = to.Name;
        foreach (var column in table.Columns)
        {
            ConvertColumn(column, to);
        }
    }

    private static void ConvertColumn(ColumnDraft column, Charset to)
    {
        var isGrowing = column.TypeText is "tinytext" or "text" or "mediumtext";
        if (column.CharacterSet is null && isGrowing && to.MaxLength > 1)
        {
            throw new SqlUnreadableException($"how large the {column.TypeText} '{column.Name}' becomes depends on its character set, "
                + "which is not known");
        }

        if ((column.CharacterSet is null && !ColumnTypeText.HasCharacterSet(column.TypeText))
            || (Charset.ByName(column.CharacterSet ?? "latin1") is not { } from))
        {
            return;
        }

        column.CharacterSet = to.Name;
        if (to.IsBinary)
        {
            TextTypeReader.MakeBytes(column);
            return;
        }

        // MySQL manual, "ALTER TABLE": a TEXT becomes the next larger type where its characters may need more bytes.
        if (to.MaxLength > from.MaxLength && isGrowing)
        {
            long bytes = column.TypeText switch { "tinytext" => 255, "text" => 65535, _ => 16777215 };
            column.TypeText = ColumnTypeReader.BlobOf(bytes / from.MaxLength * to.MaxLength) + "text";
        }
    }
}
