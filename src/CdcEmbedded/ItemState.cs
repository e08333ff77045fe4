using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>What an item that is not a change knows about its position. The engine completes it before the item is yielded.</summary>
internal struct ItemState
{
    public ItemState(SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        Position = position;
        State = PlaceState.None;
    }

    /// <summary>The source's position after it.</summary>
    public SourcePosition Position { get; }

    /// <summary>What else an offset has there.</summary>
    public PlaceState State { get; set; }

    /// <summary>The transaction that contains it; null outside of one.</summary>
    public TransactionInfo? Transaction { get; set; }

    /// <summary>The stream that delivered it; null outside of one.</summary>
    public IOffsetOrigin? Stream { get; set; }

    /// <summary>Its number in that stream.</summary>
    public long Sequence { get; set; }
}
