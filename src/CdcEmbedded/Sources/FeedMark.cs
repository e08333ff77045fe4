using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>What a feed says about a transaction besides its changes: where it ends, or what an earlier reading delivered of it.</summary>
internal sealed class FeedMark
{
    private FeedMark(TransactionInfo transaction, SourcePosition? position, IReadOnlyList<TableCount>? delivered)
    {
        Transaction = transaction;
        Position = position;
        Delivered = delivered;
    }

    public TransactionInfo Transaction { get; }

    /// <summary>The position after its end; null if it resumes.</summary>
    public SourcePosition? Position { get; }

    /// <summary>What was delivered of it; null at its end.</summary>
    public IReadOnlyList<TableCount>? Delivered { get; }

    public bool IsEnd => Position is not null;

    public static FeedMark End(TransactionInfo transaction, SourcePosition position) => new(transaction, position, null);

    public static FeedMark Resumed(TransactionInfo transaction, IReadOnlyList<TableCount> delivered) => new(transaction, null, delivered);
}
