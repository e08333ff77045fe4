using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>A key by which a table can be read in chunks: no two rows have the same, and no row has none.</summary>
/// <param name="Name">The name of its index.</param>
/// <param name="Columns">Its columns, in its order.</param>
internal sealed record UniqueKey(string Name, IReadOnlyList<string> Columns)
{
    /// <summary>True if it is the primary key, by whose name the index can be chosen.</summary>
    public bool IsPrimary => Name == KeyDefinition.PrimaryName;

    /// <summary>True if the index has the rows in the order of the columns.</summary>
    public bool IsOrdered { get; init; } = true;

    /// <summary>Chooses the primary key, or else the key that the log uses in its place, or else the one with the fewest columns; null if
    /// there is none.</summary>
    /// <remarks>A server without a primary key takes a unique key that cannot be null as one. A log with a part of the columns has that
    /// key of each row, and perhaps no other.</remarks>
    /// <param name="keys">The keys.</param>
    /// <param name="logged">The columns of the key that the log uses, in any order.</param>
    public static UniqueKey? Best(IEnumerable<UniqueKey> keys, IReadOnlyCollection<string> logged)
        => keys.OrderByDescending(static key => key.IsPrimary)
            .ThenByDescending(key => key.Columns.Count == logged.Count && key.Columns.All(logged.Contains))
            .ThenBy(static key => key.Columns.Count)
            .ThenBy(static key => key.Name, StringComparer.Ordinal)
            .FirstOrDefault();
}
