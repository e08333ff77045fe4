using System.Collections.Frozen;

namespace CdcEmbedded.Transforms;

/// <summary>Patterns, found by the name of their table or database where that has no wildcards, so that a table is not held against
/// thousands of them. Immutable; thread-safe.</summary>
internal sealed class TablePatterns
{
    // Names that are equal to the patterns are equal to these comparers too, so a bucket has every pattern that may match.
    private readonly FrozenDictionary<string, int[]> _byTable;
    private readonly FrozenDictionary<string, int[]> _byDatabase;
    private readonly int[] _others;
    private readonly bool _ignoreCase;

    private TablePatterns(TablePattern[] all, bool ignoreCase)
    {
        All = all;
        _ignoreCase = ignoreCase;
        var comparer = ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var places = Enumerable.Range(0, all.Length).ToArray();
        _byTable = Group(places.Where(place => all[place].LiteralTable is not null), place => all[place].LiteralTable!, comparer);
        var rest = places.Where(place => all[place].LiteralTable is null).ToArray();
        _byDatabase = Group(rest.Where(place => all[place].LiteralDatabase is not null), place => all[place].LiteralDatabase!, comparer);
        _others = [.. rest.Where(place => all[place].LiteralDatabase is null)];
    }

    /// <summary>The patterns, in their order.</summary>
    public TablePattern[] All { get; }

    /// <summary>Reads patterns.</summary>
    /// <exception cref="ArgumentException">One is invalid.</exception>
    public static TablePatterns Parse(IEnumerable<string> patterns, bool ignoreCase, string parameter)
        => new([.. patterns.Select(pattern => TablePattern.Parse(pattern, parameter))], ignoreCase);

    /// <summary>True if any pattern matches a table.</summary>
    public bool Match(string database, string table)
        => Match(Of(_byTable, table), database, table) || Match(Of(_byDatabase, database), database, table)
            || Match(_others, database, table);

    /// <summary>Marks the patterns that match a table, at their places.</summary>
    public void Mark(string database, string table, bool[] isMatched)
    {
        Mark(Of(_byTable, table), database, table, isMatched);
        Mark(Of(_byDatabase, database), database, table, isMatched);
        Mark(_others, database, table, isMatched);
    }

    private static FrozenDictionary<string, int[]> Group(IEnumerable<int> places, Func<int, string> name, StringComparer comparer)
        => places.GroupBy(name, comparer).ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), comparer);

    private static ReadOnlySpan<int> Of(FrozenDictionary<string, int[]> places, string name)
        => places.TryGetValue(name, out var found) ? found : default(ReadOnlySpan<int>);

    private bool Match(ReadOnlySpan<int> places, string database, string table)
    {
        foreach (var place in places)
        {
            if (All[place].Matches(database, table, _ignoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private void Mark(ReadOnlySpan<int> places, string database, string table, bool[] isMatched)
    {
        foreach (var place in places)
        {
            isMatched[place] = isMatched[place] || All[place].Matches(database, table, _ignoreCase);
        }
    }
}
