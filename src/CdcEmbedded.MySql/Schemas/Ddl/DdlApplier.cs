namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Applies a logged statement to a catalogue. What it cannot understand for certain about a table makes that table unknown; what it does not
/// know at all leaves no table standing as it was.</summary>
internal sealed class DdlApplier
{
    private readonly SchemaCatalogue _catalogue;
    private readonly SqlTokens _tokens;
    private readonly DdlContext _context;
    private readonly List<TableChange> _changes = [];

    private DdlApplier(SchemaCatalogue catalogue, SqlTokens tokens, in DdlContext context)
    {
        _catalogue = catalogue;
        _tokens = tokens;
        _context = context;
    }

    /// <summary>Whether a statement may be one of those that are read here: most are told by their first word.</summary>
    public static bool MayChange(string sql)
    {
        var text = sql.AsSpan().TrimStart();
        return text.Length > 0 && (text[0] is '/' or '#' or '-' or '(' || Begins(text, "CREATE") || Begins(text, "ALTER") || Begins(text, "DROP")
            || Begins(text, "RENAME") || Begins(text, "TRUNCATE") || Begins(text, "SET"));
    }

    /// <summary>Applies a statement.</summary>
    /// <exception cref="CdcProtocolException">It is a statement on tables whose names cannot be read.</exception>
    public static IReadOnlyList<TableChange> Apply(SchemaCatalogue catalogue, string sql, in DdlContext context)
    {
        if (!MayChange(sql))
        {
            return [];
        }

        try
        {
            var applier = new DdlApplier(catalogue, SqlTokens.Read(sql, context.Dialect), context);
            applier.ReadStatement();
            return applier._changes;
        }
        catch (SqlUnreadableException e)
        {
            throw new CdcProtocolException($"A logged statement that changes tables cannot be read: {e.Message}. It begins with: "
                + $"{(sql.Length > 200 ? sql[..200] : sql)}");
        }
    }

    private static bool Begins(ReadOnlySpan<char> text, string word) => text.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    private void ReadStatement()
    {
        if (_tokens.TryTake("SET", "STATEMENT"))
        {
            // MariaDB: SET STATEMENT variable = value, ... FOR statement.
            while (!_tokens.IsAtEnd && !_tokens.TryTake("FOR"))
            {
                _tokens.Take();
            }
        }

        if (_tokens.TryTake("CREATE"))
        {
            ReadCreate();
        }
        else if (_tokens.TryTake("ALTER"))
        {
            ReadAlter();
        }
        else if (_tokens.TryTake("DROP"))
        {
            ReadDrop();
        }
        else if (_tokens.TryTake("RENAME"))
        {
            if (_tokens.TryTake("TABLE") || _tokens.TryTake("TABLES"))
            {
                ReadRename();
            }
        }
        else if (_tokens.TryTake("TRUNCATE"))
        {
            _tokens.TryTake("TABLE");
            var (database, table) = _tokens.TakeTable(_context.Database);
            _changes.Add(new TableChange(TableChangeKind.Truncate, database, table) { Definition = _catalogue.Find(database, table) });
        }
    }

    private void ReadCreate()
    {
        var isReplacing = _tokens.TryTake("OR", "REPLACE");
        if (_tokens.TryTake("TEMPORARY"))
        {
            // Nobody else sees it, and its rows are not logged as rows.
            return;
        }

        if (_tokens.TryTake("DATABASE") || _tokens.TryTake("SCHEMA"))
        {
            ReadDatabase(TableChangeKind.CreateDatabase, isReplacing);
        }
        else if (_tokens.TryTake("TABLE"))
        {
            ReadCreateTable(isReplacing);
        }
        else if (_tokens.TryTake("SEQUENCE"))
        {
            ReadCreateSequence(isReplacing);
        }
        else if (_context.IsMariaDb && _tokens.TryTake("UNIQUE", "INDEX"))
        {
            ReadCreateUniqueIndex();
        }
    }

