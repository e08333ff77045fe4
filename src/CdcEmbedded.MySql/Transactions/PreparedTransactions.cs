using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The XA transactions whose XA PREPARE was read and whose outcome was not: their changes wait here (R20).</summary>
/// <param name="start">Where reading began: those that are open in its offset are read again before anything new.</param>
internal sealed class PreparedTransactions(BinlogPosition start)
{
    private readonly Dictionary<string, PreparedTransaction> _transactions = new(StringComparer.Ordinal);

    /// <summary>Those that an offset must remember, in the order of the log; an array that is never changed.</summary>
    public PendingXa[] Pending { get; private set; } = start.Pending;

    /// <summary>Those that were delivered last.</summary>
    public DeliveredXa Delivered { get; set; } = start.Delivered;

    /// <summary>Memory that the waiting changes keep alive.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Keeps a transaction. One without captured changes is remembered by its name alone: an offset need
    /// not remember it.</summary>
    public void Add(PreparedTransaction transaction)
    {
        var place = transaction.Place;
        if (_transactions.TryGetValue(place.Xid, out var earlier))
        {
            Drop(earlier);
        }

        _transactions[place.Xid] = transaction;
        Delivered = Delivered.Without(place.Xid);
        HeldBytes += transaction.Changes.HeldBytes;
        if (!transaction.Changes.IsEmpty)
        {
            Pending = Array.IndexOf(Pending, place) >= 0 ? Pending : [.. Array.FindAll(Pending, p => p.Xid != place.Xid), place];
        }
    }

    /// <summary>The place of a transaction that the offset has open; null for others.</summary>
    public PendingXa? FindPending(string xid) => Array.Find(Pending, p => p.Xid == xid);

    /// <summary>Removes a transaction whose outcome was read.</summary>
    /// <returns>Null where it was prepared before reading began.</returns>
    /// <exception cref="SourceInconsistentException">It should have been read again and was not.</exception>
    public PreparedTransaction? Take(string xid)
    {
        if (!_transactions.Remove(xid, out var transaction))
        {
            return FindPending(xid) is { } place ? throw new SourceInconsistentException($"The rows of the prepared XA transaction {xid} "
                + $"should have been read again from {place.Begin}, but the log has its outcome without them. Reconcile its tables, then "
                + "restart from a position after that outcome.") : null;
        }

        HeldBytes -= transaction.Changes.HeldBytes;
        Pending = Array.FindAll(Pending, p => p.Xid != xid);
        return transaction;
    }

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
