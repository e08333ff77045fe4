namespace CdcEmbedded.MySql.Snapshots;

/// <summary>What a snapshot must know of a table beside its columns.</summary>
/// <param name="Rows">The server's estimate of the number of rows; null if it has none.</param>
/// <param name="AverageRowBytes">Its estimate of the length of a row; 0 if it has none.</param>
/// <param name="Keys">The primary key and the unique keys that cannot be null; empty if there is none.</param>
/// <param name="Collations">The collations of the columns that have one, by which the server orders keys.</param>
internal sealed record TableFacts(long? Rows, long AverageRowBytes, IReadOnlyList<UniqueKey> Keys,
    IReadOnlyDictionary<string, string> Collations);
