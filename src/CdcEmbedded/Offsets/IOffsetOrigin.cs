namespace CdcEmbedded.Offsets;

/// <summary>A stream as its offsets see it.</summary>
internal interface IOffsetOrigin
{
    /// <summary>The snapshot state of the stream as JSON; null for none.</summary>
    string? Snapshot { get; }
}
