using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>The snapshot of a table has begun, advanced or ended; after the rows that it has read so far.</summary>
public sealed class SnapshotProgress : StreamItem
{
    private ItemState _state;

    /// <summary>Creates the item.</summary>
    internal SnapshotProgress(string snapshotId, SnapshotTableProgress table, SourcePosition position)
    {
        SnapshotId = snapshotId;
        Progress = table;
        _state = new ItemState(position);
    }

    /// <summary>The snapshot's id.</summary>
    public string SnapshotId { get; }

    /// <summary>The table and how far it is.</summary>
    public SnapshotTableProgress Progress { get; }

    private protected override ref ItemState State => ref _state;

    /// <inheritdoc/>
    public override string ToString() => $"Snapshot {SnapshotId}: {Progress.Database}.{Progress.Table} {Progress.Status}, "
        + $"{Progress.Rows} rows{(Progress.Reason is { } reason ? $": {reason}" : "")}";
}