    /// <summary>CREATE UNIQUE INDEX name [USING type] ON t (columns) of MariaDB: other indexes show in no row event.</summary>
    private void ReadCreateUniqueIndex()
    {
        _tokens.TryTake("IF", "NOT", "EXISTS");
        _tokens.TakeName();
        var keys = new TableKeys { HasHash = _tokens.TryTake("USING", "HASH") };
        while (!_tokens.TryTake("ON"))
        {
            if (_tokens.IsAtEnd)
            {
                throw SqlTokens.Unexpected("ON", _tokens.Peek());
            }

            _tokens.Take();
        }

        var (database, table) = _tokens.TakeTable(_context.Database);
        keys.HasHash |= TableElementReader.ReadKey(_tokens, keys.Unique);
        if (_catalogue.Find(database, table) is { MayHashKeys: false } known)
        {
            var draft = TableDraft.Of(known);
            keys.AddTo(draft, isMariaDb: true);
            if (draft.MayHashKeys)
            {
                Define(TableChangeKind.Alter, database, table, () => draft.ToDefinition(database, table));
            }
        }
    }

    private void ReadDatabase(TableChangeKind kind, bool isReplacing)
    {
        var isOptional = _tokens.TryTake("IF", "NOT", "EXISTS");

        // ALTER DATABASE may name none: the default one is meant.
        var isNamed = _tokens.Peek().IsName && !(kind == TableChangeKind.AlterDatabase && IsDatabaseOption(_tokens.Peek()));
        var name = isNamed ? _tokens.TakeName() : _context.Database;
        var known = _catalogue.CharacterSetOf(name);
        if (isOptional && known is not null)
        {
            return;
        }

        if (isOptional && !MayCreate(_catalogue.IsAbsent(name)))
        {
            _changes.Add(new TableChange(kind, name, ""));
            return;
        }

        if (isReplacing)
        {
            _catalogue.ForgetDatabase(name);
        }
        else if (kind == TableChangeKind.CreateDatabase)
        {
            _catalogue.BeginDatabase(name);
        }

        var options = new TableDraft { CharacterSet = kind == TableChangeKind.CreateDatabase ? null : known };
        while (!_tokens.IsAtEnd)
        {
            if (!TableOptionReader.TryRead(_tokens, options))
            {
                _tokens.Take();
            }
        }

        // The server's own default is that of a session without another one.
        if ((options.CharacterSet ?? (kind == TableChangeKind.CreateDatabase ? _context.DefaultCharacterSet : null)) is { } characterSet)
        {
            _catalogue.SetDatabase(name, characterSet);
        }

        _changes.Add(new TableChange(kind, name, ""));
    }

    private static bool IsDatabaseOption(SqlToken token) => token.Is("CHARACTER") || token.Is("CHARSET") || token.Is("COLLATE") || token.Is("DEFAULT")
        || token.Is("READ") || token.Is("ENCRYPTION") || token.Is("UPGRADE") || token.Is("COMMENT");

    private void ReadCreateTable(bool isReplacing)
    {
        var isOptional = _tokens.TryTake("IF", "NOT", "EXISTS");
        var (database, table) = _tokens.TakeTable(_context.Database);
        if (isOptional && !isReplacing)
        {
            if (_catalogue.Find(database, table) is not null)
            {
                return;
            }

            if (_catalogue.IsUnknown(database, table) || !MayCreate(_catalogue.IsAbsent(database, table)))
            {
                MarkPossible(database, table);
                return;
            }
        }

        Define(TableChangeKind.Create, database, table, () => ReadLike(database, table) ?? CreateTableReader.Read(_tokens, CharacterSetOf(database), _context)
            .ToDefinition(database, table));
    }

    /// <summary>CREATE TABLE a LIKE b, or (LIKE b); null where columns follow.</summary>
    private TableDefinition? ReadLike(string database, string table)
    {
        var isInner = _tokens.Peek().Is('(') && _tokens.Peek(1).Is("LIKE");
        if (!isInner && !_tokens.Peek().Is("LIKE"))
        {
            return null;
        }

        if (isInner)
        {
            _tokens.Take();
        }

        _tokens.Take();
        var (fromDatabase, from) = _tokens.TakeTable(_context.Database);
        return _catalogue.Find(fromDatabase, from)?.Renamed(database, table)
            ?? throw new SqlUnreadableException($"it is like {fromDatabase}.{from}, which is not known");
    }

