using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>The first delivered change of a transaction follows. Not repeated when reading resumes inside a transaction.</summary>
public sealed class TransactionBegin : StreamItem
{
    private ItemState _state;

    /// <summary>Creates the item.</summary>
    internal TransactionBegin(TransactionInfo transaction, SourcePosition position)
    {
        Transaction = transaction;
        _state = new ItemState(position);
    }

    /// <summary>The transaction.</summary>
    public TransactionInfo Transaction { get; }

    private protected override ref ItemState State => ref _state;

    /// <inheritdoc/>
    public override string ToString() => $"Begin {Transaction.Id}";
}
