namespace CdcEmbedded.MySql.Feed;

/// <summary>Reads as much of a logged statement as tells its kind and, where that matters, its table. No SQL parser: comments, quotes
/// and words only.</summary>
internal ref struct StatementReader
{
    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private StatementReader(ReadOnlySpan<char> text) => _text = text;

    /// <summary>Tells what a statement is.</summary>
    public static StatementKind Classify(ReadOnlySpan<char> text)
    {
        var reader = new StatementReader(text);
        var first = reader.NextWord();
        return first switch
        {
            _ when Is(first, "BEGIN") => StatementKind.Begin,
            _ when Is(first, "START") => StatementKind.Begin,
            _ when Is(first, "COMMIT") => StatementKind.Commit,
            _ when Is(first, "ROLLBACK") => reader.ClassifyRollback(),
            _ when Is(first, "SAVEPOINT") || Is(first, "RELEASE") => StatementKind.Savepoint,
            _ when Is(first, "XA") => reader.ClassifyXa(),
            _ when Is(first, "TRUNCATE") => StatementKind.Truncate,
            _ when Is(first, "CREATE") => EndsWithStartTransaction(text) ? StatementKind.CreateTableThenRows : StatementKind.Other,
            _ when IsRowChange(first) => StatementKind.RowsByStatement,
            _ => StatementKind.Other,
        };
    }

    /// <summary>The table of a TRUNCATE, or the only one that an INSERT, REPLACE, UPDATE or DELETE changes by its own words.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="defaultDatabase">The event's default database.</param>
    /// <param name="database">The table's database.</param>
    /// <param name="table">The table.</param>
    /// <returns>False where the words do not tell, or may name more tables than one: joins, lists, WITH, LOAD, functions.</returns>
    public static bool TryReadTable(ReadOnlySpan<char> text, string defaultDatabase, out string database, out string table)
    {
        var reader = new StatementReader(text);
        database = table = "";
        var verb = reader.NextWord();
        var hasFrom = reader.SkipModifiers();
        if (!IsOfOneTable(verb, hasFrom) || reader.NextName() is not { Length: > 0 } name)
        {
            return false;
        }

        reader.SkipBlanks();
        if (reader._at < text.Length && text[reader._at] == '.')
        {
            reader._at++;
            if (reader.NextName() is not { Length: > 0 } second)
            {
                return false;
            }

            database = name;
            table = second;
        }
        else
        {
            database = defaultDatabase;
            table = name;
        }

        return reader.NamesNoOtherTable(verb);
    }

    private static bool IsOfOneTable(ReadOnlySpan<char> verb, bool hasFrom)
        => Is(verb, "TRUNCATE") || Is(verb, "INSERT") || Is(verb, "REPLACE") || Is(verb, "UPDATE") || (Is(verb, "DELETE") && hasFrom);

    /// <summary>Passes the words that may stand before the table's name.</summary>
    /// <returns>Whether FROM was one of them.</returns>
    private bool SkipModifiers()
    {
        var hasFrom = false;
        var mark = _at;
        while (NextWord() is { Length: > 0 } word && (Is(word, "TABLE") || Is(word, "INTO") || Is(word, "FROM") || Is(word, "IGNORE")
            || Is(word, "LOW_PRIORITY") || Is(word, "DELAYED") || Is(word, "HIGH_PRIORITY") || Is(word, "QUICK")))
        {
            hasFrom |= Is(word, "FROM");
            mark = _at;
        }

        _at = mark;
        return hasFrom;
    }

    /// <summary>Whether what follows the table's name shows that an UPDATE or DELETE is of this table alone.</summary>
    private bool NamesNoOtherTable(ReadOnlySpan<char> verb)
    {
        if (!Is(verb, "UPDATE") && !Is(verb, "DELETE"))
        {
            return true;
        }

        SkipBlanks();
        if (_at >= _text.Length || _text[_at] == ';')
        {
            return Is(verb, "DELETE");
        }

        var next = NextWord();
        return Is(verb, "UPDATE") ? Is(next, "SET") : Is(next, "WHERE") || Is(next, "ORDER") || Is(next, "LIMIT");
    }

    private static bool Is(ReadOnlySpan<char> word, string keyword) => word.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    private static bool IsRowChange(ReadOnlySpan<char> word) => Is(word, "INSERT") || Is(word, "UPDATE") || Is(word, "DELETE")
        || Is(word, "REPLACE") || Is(word, "LOAD") || Is(word, "CALL") || Is(word, "WITH")

        // A function that changes rows is logged as the SELECT or DO that calls it.
        || Is(word, "SELECT") || Is(word, "DO");

    private static bool EndsWithStartTransaction(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd(" \t\r\n;");
        return text.EndsWith("START TRANSACTION", StringComparison.OrdinalIgnoreCase);
    }

    private StatementKind ClassifyRollback()
    {
        var next = NextWord();
        if (Is(next, "WORK"))
        {
            next = NextWord();
        }

        return Is(next, "TO") ? StatementKind.RollbackToSavepoint : StatementKind.Rollback;
    }

    private StatementKind ClassifyXa()
    {
        var next = NextWord();
        return Is(next, "START") || Is(next, "BEGIN") ? StatementKind.XaStart
            : Is(next, "END") ? StatementKind.XaEnd
            : Is(next, "COMMIT") ? StatementKind.XaCommit
            : Is(next, "ROLLBACK") ? StatementKind.XaRollback
            : StatementKind.Other;
    }

    private ReadOnlySpan<char> NextWord()
    {
        SkipBlanks();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        return _text[start.._at];
    }

    private string NextName()
    {
        SkipBlanks();
        if (_at >= _text.Length)
        {
            return "";
        }

        var quote = _text[_at];
        if (quote is not ('`' or '"'))
        {
            var start = _at;
            while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '$' || _text[_at] > '\u007f'))
            {
                _at++;
            }

            return _text[start.._at].ToString();
        }

        var name = new System.Text.StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] == quote)
            {
                if (_at + 1 >= _text.Length || _text[_at + 1] != quote)
                {
                    _at++;
                    return name.ToString();
                }

                _at++;
            }

            name.Append(_text[_at]);
        }

        return "";
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            var rest = _text[_at..];
            if (char.IsWhiteSpace(rest[0]) || rest[0] == '(')
            {
                _at++;
            }
            else if (rest.StartsWith("/*!") || rest.StartsWith("/*M!"))
            {
                // An executable comment: its contents count, its version number does not.
                _at += rest[2] == '!' ? 3 : 4;
                while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
                {
                    _at++;
                }
            }
            else if (rest.StartsWith("/*"))
            {
                var end = rest.IndexOf("*/");
                _at = end < 0 ? _text.Length : _at + end + 2;
            }
            else if (rest.StartsWith("*/"))
            {
                _at += 2;
            }
            else if (rest.StartsWith("-- ") || rest[0] == '#')
            {
                var end = rest.IndexOf('\n');
                _at = end < 0 ? _text.Length : _at + end + 1;
            }
            else
            {
                return;
            }
        }
    }
}
