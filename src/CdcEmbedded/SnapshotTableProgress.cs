namespace CdcEmbedded;

/// <summary>How far a snapshot of one table is.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table or collection.</param>
/// <param name="Status">Its state.</param>
/// <param name="Rows">Number of rows delivered.</param>
/// <param name="Reason">Why it failed; else null.</param>
public sealed record SnapshotTableProgress(string Database, string Table, SnapshotTableStatus Status, long Rows, string? Reason)
{
    /// <summary>About how many rows the table had when it was listed, whatever the condition; null if the source could not say.</summary>
    public long? EstimatedRows { get; init; }

    /// <summary>Rows read in a second since this run began to read the table; 0 before its second chunk.</summary>
    public double RowsPerSecond { get; init; }

    /// <summary>About how long the rest takes at this rate; null if that cannot be said.</summary>
    public TimeSpan? TimeLeft => Status != SnapshotTableStatus.Reading || EstimatedRows is not { } rows || RowsPerSecond <= 0 ? null
        : TimeSpan.FromSeconds(Math.Min(TimeSpan.FromDays(365).TotalSeconds, Math.Max(0, rows - Rows) / RowsPerSecond));
}
