namespace CdcEmbedded.Sources;

/// <summary>How far a position is from both ends of a source's log. Immutable.</summary>
/// <remarks>A value that the source does not know is null.</remarks>
public sealed record LogDistance
{
    /// <summary>Bytes of the log after the position.</summary>
    public long? BytesAfter { get; init; }

    /// <summary>Bytes of the log before the position that the source still keeps: as much must be purged before the position is
    /// lost.</summary>
    public long? HeadroomBytes { get; init; }

    /// <summary>The time until the source may purge the position, if it keeps its log as long as it does now.</summary>
    public TimeSpan? HeadroomTime { get; init; }
}
