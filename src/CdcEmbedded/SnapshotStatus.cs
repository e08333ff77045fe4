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
}
