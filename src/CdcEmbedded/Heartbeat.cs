using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>The source is alive, and everything up to <see cref="StreamItem.Offset"/> has been yielded.</summary>
public sealed class Heartbeat : StreamItem
{
    private ItemState _state;

    /// <summary>Creates the item.</summary>
    internal Heartbeat(SourcePosition position) => _state = new ItemState(position);

    private protected override ref ItemState State => ref _state;

    /// <inheritdoc/>
    public override string ToString() => "Heartbeat";
}
