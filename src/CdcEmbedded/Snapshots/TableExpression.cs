using System.Text.RegularExpressions;

namespace CdcEmbedded.Snapshots;

/// <summary>A regular expression over <c>database.table</c>, as Debezium's signals have it: it matches the whole name and ignores
/// case.</summary>
/// <remarks>A plain name is taken literally: the point in it does not match any other character.</remarks>
internal static class TableExpression
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Returns what is wrong with an expression; null if nothing is.</summary>
    public static string? ProblemOf(string expression)
    {
        if (string.IsNullOrWhiteSpace(expression))
        {
            return "the name of a table is empty";
        }

        try
        {
            _ = Create(expression);
            return null;
        }
        catch (ArgumentException e)
        {
            return $"'{expression}' is not a regular expression: {e.Message}";
        }
    }

    /// <summary>Returns an expression that matches one name.</summary>
    public static string Literal(string name) => Regex.Escape(name);

    public static bool Matches(string expression, string name)
    {
        try
        {
            return Create(expression).IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static Regex Create(string expression)
    {
        var isName = Regex.Escape(expression).Replace("\\.", ".", StringComparison.Ordinal) == expression;
        return new Regex($"\\A(?:{(isName ? Regex.Escape(expression) : expression)})\\z",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience);
    }
}
