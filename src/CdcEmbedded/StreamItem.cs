using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>Anything a stream yields: a <see cref="ChangeEvent"/>, a <see cref="TransactionBegin"/>, a
/// <see cref="TransactionEnd"/>, a <see cref="SchemaChange"/>, a <see cref="Heartbeat"/> or a <see cref="Notice"/>. Immutable; may
/// be kept and read from any thread.</summary>
public abstract class StreamItem
{
    private protected StreamItem()
    {
    }

    /// <summary>The offset to resume from after this item has been processed. Built at each call.</summary>
    public CdcOffset Offset => Place.ToOffset(Stream);

    /// <summary>The same in the form in which the engine keeps it.</summary>
    internal virtual StreamPlace Place => new(State.Position, State.State);

    /// <summary>The stream that delivered it; null outside of one.</summary>
    internal virtual IOffsetOrigin? Stream => State.Stream;

    /// <summary>Its number in that stream.</summary>
    internal virtual long Sequence => State.Sequence;

    /// <summary>The transaction that contains it; null outside of one.</summary>
    internal virtual TransactionInfo? EnclosingTransaction => State.Transaction;

    /// <summary>The state of all items except changes. A change finds its own in its set, so that it stays at 32 bytes.</summary>
    private protected abstract ref ItemState State { get; }

    /// <summary>Sets its number in the stream, before it is yielded.</summary>
    internal virtual void Stamp(IOffsetOrigin stream, long sequence)
    {
        State.Stream = stream;
        State.Sequence = sequence;
    }

    /// <summary>Sets the transaction that contains it.</summary>
    internal virtual void SetTransaction(TransactionInfo? transaction) => State.Transaction = transaction;

    /// <summary>Sets what an offset has after it besides the position.</summary>
    internal void SetState(PlaceState state) => State.State = state;
}
