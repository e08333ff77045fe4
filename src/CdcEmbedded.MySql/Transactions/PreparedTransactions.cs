using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The XA transactions whose XA PREPARE was read and whose outcome was not: their changes wait here (R20).</summary>
/// <param name="start">Where reading began: those that are open in its offset are read again before anything new.</param>
/// <param name="scope">What the options capture.</param>
internal sealed class PreparedTransactions(BinlogPosition start, ulong scope)
{
    private readonly Dictionary<string, PreparedTransaction> _transactions = new(StringComparer.Ordinal);

    /// <summary>What an offset must remember.</summary>
    public XaHistory History { get; private set; } = start.Xa;

    /// <summary>Memory that the waiting changes keep alive.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Keeps a transaction. One without captured changes is remembered by its name alone: no offset leads back to it.</summary>
    public void Add(PreparedTransaction transaction)
    {
        var place = transaction.Place;
        if (_transactions.TryGetValue(place.Xid, out var earlier))
        {
            Drop(earlier);
        }

        _transactions[place.Xid] = transaction;
        HeldBytes += transaction.Changes.HeldBytes;
        History = History.Prepare(place, isCaptured: !transaction.Changes.IsEmpty, scope);
    }

    /// <summary>Removes a transaction whose outcome was read.</summary>
    /// <returns>Null where it was prepared before reading began.</returns>
    /// <exception cref="SourceInconsistentException">It should have been read again and was not.</exception>
    public PreparedTransaction? Take(string xid)
    {
        if (!_transactions.Remove(xid, out var transaction))
        {
            return History.FindPending(xid) is { } place ? throw new SourceInconsistentException($"The rows of the prepared XA transaction "
                + $"{xid} should have been read again from {place.Begin}, but the log has its outcome without them. Reconcile its tables, "
                + "then restart from a position after that outcome.") : null;
        }

        HeldBytes -= transaction.Changes.HeldBytes;
        History = History.Complete(xid);
        return transaction;
    }

    /// <summary>A transaction was delivered.</summary>
    /// <param name="xid">Its name.</param>
    /// <param name="isCaptured">True if it had captured changes.</param>
    public void MarkDelivered(string xid, bool isCaptured) => History = History.Deliver(xid, isCaptured, scope);

    /// <summary>What was delivered is rolled back.</summary>
    public void MarkUndone(string xid) => History = History with { Delivered = History.Delivered.Without(xid) };

    /// <summary>A transaction that was taken is rolled back: its changes are dropped, and can be read again.</summary>
    public void RollBack(PreparedTransaction transaction)
    {
        if (!transaction.Changes.IsEmpty)
        {
            History = History.RollBack(transaction.Place);
        }

        transaction.Changes.Release();
    }

    /// <summary>True if the stream lacks nothing of a transaction that is committed and does not wait here.</summary>
    public bool IsKnown(string xid) => History.Delivered.Contains(xid) || History.Uncaptured.Contains(xid, scope);

    /// <summary>The transaction that holds the most memory; null where none holds any.</summary>
    public PreparedTransaction? FindLargest()
    {
        PreparedTransaction? largest = null;
        foreach (var transaction in _transactions.Values)
        {
            if (transaction.Changes.HeldBytes > (largest?.Changes.HeldBytes ?? 0))
            {
                largest = transaction;
            }
        }

        return largest;
    }

    /// <summary>Moves the changes of one of the transactions to the spill file.</summary>
    public async ValueTask SpillAsync(PreparedTransaction transaction, SpillSpace space, CancellationToken cancellationToken)
    {
        HeldBytes -= transaction.Changes.HeldBytes;
        await transaction.Changes.SpillAsync(space, transaction.Transaction.Id, cancellationToken).ConfigureAwait(false);
    }

    private void Drop(PreparedTransaction transaction)
    {
        HeldBytes -= transaction.Changes.HeldBytes;
        transaction.Changes.Release();
    }
}
