using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>A position in the stream: the source's position, and the transactions that are open there with their counters.</summary>
/// <param name="Position">The source's position.</param>
/// <param name="State">What else an offset has there.</param>
internal readonly record struct StreamPlace(SourcePosition Position, PlaceState State)
{
    /// <summary>True if the source says that no transaction continues here. Counters may be kept of those that may have ended.</summary>
    public bool IsTransactionEnd => Position.IsTransactionEnd;

    public static StreamPlace Of(SourcePosition position) => new(position, PlaceState.None);

    /// <summary>The offset to store.</summary>
    /// <param name="stream">What delivered it; null outside of a stream.</param>
    public CdcOffset ToOffset(IOffsetOrigin? stream) => OffsetEnvelope.Write(Position.Connector, Position.SourceId, Position.WriteTo,
        State.Open, State.Snapshot?.ToJson(), stream?.Notes);
}
