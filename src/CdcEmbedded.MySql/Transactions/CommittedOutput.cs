using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Collects what may be handed to the engine: changes of committed transactions, items, and the position. One caller.</summary>
/// <param name="maxChanges">Number of changes from which on a batch is full.</param>
/// <param name="maxBytes">Number of bytes from which on a batch is full.</param>
internal sealed class CommittedOutput(int maxChanges, long maxBytes)
{
    private FeedBatch _batch = new();

    /// <summary>True if the batch should be handed over before more is read.</summary>
    public bool IsFull => _batch.ChangeCount >= maxChanges || _batch.ByteSize > maxBytes;

    /// <summary>True if the batch has an entry.</summary>
    public bool HasEntries => _batch.Entries.Count > 0;

    /// <summary>True if the position moved since the last entry.</summary>
    public bool HasProgress { get; private set; }

    /// <summary>Adds changes.</summary>
    public void Add(ChangeSet changes)
    {
        _batch.Add(changes);
        HasProgress = false;
    }

    /// <summary>Adds an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="transaction">The transaction inside of which it is; null outside of one.</param>
    public void Add(StreamItem item, MySqlTransaction? transaction = null)
    {
        _batch.Add(item, transaction);
        HasProgress = false;
    }

    /// <summary>Says what was delivered of a transaction before a restart.</summary>
    /// <param name="transaction">The transaction; before its first entry.</param>
    /// <param name="done">Database, table, and the number of changes.</param>
    public void ResumeTransaction(MySqlTransaction transaction, IEnumerable<(string Database, string Table, long Count)> done)
        => _batch.ResumeTransaction(transaction, done);

    /// <summary>Ends a transaction of which something was added.</summary>
    public void EndTransaction(MySqlTransaction transaction, BinlogPosition end)
    {
        _batch.EndTransaction(transaction, end);
        HasProgress = false;
    }

    /// <summary>The position moved without an entry. Which position that is, is asked only when a batch is handed over: most transactions
    /// of a filtered log need none.</summary>
    public void MarkProgress() => HasProgress = true;

    /// <summary>Adds the position.</summary>
    public void AddProgress(BinlogPosition position)
    {
        _batch.Add(position);
        HasProgress = false;
    }

    /// <summary>Takes the entries.</summary>
    public FeedBatch Take()
    {
        var batch = _batch;
        _batch = new FeedBatch();
        return batch;
    }
}
