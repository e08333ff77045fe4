namespace CdcEmbedded;

/// <summary>How far a snapshot of one table is.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table or collection.</param>
/// <param name="Status">Its state.</param>
/// <param name="Rows">Number of rows delivered.</param>
/// <param name="Reason">Why it failed; else null.</param>
public sealed record SnapshotTableProgress(string Database, string Table, SnapshotTableStatus Status, long Rows, string? Reason);
