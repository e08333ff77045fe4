namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Applies a logged statement to a catalogue. What it cannot understand for certain about a table makes that table unknown; what
/// it does not know at all leaves no table as it was.</summary>
internal sealed class DdlApplier
{
    private readonly SqlTokens _tokens;
    private readonly CatalogueChanges _changes;
    private readonly DatabaseStatements _databases;
    private readonly TableStatements _tables;
    private readonly SequenceStatements _sequences;
    private readonly IndexStatements _indexes;

    private DdlApplier(SchemaCatalogue catalogue, SqlTokens tokens, in StatementContext context)
    {
        _tokens = tokens;
        _changes = new CatalogueChanges(catalogue, context.ErrorCode);
        _databases = new DatabaseStatements(_changes, tokens, context);
        _tables = new TableStatements(_changes, tokens, context);
        _sequences = new SequenceStatements(_changes, tokens, context);
        _indexes = new IndexStatements(_changes, tokens, context);
    }

    /// <summary>True if a statement may be one of those that are read here: most are known by their first word.</summary>
    public static bool MayChange(ReadOnlySpan<char> sql)
    {
        var text = sql.TrimStart();
        return text.Length > 0 && (text[0] is '/' or '#' or '-' or '(' || Begins(text, "CREATE") || Begins(text, "ALTER")
            || Begins(text, "DROP")
            || Begins(text, "RENAME") || Begins(text, "TRUNCATE") || Begins(text, "SET"));
    }

    /// <summary>Applies a statement. One that cannot be read leaves each table unknown whose name is in its text.</summary>
    public static IReadOnlyList<TableChange> Apply(SchemaCatalogue catalogue, string sql, in StatementContext context)
    {
        if (!MayChange(sql) || !Concerns(new StatementScanner(sql, context.Dialect)))
        {
            return [];
        }

        try
        {
            var applier = new DdlApplier(catalogue, SqlTokens.Read(sql, context.Dialect, catalogue.LowersNames),
                context.CompletedBy(catalogue));
            applier.ReadStatement();
            return applier._changes.List;
        }
        catch (SqlUnreadableException e)
        {
            return ApplyUnread(catalogue, context.Dialect.Charset is { } charset ? charset.DecodeWords(sql) : sql, e.Message);
        }
    }

    private static bool Begins(ReadOnlySpan<char> text, string word) => text.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for statements about tables, databases and indexes. The text of others, such as routines, may hold anything.</summary>
    private static bool Concerns(StatementScanner scanner)
    {
        while (scanner.TryTakeWord("SET"))
        {
            if (!scanner.TryTakeWord("STATEMENT") || !scanner.SkipPast("FOR"))
            {
                return false;
            }
        }

        if (scanner.TryTakeWord("TRUNCATE") || scanner.TryTakeWord("RENAME"))
        {
            return true;
        }

        if (!scanner.TryTakeWord("CREATE") && !scanner.TryTakeWord("ALTER") && !scanner.TryTakeWord("DROP"))
        {
            return false;
        }

        while (TakeAny(ref scanner, "OR", "REPLACE", "ONLINE", "OFFLINE", "IGNORE", "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR"))
        {
        }

        return TakeAny(ref scanner, "TABLE", "TABLES", "DATABASE", "SCHEMA", "SEQUENCE", "INDEX");
    }

    private static bool TakeAny(ref StatementScanner scanner, params ReadOnlySpan<string> keywords)
    {
        foreach (var keyword in keywords)
        {
            if (scanner.TryTakeWord(keyword))
            {
                return true;
            }
        }

        return false;
    }

    private static List<TableChange> ApplyUnread(SchemaCatalogue catalogue, string text, string reason)
    {
        List<TableChange> changes = [new TableChange(TableChangeKind.Unreadable, "", "") { Text = text }];
        foreach (var table in catalogue.Tables.Where(table => UnreadStatement.MayName(text, table.Name)).ToArray())
        {
            catalogue.MarkUnknown(table.Database, table.Name, $"a statement that names it cannot be read: {reason}");
            changes.Add(new TableChange(TableChangeKind.Alter, table.Database, table.Name));
        }

        return changes;
    }

    private void ReadStatement()
    {
        while (_tokens.TryTake("SET", "STATEMENT"))
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
                _tables.ReadRename();
            }
        }
        else if (_tokens.TryTake("TRUNCATE"))
        {
            _tokens.TryTake("TABLE");
            _tables.ReadTruncate();
        }
    }

    private void ReadCreate()
    {
        var isReplacing = _tokens.TryTake("OR", "REPLACE");
        if (_tokens.TryTake("TEMPORARY"))
        {
            // No other session sees it, and its rows are not logged as rows.
            return;
        }

        if (_tokens.TryTake("DATABASE") || _tokens.TryTake("SCHEMA"))
        {
            _databases.ReadDefinition(TableChangeKind.CreateDatabase, isReplacing);
        }
        else if (_tokens.TryTake("TABLE"))
        {
            _tables.ReadCreate(isReplacing);
        }
        else if (_tokens.TryTake("SEQUENCE"))
        {
            _sequences.ReadCreate(isReplacing);
        }
        else
        {
            var isUnique = _tokens.TryTake("UNIQUE");
            _ = isUnique || _tokens.TryTake("FULLTEXT") || _tokens.TryTake("SPATIAL") || _tokens.TryTake("VECTOR");
            if (_tokens.TryTake("INDEX"))
            {
                _indexes.ReadCreate(isUnique, isReplacing);
            }
        }
    }

    private void ReadAlter()
    {
        while (_tokens.TryTake("ONLINE") || _tokens.TryTake("OFFLINE") || _tokens.TryTake("IGNORE"))
        {
        }

        if (_tokens.TryTake("DATABASE") || _tokens.TryTake("SCHEMA"))
        {
            _databases.ReadDefinition(TableChangeKind.AlterDatabase, isReplacing: false);
        }
        else if (_tokens.TryTake("SEQUENCE"))
        {
            _sequences.ReadAlter();
        }
        else if (_tokens.TryTake("TABLE"))
        {
            _tables.ReadAlter();
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
            _databases.ReadDrop();
        }
        else if (_tokens.TryTake("INDEX"))
        {
            _indexes.ReadDrop();
        }
        else if (_tokens.TryTake("TABLE") || _tokens.TryTake("TABLES"))
        {
            _tables.ReadDrop(isSequence: false);
        }
        else if (_tokens.TryTake("SEQUENCE"))
        {
            _tables.ReadDrop(isSequence: true);
        }
    }
}
