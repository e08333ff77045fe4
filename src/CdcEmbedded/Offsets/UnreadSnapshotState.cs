namespace CdcEmbedded.Offsets;

/// <summary>A snapshot state of an offset that nobody continues, as the source cannot be read by snapshots: it is kept as it is.</summary>
internal sealed class UnreadSnapshotState(string json) : ISnapshotState
{
    /// <inheritdoc/>
    public string ToJson() => json;
}
