namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads as much of a logged statement as its kind and, where that matters, its table need. No SQL parser: comments, quotes
/// and words only.</summary>
internal static class StatementReader
{
    /// <summary>Finds out what a statement is.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="dialect">How its words are read.</param>
    public static StatementKind Classify(ReadOnlySpan<char> text, SqlDialect dialect)
    {
        var scanner = AfterPrefixes(ref text, dialect);
        var first = scanner.NextWord();
        return first switch
        {
            _ when Is(first, "BEGIN") => StatementKind.Begin,
            _ when Is(first, "START") => scanner.TryTakeWord("TRANSACTION") ? StatementKind.Begin : StatementKind.Other,
            _ when Is(first, "COMMIT") => StatementKind.Commit,
            _ when Is(first, "ROLLBACK") => ClassifyRollback(ref scanner),
            _ when Is(first, "SAVEPOINT") || Is(first, "RELEASE") => StatementKind.Savepoint,
            _ when Is(first, "XA") => ClassifyXa(ref scanner),
            _ when Is(first, "TRUNCATE") => StatementKind.Truncate,
            _ when Is(first, "CREATE") => ClassifyCreate(ref scanner, text, dialect),
            _ when IsRowChange(first) => StatementKind.RowsByStatement,
            _ => StatementKind.Other,
        };
    }

    /// <summary>The one table that a TRUNCATE, INSERT, REPLACE, UPDATE, DELETE, LOAD DATA or CREATE TABLE … SELECT changes.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="dialect">How its words are read.</param>
    /// <param name="defaultDatabase">The event's default database.</param>
    /// <param name="database">The table's database.</param>
    /// <param name="table">The table.</param>
    /// <returns>False where the words do not say it for certain, as with joins, aliases and routines: any table may have
    /// been changed then.</returns>
    public static bool TryReadTable(ReadOnlySpan<char> text, SqlDialect dialect, string defaultDatabase, out string database,
        out string table)
    {
        database = table = "";
        var scanner = AfterPrefixes(ref text, dialect);
        return SkipToTable(ref scanner, out var verb)
            && TryReadName(ref scanner, defaultDatabase, out database, out table)
            && IsOnlyTable(ref scanner, verb);
    }

    /// <summary>Reads the name of a savepoint; servers write it in backticks.</summary>
    /// <param name="text">SAVEPOINT x, RELEASE SAVEPOINT x, or ROLLBACK TO x.</param>
    /// <param name="dialect">How its words are read.</param>
    /// <param name="name">The name.</param>
    /// <returns>False for RELEASE SAVEPOINT, which changes nothing of what counts.</returns>
    public static bool TryReadSavepoint(ReadOnlySpan<char> text, SqlDialect dialect, out string name)
    {
        var scanner = new StatementScanner(text, dialect);
        name = "";
        if (scanner.TryTakeWord("RELEASE"))
        {
            return false;
        }

        if (scanner.TryTakeWord("ROLLBACK"))
        {
            scanner.TryTakeWord("WORK");
            scanner.TryTakeWord("TO");
        }

        scanner.TryTakeWord("SAVEPOINT");
        name = scanner.NextName();
        return true;
    }

    private static bool Is(ReadOnlySpan<char> word, string keyword) => word.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    /// <summary>A scanner at the statement itself, past any number of prefixes.</summary>
    /// <param name="text">The whole text; then that of the statement.</param>
    /// <param name="dialect">How its words are read.</param>
    private static StatementScanner AfterPrefixes(ref ReadOnlySpan<char> text, SqlDialect dialect)
    {
        while (true)
        {
            var scanner = new StatementScanner(text, dialect);
            if (!IsPrefix(scanner.NextWord(), ref scanner))
            {
                return new StatementScanner(text, dialect);
            }

            text = scanner.Rest;
        }
    }

    /// <summary>MariaDB's <c>SET STATEMENT variable = value FOR</c>, before a statement; it is skipped.</summary>
    private static bool IsPrefix(ReadOnlySpan<char> first, ref StatementScanner scanner)
        => Is(first, "SET") && scanner.TryTakeWord("STATEMENT") && scanner.SkipPast("FOR");

    /// <summary>A routine that changes rows is logged as a SELECT of it.</summary>
    private static bool IsRowChange(ReadOnlySpan<char> word) => Is(word, "INSERT") || Is(word, "UPDATE") || Is(word, "DELETE")
        || Is(word, "REPLACE") || Is(word, "LOAD") || Is(word, "CALL") || Is(word, "WITH") || Is(word, "SELECT") || Is(word, "DO");

    private static StatementKind ClassifyCreate(ref StatementScanner scanner, ReadOnlySpan<char> text, SqlDialect dialect)
    {
        if (scanner.TryTakeWord("OR"))
        {
            scanner.TryTakeWord("REPLACE");
        }

        return !scanner.TryTakeWord("TABLE") ? StatementKind.Other
            : BeginsTransaction(new SqlLexer(text, dialect)) ? StatementKind.CreateTableThenRows
            : HasQuery(scanner) ? StatementKind.RowsByStatement
            : StatementKind.Other;
    }

