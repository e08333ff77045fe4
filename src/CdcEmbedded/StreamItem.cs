using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>Anything a stream yields: a <see cref="ChangeEvent"/>, a <see cref="TransactionBegin"/>, a <see cref="TransactionEnd"/>, a
/// <see cref="SchemaChange"/>, a <see cref="Heartbeat"/> or a <see cref="Notice"/>. Immutable; may be kept and read from any thread.</summary>
public abstract class StreamItem
{
    private protected StreamItem()
    {
    }

    /// <summary>The offset to resume from after this item has been processed. Built at each call.</summary>
    public CdcOffset Offset => Place.ToOffset(Stream);

    /// <summary>The same as the engine keeps it.</summary>
    internal virtual StreamPlace Place => new(State.Position, State.Open);

    /// <summary>The stream that delivered it; null outside of one.</summary>
    internal virtual IOffsetOrigin? Stream => State.Stream;

    /// <summary>Its place in that stream.</summary>
    internal virtual long Sequence => State.Sequence;

    /// <summary>The transaction inside of which it is; null outside of one.</summary>
    internal virtual TransactionInfo? EnclosingTransaction => State.Transaction;

    /// <summary>What all items but changes keep. A change finds its own in its set, to stay at 32 bytes.</summary>
    private protected abstract ref ItemState State { get; }

    /// <summary>Gives it its place in the stream, before it is yielded.</summary>
    internal virtual void Stamp(IOffsetOrigin stream, long sequence)
    {
        State.Stream = stream;
        State.Sequence = sequence;
    }

    /// <summary>Gives it the transaction inside of which it is.</summary>
    internal virtual void SetTransaction(TransactionInfo? transaction) => State.Transaction = transaction;

    /// <summary>Gives it the counters of the transactions that are open after it.</summary>
    internal void SetOpen(TransactionCounters[] open) => State.Open = open;
}
