namespace CdcEmbedded.Transforms;

/// <summary>Decides which tables are captured, by lists of patterns <c>database.table</c> to include and to
/// exclude. Immutable; thread-safe.</summary>
/// <remarks>
/// <para>On each side of the point <c>*</c> matches any characters, or none, and <c>?</c> matches one: <c>shop.orders</c>,
/// <c>shop.*</c>, <c>*.audit_*</c>. A name in backticks is taken literally, including points and wildcards; a backtick in it
/// is doubled: <c>`my.db`.`a*b`</c>.</para>
/// <para>A table is captured if an include pattern matches, or there is none, and no exclude pattern does.</para>
/// </remarks>
public sealed class TableFilter
{
    private readonly TablePattern[] _include;
    private readonly TablePattern[] _exclude;
    private readonly bool _ignoreCase;

    /// <summary>Creates the filter.</summary>
    /// <param name="include">Patterns of tables to capture; empty for all.</param>
    /// <param name="exclude">Patterns of tables to skip, which take precedence.</param>
    /// <param name="ignoreCase">True to ignore case, as MySQL does with <c>lower_case_table_names</c> 1 and 2. Default false.</param>
    /// <exception cref="ArgumentException">A pattern is invalid; the message names it and what is wrong with it.</exception>
    public TableFilter(IEnumerable<string> include, IEnumerable<string> exclude, bool ignoreCase = false)
    {
        ArgumentNullException.ThrowIfNull(include);
        ArgumentNullException.ThrowIfNull(exclude);
        _include = ParseAll(include, nameof(include));
        _exclude = ParseAll(exclude, nameof(exclude));
        _ignoreCase = ignoreCase;
    }

    /// <summary>The patterns to capture; empty for all. For sources that let their server filter.</summary>
    public IReadOnlyList<TablePattern> Include => _include;

    /// <summary>The patterns to skip, even if an include pattern matches.</summary>
    public IReadOnlyList<TablePattern> Exclude => _exclude;

    /// <summary>Returns true if the table is captured. It tests each pattern, so keep the answer for a table that occurs again.</summary>
    public bool Matches(string database, string table)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(table);
        return (_include.Length == 0 || Any(_include, database, table)) && !Any(_exclude, database, table);
    }

    private bool Any(TablePattern[] patterns, string database, string table)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Matches(database, table, _ignoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static TablePattern[] ParseAll(IEnumerable<string> patterns, string parameter)
    {
        var result = new List<TablePattern>();
        foreach (var pattern in patterns)
        {
            result.Add(TablePattern.Parse(pattern, parameter));
        }

        return [.. result];
    }
}