    private void ReadCreateSequence(bool isReplacing)
    {
        var isOptional = _tokens.TryTake("IF", "NOT", "EXISTS");
        var (database, table) = _tokens.TakeTable(_context.Database);
        if (isOptional && !isReplacing && _catalogue.Find(database, table) is not null)
        {
            return;
        }

        if (isOptional && !isReplacing && !MayCreate(_catalogue.IsAbsent(database, table)))
        {
            MarkPossible(database, table);
            return;
        }

        DefineSequence(TableChangeKind.Create, database, table, "bigint");
    }

    /// <summary>ALTER SEQUENCE s: only AS shows in row events.</summary>
    private void ReadAlterSequence()
    {
        var isOptional = _tokens.TryTake("IF", "EXISTS");
        var (database, table) = _tokens.TakeTable(_context.Database);
        if (!isOptional || !_catalogue.IsAbsent(database, table))
        {
            DefineSequence(TableChangeKind.Alter, database, table, _catalogue.Find(database, table) is { Columns: [{ TypeText: var type }, ..] } ? type : null);
        }
    }

    private void DefineSequence(TableChangeKind kind, string database, string table, string? type)
        => Define(kind, database, table, () => SequenceReader.Read(_tokens, type, _context).ToDefinition(database, table));

    private void ReadAlter()
    {
        while (_tokens.TryTake("ONLINE") || _tokens.TryTake("OFFLINE") || _tokens.TryTake("IGNORE"))
        {
        }

        if (_tokens.TryTake("DATABASE") || _tokens.TryTake("SCHEMA"))
        {
            ReadDatabase(TableChangeKind.AlterDatabase, isReplacing: false);
            return;
        }

        if (_tokens.TryTake("SEQUENCE"))
        {
            ReadAlterSequence();
            return;
        }

        if (!_tokens.TryTake("TABLE"))
        {
            return;
        }

        var isOptional = _tokens.TryTake("IF", "EXISTS");
        var (database, table) = _tokens.TakeTable(_context.Database);
        if (_tokens.TryTake("WAIT"))
        {
            _tokens.TakeNumber();
        }
        else
        {
            _tokens.TryTake("NOWAIT");
        }

        if (isOptional && _catalogue.IsAbsent(database, table))
        {
            return;
        }

        AlterTable(database, table);
    }

    private void AlterTable(string database, string table)
    {
        var known = _catalogue.Find(database, table);
        var reader = new AlterTableReader(known is null ? new TableDraft() : TableDraft.Of(known), _context, CharacterSetOf(database));
        if (known is null)
        {
            reader.ReadNames(_tokens.Rest());
        }

        var (newDatabase, newTable) = (database, table);
        Define(TableChangeKind.Alter, database, table, () =>
        {
            if (known is null)
            {
                throw new SqlUnreadableException("the table is not known");
            }

            // Read twice: new columns have the character set that the table has at the end, wherever the statement says it.
            var first = TableDraft.Of(known);
            new AlterTableReader(first, _context, CharacterSetOf(database)).Read(_tokens.Rest());
            var draft = TableDraft.Of(known);
            draft.CharacterSet = first.CharacterSet;
            reader = new AlterTableReader(draft, _context, CharacterSetOf(database));
            reader.Read(_tokens.Rest());
            return draft.ToDefinition(database, table);
        });
        if (reader.MovesPartitions)
        {
            _changes[^1] = _changes[^1] with { Kind = TableChangeKind.PartitionDataLoss };
            if (reader.Exchanged is { } other)
            {
                _changes.Add(new TableChange(TableChangeKind.PartitionDataLoss, other.Database, other.Table) { Definition = _catalogue.Find(other.Database, other.Table) });
            }
        }

        if (reader.NewName is { } name)
        {
            (newDatabase, newTable) = name;
            Rename(database, table, newDatabase, newTable);
        }
    }

