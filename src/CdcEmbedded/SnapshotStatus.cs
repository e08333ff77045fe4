using System.Globalization;
using System.Text;

namespace CdcEmbedded;

/// <summary>How far a snapshot is. Immutable.</summary>
public sealed class SnapshotStatus
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>How it relates to the stream.</summary>
    public required SnapshotKind Kind { get; init; }

    /// <summary>True if it is paused.</summary>
    public bool IsPaused { get; init; }

    /// <summary>True if nothing is left to read: each table is complete, stopped or failed.</summary>
    public bool IsOver { get; init; }

    /// <summary>Why its tables could not be listed; else null.</summary>
    public string? Reason { get; init; }

    /// <summary>Its tables; empty until they are listed. Of a snapshot that is over, <see cref="CdcSnapshots.Current"/> has those that
    /// failed.</summary>
    public IReadOnlyList<SnapshotTableProgress> Tables { get; init; } = [];

    /// <summary>True if every table is complete.</summary>
    public bool IsComplete
    {
        get
        {
            foreach (var table in Tables)
            {
                if (table.Status != SnapshotTableStatus.Completed)
                {
                    return false;
                }
            }

            return IsOver && Reason is null;
        }
    }

    /// <summary>Returns the status in one line, for logs: id, kind, state, tables and rows, and why tables failed.</summary>
    public override string ToString()
    {
        var state = IsComplete ? "complete" : IsOver ? "over, not complete" : IsPaused ? "paused"
            : Tables.Count == 0 ? "waiting" : "reading";
        var completed = Tables.Count(static table => table.Status == SnapshotTableStatus.Completed);
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"{Id} ({Kind}): {state}, {completed} of {Tables.Count} tables, {Tables.Sum(static table => table.Rows)} rows");
        if (Reason is not null)
        {
            text.Append(": ").Append(Reason.ReplaceLineEndings(" "));
        }

        foreach (var table in Tables)
        {
            if (table.Reason is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"; {table.Database}.{table.Table} {table.Status}: ")
                    .Append(table.Reason.ReplaceLineEndings(" "));
            }
        }

        return text.ToString();
    }
}
