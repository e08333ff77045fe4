using System.Collections.Concurrent;

namespace CdcEmbedded.Snapshots;

/// <summary>How fast this run reads each table. Thread-safe.</summary>
internal sealed class ReadingRates(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Id, string Table), Reading> _readings = new();

    /// <summary>The progress of a table with its rate.</summary>
    public SnapshotTableProgress Describe(string id, TableProgress table)
    {
        var now = time.GetTimestamp();
        var first = new Reading(table.Rows, now, table.Rows, now);
        var reading = _readings.AddOrUpdate((id, table.FullName), first, (_, known) => table.Rows < known.First ? first
            : table.Rows > known.Last ? known with { Last = table.Rows, LastAt = now } : known);
        var seconds = time.GetElapsedTime(reading.FirstAt, reading.LastAt).TotalSeconds;
        return new SnapshotTableProgress(table.Database, table.Table, table.Status, table.Rows, table.Reason)
        {
            EstimatedRows = table.Estimate,
            RowsPerSecond = seconds > 0 ? (reading.Last - reading.First) / seconds : 0,
        };
    }

    private sealed record Reading(long First, long FirstAt, long Last, long LastAt);
}
