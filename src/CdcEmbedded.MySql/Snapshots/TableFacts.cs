namespace CdcEmbedded.MySql.Snapshots;

/// <summary>What a snapshot must know of a table beside its columns.</summary>
/// <param name="Rows">The server's estimate of the number of rows; null if it has none.</param>
/// <param name="AverageRowBytes">Its estimate of the length of a row; 0 if it has none.</param>
/// <param name="Key">The columns of the primary key, or else of a unique key that cannot be null; empty if there is none.</param>
/// <param name="Collations">The collations of the columns that have one, by which the server orders keys.</param>
internal sealed record TableFacts(long? Rows, long AverageRowBytes, IReadOnlyList<string> Key,
    IReadOnlyDictionary<string, string> Collations);
