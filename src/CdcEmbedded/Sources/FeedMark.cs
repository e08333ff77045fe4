using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>What a feed says about a transaction besides its changes: where it ends, or what an earlier reading delivered of it; or the
/// state of snapshots from here on, or a question about what is acknowledged.</summary>
internal sealed class FeedMark
{
    private readonly TransactionInfo? _transaction;

    private FeedMark(TransactionInfo? transaction, SourcePosition? position, IReadOnlyList<TableCount>? delivered,
        ISnapshotState? snapshot = null, AcknowledgementProbe? probe = null)
    {
        _transaction = transaction;
        Snapshot = snapshot;
        Probe = probe;
        Position = position;
        Delivered = delivered;
    }

    public TransactionInfo Transaction
        => _transaction ?? throw new InvalidOperationException("A state of snapshots belongs to no transaction.");

    /// <summary>The state of snapshots from here on; null for other marks.</summary>
    public ISnapshotState? Snapshot { get; }

    /// <summary>Asks when everything before it is acknowledged; null for other marks.</summary>
    public AcknowledgementProbe? Probe { get; }

    /// <summary>The position after its end, or of the state; null if it resumes.</summary>
    public SourcePosition? Position { get; }

    /// <summary>What was delivered of it; null at its end.</summary>
    public IReadOnlyList<TableCount>? Delivered { get; }

    public bool IsEnd => Position is not null && Snapshot is null && Probe is null;

    public static FeedMark End(TransactionInfo transaction, SourcePosition position) => new(transaction, position, null);

    public static FeedMark Of(ISnapshotState snapshot, SourcePosition position) => new(null, position, null, snapshot);

    public static FeedMark Of(AcknowledgementProbe probe, SourcePosition position) => new(null, position, null, null, probe);

    public static FeedMark Resumed(TransactionInfo transaction, IReadOnlyList<TableCount> delivered) => new(transaction, null, delivered);
}