    /// <summary>True if START TRANSACTION is after the columns' parenthesis: at the end, or before options that the statement named
    /// (sql/sql_show.cc, store_create_info).</summary>
    private static bool BeginsTransaction(SqlLexer lexer)
    {
        var isAfterParenthesis = false;
        while (lexer.Read())
        {
            if (isAfterParenthesis && lexer.Kind == SqlTokenKind.Word && Is(lexer.Raw, "START"))
            {
                return lexer.Read() && lexer.Kind == SqlTokenKind.Word && Is(lexer.Raw, "TRANSACTION");
            }

            isAfterParenthesis = lexer.Kind == SqlTokenKind.Symbol && lexer.Raw[0] == ')';
        }

        return false;
    }

    /// <summary>True if a CREATE TABLE, after these words, takes rows from SELECT, TABLE x, VALUES ROW or WITH (MySQL manual, "CREATE TABLE
    /// ... SELECT Statement", "TABLE Statement", "VALUES Statement").</summary>
    private static bool HasQuery(StatementScanner scanner)
    {
        return Has(scanner, "SELECT", "") || Has(scanner, "TABLE", "") || Has(scanner, "VALUES", "ROW") || Has(scanner, "AS", "WITH");

        static bool Has(StatementScanner rest, string word, string next)
        {
            while (rest.SkipPast(word))
            {
                if (next.Length == 0 || rest.TryTakeWord(next))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static StatementKind ClassifyRollback(ref StatementScanner scanner)
    {
        scanner.TryTakeWord("WORK");
        return scanner.TryTakeWord("TO") ? StatementKind.RollbackToSavepoint : StatementKind.Rollback;
    }

    private static StatementKind ClassifyXa(ref StatementScanner scanner)
    {
        var next = scanner.NextWord();
        return Is(next, "START") || Is(next, "BEGIN") ? StatementKind.XaStart
            : Is(next, "END") ? StatementKind.XaEnd
            : Is(next, "COMMIT") ? StatementKind.XaCommit
            : Is(next, "ROLLBACK") ? StatementKind.XaRollback
            : StatementKind.Other;
    }

    /// <summary>Skips the verb and its modifiers, in the order of the grammar: a table may have a modifier's name.</summary>
    private static bool SkipToTable(ref StatementScanner scanner, out string verb)
    {
        verb = scanner.NextWord().ToString();
        switch (verb)
        {
            case var _ when Is(verb, "TRUNCATE"):
                scanner.TryTakeWord("TABLE");
                return true;
            case var _ when Is(verb, "INSERT") || Is(verb, "REPLACE"):
                TakeOneOf(ref scanner, "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY");
                scanner.TryTakeWord("IGNORE");
                scanner.TryTakeWord("INTO");
                return true;
            case var _ when Is(verb, "UPDATE"):
                scanner.TryTakeWord("LOW_PRIORITY");
                scanner.TryTakeWord("IGNORE");
                return true;
            case var _ when Is(verb, "DELETE"):
                while (TakeOneOf(ref scanner, "LOW_PRIORITY", "QUICK", "IGNORE"))
                {
                }

                return scanner.TryTakeWord("FROM");
            case var _ when Is(verb, "LOAD"):
                return scanner.SkipPast("INTO") && scanner.TryTakeWord("TABLE");
            case var _ when Is(verb, "CREATE"):
                _ = scanner.SkipPast("TABLE") && scanner.TryTakeWord("IF") && scanner.TryTakeWord("NOT") && scanner.TryTakeWord("EXISTS");
                return true;
            default:
                return false;
        }
    }

    private static bool TakeOneOf(ref StatementScanner scanner, string a, string b, string c)
        => scanner.TryTakeWord(a) || scanner.TryTakeWord(b) || scanner.TryTakeWord(c);

    private static bool TryReadName(ref StatementScanner scanner, string defaultDatabase, out string database, out string table)
    {
        database = defaultDatabase;
        table = scanner.NextName();
        if (table.Length > 0 && scanner.TryTake('.'))
        {
            database = table;
            table = scanner.NextName();
        }

        return table.Length > 0;
    }

    /// <summary>True if what follows the name rules out other tables, and that the name is an alias.</summary>
    private static bool IsOnlyTable(ref StatementScanner scanner, string verb)
    {
        var next = scanner.PeekWord();
        return verb switch
        {
            _ when Is(verb, "UPDATE") => Is(next, "SET"),
            _ when Is(verb, "DELETE") => scanner.IsAtEnd || Is(next, "WHERE") || Is(next, "ORDER") || Is(next, "LIMIT"),
            _ => true,
        };
    }
}
