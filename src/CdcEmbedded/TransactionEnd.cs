using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>All delivered changes of a transaction have been yielded, and it was committed.</summary>
public sealed class TransactionEnd : StreamItem
{
    private ItemState _state;

    /// <summary>Creates the item.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="eventCount">How many changes were delivered, after filtering.</param>
    /// <param name="dataCollections">The same for each table, as <c>database.table</c>, in the order of their first change.</param>
    /// <param name="position">Where reading goes on.</param>
    internal TransactionEnd(TransactionInfo transaction, long eventCount, IReadOnlyList<KeyValuePair<string, long>> dataCollections,
        SourcePosition position)
    {
        Transaction = transaction;
        EventCount = eventCount;
        DataCollections = dataCollections;
        _state = new ItemState(position);
    }

    /// <summary>The transaction.</summary>
    public TransactionInfo Transaction { get; }

    /// <summary>How many changes were delivered, after filtering; a primary-key change told as delete and create counts twice.</summary>
    public long EventCount { get; }

    /// <summary>The same for each table, as <c>database.table</c>, in the order of their first change.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> DataCollections { get; }

    private protected override ref ItemState State => ref _state;

    /// <inheritdoc/>
    public override string ToString() => $"End {Transaction.Id} ({EventCount} changes)";
}
