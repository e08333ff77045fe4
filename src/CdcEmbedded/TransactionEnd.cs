using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>All delivered changes of a transaction have been yielded, and it was committed.</summary>
public sealed class TransactionEnd : StreamItem
{
    private ItemState _state;

    /// <summary>Creates the item.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="eventCount">Number of delivered changes, after filters.</param>
    /// <param name="dataCollections">The same for each table, as <c>database.table</c>, in the order of their first changes.</param>
    /// <param name="position">The position to resume from.</param>
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

    /// <summary>Number of delivered changes, after filters; a primary-key change that is delivered as delete and
    /// create counts twice.</summary>
    public long EventCount { get; }

    /// <summary>The same for each table, as <c>database.table</c>, in the order of their first changes.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> DataCollections { get; }

    private protected override ref ItemState State => ref _state;

    /// <inheritdoc/>
    public override string ToString() => $"End {Transaction.Id} ({EventCount} changes)";
}
