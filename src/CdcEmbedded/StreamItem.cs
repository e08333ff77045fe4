using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>Anything a stream yields: a <see cref="ChangeEvent"/>, a <see cref="TransactionBegin"/>, a <see cref="TransactionEnd"/>, a
/// <see cref="SchemaChange"/>, a <see cref="Heartbeat"/> or a <see cref="Notice"/>. Immutable; may be kept and read from any thread.</summary>
public abstract class StreamItem
{
    private protected StreamItem()
    {
    }

    /// <summary>Where reading goes on once this item has been processed. Built anew at each call.</summary>
    public CdcOffset Offset => Position.ToOffset();

    /// <summary>The same in the source's own terms.</summary>
    internal abstract SourcePosition Position { get; }

    /// <summary>The stream that delivered it; null outside of one.</summary>
    internal abstract object? Stream { get; }

    /// <summary>Its place in that stream.</summary>
    internal abstract long Sequence { get; }

    /// <summary>Tells it its place, before it is yielded. A change finds its own through its set, to stay at 32 bytes.</summary>
    internal abstract void Stamp(object stream, long sequence);
}
