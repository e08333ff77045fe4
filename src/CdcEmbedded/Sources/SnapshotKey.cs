namespace CdcEmbedded.Sources;

/// <summary>The key of a row, or a place between rows, as a JSON value in the adapter's own typed literals. It is stored in offsets, and
/// compared for equality only: the order of keys is the server's (R64).</summary>
/// <param name="Json">One JSON value on one line.</param>
public sealed record SnapshotKey(string Json)
{
    /// <inheritdoc/>
    public override string ToString() => Json;
}
