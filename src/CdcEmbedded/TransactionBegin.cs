using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>The first delivered change of a transaction follows. Not repeated when reading goes on inside a transaction.</summary>
public sealed class TransactionBegin : StreamItem
{
    private object? _stream;
    private long _sequence;

    /// <summary>Creates the item; for source adapters and test doubles.</summary>
    public TransactionBegin(TransactionInfo transaction, SourcePosition position)
    {
        Transaction = transaction;
        Position = position;
    }

    /// <summary>The transaction.</summary>
    public TransactionInfo Transaction { get; }

    internal override SourcePosition Position { get; }

    internal override object? Stream => _stream;

    internal override long Sequence => _sequence;

    internal override void Stamp(object stream, long sequence)
    {
        _stream = stream;
        _sequence = sequence;
    }

    /// <inheritdoc/>
    public override string ToString() => $"Begin {Transaction.Id}";
}
