using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>The source is alive and everything up to <see cref="StreamItem.Offset"/> has been yielded: nothing lags.</summary>
public sealed class Heartbeat : StreamItem
{
    /// <summary>Creates the item; for source adapters and test doubles.</summary>
    public Heartbeat(SourcePosition position) => Position = position;

    internal override SourcePosition Position { get; }

    /// <inheritdoc/>
    public override string ToString() => "Heartbeat";
}