    private void ReadDrop()
    {
        if (_tokens.TryTake("TEMPORARY"))
        {
            return;
        }

        if (_tokens.TryTake("DATABASE") || _tokens.TryTake("SCHEMA"))
        {
            _tokens.TryTake("IF", "EXISTS");
            var name = _tokens.TakeName();
            _catalogue.ForgetDatabase(name);
            _changes.Add(new TableChange(TableChangeKind.DropDatabase, name, ""));
            return;
        }

        if (_tokens.TryTake("INDEX"))
        {
            ReadDropIndex();
            return;
        }

        if (!_tokens.TryTake("TABLE") && !_tokens.TryTake("TABLES") && !_tokens.TryTake("SEQUENCE"))
        {
            return;
        }

        var isOptional = _tokens.TryTake("IF", "EXISTS");
        do
        {
            var (database, table) = _tokens.TakeTable(_context.Database);
            if (!isOptional || !_catalogue.IsAbsent(database, table))
            {
                _changes.Add(new TableChange(TableChangeKind.Drop, database, table));
            }

            _catalogue.Forget(database, table);
        }
        while (_tokens.TryTake(','));
    }

    /// <summary>DROP INDEX `PRIMARY` ON t drops the primary key; other indexes show in no row event.</summary>
    private void ReadDropIndex()
    {
        _tokens.TryTake("IF", "EXISTS");
        if (!_tokens.TakeName().Equals("PRIMARY", StringComparison.OrdinalIgnoreCase) || !_tokens.TryTake("ON"))
        {
            return;
        }

        var (database, table) = _tokens.TakeTable(_context.Database);
        if (_catalogue.Find(database, table) is { } known)
        {
            var draft = TableDraft.Of(known);
            draft.Key.Clear();
            Define(TableChangeKind.Alter, database, table, () => draft.ToDefinition(database, table));
        }
        else if (_catalogue.MayLack)
        {
            Define(TableChangeKind.Alter, database, table, () => throw new SqlUnreadableException("the table is not known"));
        }
    }

    private void ReadRename()
    {
        var isOptional = _tokens.TryTake("IF", "EXISTS");
        do
        {
            var (database, table) = _tokens.TakeTable(_context.Database);
            if (_tokens.TryTake("WAIT"))
            {
                _tokens.TakeNumber();
            }
            else
            {
                _tokens.TryTake("NOWAIT");
            }

            if (!_tokens.TryTake("TO"))
            {
                throw SqlTokens.Unexpected("TO", _tokens.Peek());
            }

            var (newDatabase, newTable) = _tokens.TakeTable(_context.Database);
            if (!isOptional || !_catalogue.IsAbsent(database, table))
            {
                Rename(database, table, newDatabase, newTable);
            }
        }
        while (_tokens.TryTake(','));
    }

    private void Rename(string database, string table, string newDatabase, string newTable)
    {
        var definition = _catalogue.Find(database, table)?.Renamed(newDatabase, newTable);
        _catalogue.Forget(database, table);
        if (definition is null)
        {
            _catalogue.MarkUnknown(newDatabase, newTable, $"it was renamed from {database}.{table}, which was not known");
        }
        else
        {
            _catalogue.Set(definition);
        }

        _changes.Add(new TableChange(TableChangeKind.Rename, database, table) { NewDatabase = newDatabase, NewTable = newTable, Definition = definition });
    }

    /// <summary>Gives a table new columns or, where those cannot be told, makes it unknown.</summary>
    private void Define(TableChangeKind kind, string database, string table, Func<TableDefinition> read)
    {
        TableDefinition? definition = null;
        try
        {
            definition = read();
            _catalogue.Set(definition);
        }
        catch (SqlUnreadableException e)
        {
            // Not swallowed: the table's next rows are looked up, or end the stream.
            _catalogue.MarkUnknown(database, table, $"a statement could not be followed: {e.Message}");
        }

        _changes.Add(new TableChange(kind, database, table) { Definition = definition });
    }

    /// <summary>Whether IF NOT EXISTS created.</summary>
    private bool MayCreate(bool isAbsent) => isAbsent || _catalogue.Assumes;

    /// <summary>A table is there, but as it was before or as IF NOT EXISTS made it.</summary>
    private void MarkPossible(string database, string table)
    {
        if (!_catalogue.IsUnknown(database, table))
        {
            _catalogue.MarkUnknown(database, table, "it may have been there before its CREATE … IF NOT EXISTS");
        }

        _changes.Add(new TableChange(TableChangeKind.Create, database, table));
    }

    private string? CharacterSetOf(string database)
        => _catalogue.CharacterSetOf(database) ?? (_catalogue.Assumes ? _context.DefaultCharacterSet : null);
}
