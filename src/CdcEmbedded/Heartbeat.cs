using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>The source is alive and everything up to <see cref="StreamItem.Offset"/> has been yielded: nothing lags.</summary>
public sealed class Heartbeat : StreamItem
{
    private object? _stream;
    private long _sequence;

    /// <summary>Creates the item; for source adapters and test doubles.</summary>
    public Heartbeat(SourcePosition position) => Position = position;

    internal override SourcePosition Position { get; }

    internal override object? Stream => _stream;

    internal override long Sequence => _sequence;

    internal override void Stamp(object stream, long sequence)
    {
        _stream = stream;
        _sequence = sequence;
    }

    /// <inheritdoc/>
    public override string ToString() => "Heartbeat";
}
