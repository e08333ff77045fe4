using System.Text;

namespace CdcEmbedded.Transforms;

/// <summary>One pattern <c>database.table</c> of a <see cref="TableFilter"/>. Immutable; thread-safe.</summary>
public sealed class TablePattern
{
    // Tokens: a character, or one of these two, which are not characters.
    private const int AnyRun = -1;
    private const int AnyOne = -2;
    private readonly int[] _database;
    private readonly int[] _table;

    private TablePattern(string text, int[] database, int[] table)
    {
        Text = text;
        _database = database;
        _table = table;
        LiteralDatabase = Literal(database);
        LiteralTable = Literal(table);
    }

    /// <summary>The one database that it names; null if that side has wildcards.</summary>
    public string? LiteralDatabase { get; }

    /// <summary>The one table that it names; null if that side has wildcards.</summary>
    public string? LiteralTable { get; }

    /// <summary>A regular expression of all databases that match, in the syntax that PCRE and .NET share.</summary>
    public string DatabaseExpression => Expression(_database);

    /// <summary>A regular expression of all tables that match, in the same syntax.</summary>
    public string TableExpression => Expression(_table);

    /// <summary>The pattern as it was given.</summary>
    internal string Text { get; }

    /// <summary>A regular expression of the databases, with a group for each <c>*</c>.</summary>
    internal string CapturingDatabase => Capturing(_database);

    /// <summary>The same of the tables.</summary>
    internal string CapturingTable => Capturing(_table);

    /// <summary>Reads <c>database.table.column</c>, where the column may be a path.</summary>
    internal static (int[] Database, int[] Table, int[][] Path) ParseColumns(string pattern, string parameter)
    {
        if (string.IsNullOrWhiteSpace(pattern))
        {
            throw new ArgumentException("A column pattern is empty; expected is database.table.column, such as shop.users.email.",
                parameter);
        }

        var at = 0;
        var names = new List<int[]> { ParseName(pattern, ref at, parameter) };
        while (at < pattern.Length)
        {
            if (pattern[at] != '.')
            {
                throw Bad(pattern, "a point is missing after a name in backticks", parameter);
            }

            at++;
            names.Add(ParseName(pattern, ref at, parameter));
        }

        return names.Count >= 3 ? (names[0], names[1], [.. names[2..]]) : throw new ArgumentException(
            $"'{pattern}' is not a column pattern: expected is database.table.column, such as shop.users.email or *.*.email.", parameter);
    }

    internal static TablePattern Parse(string pattern, string parameter)
    {
        if (string.IsNullOrWhiteSpace(pattern))
        {
            throw new ArgumentException("A table pattern is empty; expected is database.table, such as shop.orders or shop.*.", parameter);
        }

        var at = 0;
        var database = ParseName(pattern, ref at, parameter);
        if (at >= pattern.Length || pattern[at] != '.')
        {
            throw Bad(pattern, "it has no point between database and table", parameter);
        }

        at++;
        var table = ParseName(pattern, ref at, parameter);
        return at == pattern.Length ? new TablePattern(pattern, database, table)
            : throw Bad(pattern, "it has more than one point; put a name with a point in backticks", parameter);
    }

    /// <summary>True if it matches every table.</summary>
    internal bool MatchesAll => IsRun(_database) && IsRun(_table);

    /// <summary>True if a side has a wildcard.</summary>
    internal bool HasWildcard => LiteralDatabase is null || LiteralTable is null;

    /// <summary>True if the tokens match any name.</summary>
    internal static bool IsRun(int[] tokens) => Array.TrueForAll(tokens, static token => token == AnyRun);

    internal bool Matches(string database, string table, bool ignoreCase)
        => Matches(_database, database, ignoreCase) && Matches(_table, table, ignoreCase);

    /// <summary>A regular expression without its ends, with a group for each <c>*</c>.</summary>
    internal static string Capturing(int[] tokens) => Expression(tokens, "([\\s\\S]*?)");

    private static string? Literal(int[] tokens)
    {
        var text = new StringBuilder(tokens.Length);
        foreach (var token in tokens)
        {
            if (token < 0)
            {
                return null;
            }

            text.Append((char)token);
        }

        return text.ToString();
    }

    // [\s\S] is any character, including line ends; \z is the very end, whereas $ would allow one line end after it.
    private static string Expression(int[] tokens) => $"^{Expression(tokens, "[\\s\\S]*")}\\z";

    private static string Expression(int[] tokens, string run)
    {
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            _ = token switch
            {
                AnyRun => text.Append(run),
                AnyOne => text.Append("[\\s\\S]"),
                _ when token < 128 && !char.IsAsciiLetterOrDigit((char)token) && token != '_' => text.Append('\\').Append((char)token),
                _ => text.Append((char)token),
            };
        }

        return text.ToString();
    }

    private static int[] ParseName(string pattern, ref int at, string parameter)
    {
        var tokens = new List<int>();
        if (at < pattern.Length && pattern[at] == '`')
        {
            ParseQuoted(pattern, ref at, tokens, parameter);
        }
        else
        {
            for (; at < pattern.Length && pattern[at] != '.'; at++)
            {
                var c = pattern[at];
                if (c == '`' || char.IsWhiteSpace(c) || char.IsControl(c))
                {
                    var why = c == '`' ? "a backtick is inside a name" : "a name with white space must be in backticks";
                    throw Bad(pattern, why, parameter);
                }

                tokens.Add(c switch { '*' => AnyRun, '?' => AnyOne, _ => c });
            }
        }

        return tokens.Count > 0 ? [.. tokens] : throw Bad(pattern, "one side of the point is empty; * matches any name", parameter);
    }

    private static void ParseQuoted(string pattern, ref int at, List<int> tokens, string parameter)
    {
        at++;
        while (true)
        {
            if (at >= pattern.Length)
            {
                throw Bad(pattern, "a backtick is not closed", parameter);
            }

            var c = pattern[at++];
            if (c == '`')
            {
                if (at >= pattern.Length || pattern[at] != '`')
                {
                    return;
                }

                at++;
            }

            tokens.Add(c);
        }
    }

    /// <summary>Matches in at most length times length steps: after a mismatch only the last run is widened.</summary>
    internal static bool Matches(int[] tokens, string name, bool ignoreCase)
    {
        int token = 0, at = 0, run = -1, runAt = 0;
        while (at < name.Length)
        {
            if (token < tokens.Length && tokens[token] == AnyRun)
            {
                run = token++;
                runAt = at;
            }
            else if (token < tokens.Length && (tokens[token] == AnyOne || IsSame(tokens[token], name[at], ignoreCase)))
            {
                token++;
                at++;
            }
            else if (run >= 0)
            {
                token = run + 1;
                at = ++runAt;
            }
            else
            {
                return false;
            }
        }

        while (token < tokens.Length && tokens[token] == AnyRun)
        {
            token++;
        }

        return token == tokens.Length;
    }

    private static bool IsSame(int token, char c, bool ignoreCase)
        => token == c || (ignoreCase && token >= 0 && char.ToUpperInvariant((char)token) == char.ToUpperInvariant(c));

    private static ArgumentException Bad(string pattern, string why, string parameter)
        => new($"'{pattern}' is not a table pattern: {why}. Expected is database.table, such as shop.orders, shop.* or `my.db`.orders.",
            parameter);
}
