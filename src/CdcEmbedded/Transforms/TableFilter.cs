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
    private readonly TablePatterns _include;
    private readonly TablePatterns _exclude;

    /// <summary>Creates the filter.</summary>
    /// <param name="include">Patterns of tables to capture; empty for all.</param>
    /// <param name="exclude">Patterns of tables to skip, which take precedence.</param>
    /// <param name="ignoreCase">True to ignore case, as MySQL does with <c>lower_case_table_names</c> 1 and 2. Default false.</param>
    /// <exception cref="ArgumentException">A pattern is invalid; the message names it and what is wrong with it.</exception>
    public TableFilter(IEnumerable<string> include, IEnumerable<string> exclude, bool ignoreCase = false)
    {
        ArgumentNullException.ThrowIfNull(include);
        ArgumentNullException.ThrowIfNull(exclude);
        _include = TablePatterns.Parse(include, ignoreCase, nameof(include));
        _exclude = TablePatterns.Parse(exclude, ignoreCase, nameof(exclude));
    }

    /// <summary>The patterns to capture; empty for all. For sources that let their server filter.</summary>
    public IReadOnlyList<TablePattern> Include => _include.All;

    /// <summary>The patterns to skip, even if an include pattern matches.</summary>
    public IReadOnlyList<TablePattern> Exclude => _exclude.All;

    /// <summary>Returns true if the table is captured. Patterns that name their table, or else their database, without wildcards are found
    /// by that name; each of the others is tested.</summary>
    public bool Matches(string database, string table)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(table);
        return (_include.All.Length == 0 || _include.Match(database, table)) && !_exclude.Match(database, table);
    }

    /// <summary>Says why no table can be captured: each include pattern is an exclude pattern too, or names a table that one
    /// matches.</summary>
    /// <returns>Null where tables may be captured.</returns>
    public string? WhyNothing()
    {
        if (_include.All.Length == 0)
        {
            return null;
        }

        foreach (var pattern in _include.All)
        {
            var isExcluded = pattern is { LiteralDatabase: { } database, LiteralTable: { } table } ? _exclude.Match(database, table)
                : Array.Exists(_exclude.All, other => other.DatabaseExpression == pattern.DatabaseExpression
                    && other.TableExpression == pattern.TableExpression);
            if (!isExcluded)
            {
                return null;
            }
        }

        return "Exclude skips everything that Include captures, so there would be no changes at all. Remove patterns from Exclude.";
    }

    /// <summary>Returns the include patterns, as they were given, that match none of some tables: typing errors, most likely.</summary>
    /// <param name="tables">Databases and tables.</param>
    public IReadOnlyList<string> FindUnmatched(IEnumerable<(string Database, string Table)> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        var isMatched = new bool[_include.All.Length];
        foreach (var (database, table) in tables)
        {
            _include.Mark(database, table, isMatched);
        }

        return [.. _include.All.Where((_, place) => !isMatched[place]).Select(static pattern => pattern.Text)];
    }
}
