using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>Entries that one read of a source gave, in their order. Filled by the feed, then handed over and never changed by it.</summary>
/// <remarks>A feed says to which transaction changes belong and where each transaction ends; begins, counts and orders
/// are the engine's.</remarks>
public sealed class FeedBatch
{
    /// <summary>A rough size of a small object with its position.</summary>
    internal const int ItemSize = 128;

    private List<FeedEntry> _entries = new(16);

    /// <summary>The entries.</summary>
    public IReadOnlyList<FeedEntry> Entries => _entries;

    /// <summary>The same, for the engine: without interface calls.</summary>
    internal List<FeedEntry> EntryList => _entries;

    /// <summary>The number of changes in all entries.</summary>
    public int ChangeCount { get; private set; }

    /// <summary>The bytes that the entries keep alive.</summary>
    public long ByteSize { get; private set; }

    /// <summary>True if one of the entries is a <see cref="Notice"/>.</summary>
    internal bool HasNotice { get; private set; }

    /// <summary>True if one of the entries is only a mark for the engine.</summary>
    internal bool HasMark { get; private set; }

    /// <summary>Adds consecutive changes of one transaction, or outside of one.</summary>
    public void Add(ChangeSet changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        _entries.Add(FeedEntry.Of(changes));
        ChangeCount += changes.Count;
        ByteSize += changes.ByteSize;
    }

    /// <summary>Adds a schema change, a heartbeat or a notice: see <see cref="StreamItems"/>.</summary>
    /// <param name="item">The item.</param>
    /// <param name="transaction">The transaction inside of which it is; null, the default, outside of one.</param>
    public void Add(StreamItem item, TransactionInfo? transaction = null)
    {
        ArgumentNullException.ThrowIfNull(item);
        item.SetTransaction(transaction);
        _entries.Add(FeedEntry.Of(item));
        HasNotice |= item is Notice;
        ByteSize += ItemSize;
    }

    /// <summary>Adds progress without anything to yield; replaces bare progress directly before it.</summary>
    public void Add(SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (_entries.Count > 0 && _entries[^1].Progress is not null)
        {
            _entries[^1] = FeedEntry.Of(position);
            return;
        }

        _entries.Add(FeedEntry.Of(position));
        ByteSize += ItemSize;
    }

    /// <summary>Says that a transaction has ended: no further change of it follows. For a transaction of which nothing was delivered it
    /// is bare progress.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="position">The position to resume from after it.</param>
    public void EndTransaction(TransactionInfo transaction, SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(position);
        if (_entries.Count > 0 && _entries[^1].Progress is not null)
        {
            // The end covers it, and the last change before it can then carry the end.
            _entries.RemoveAt(_entries.Count - 1);
            ByteSize -= ItemSize;
        }

        if (_entries.Count > 0 && _entries[^1].Changes is { End: null } last && ReferenceEquals(last.Transaction, transaction))
        {
            last.End = position;
            return;
        }

        _entries.Add(FeedEntry.Of(FeedMark.End(transaction, position)));
        HasMark = true;
        ByteSize += ItemSize;
    }

    /// <summary>Says what an earlier reading delivered of a transaction that this feed resumes, for offsets of version 1, which may lack
    /// these counts. Where the offset has them the engine ignores it.</summary>
    /// <param name="transaction">The transaction; before its first change or its end.</param>
    /// <param name="delivered">Database, table, and the number of delivered changes, in the order of the first change.</param>
    public void ResumeTransaction(TransactionInfo transaction, IEnumerable<(string Database, string Table, long Count)> delivered)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(delivered);
        var counts = new List<TableCount>();
        foreach (var (database, table, count) in delivered)
        {
            counts.Add(new TableCount(database, table, count));
        }

        _entries.Add(FeedEntry.Of(FeedMark.Resumed(transaction, counts)));
        HasMark = true;
    }

    /// <summary>Sets the state of snapshots for what follows in the batch.</summary>
    /// <param name="state">The state.</param>
    /// <param name="position">The position of what is before it in the stream.</param>
    internal void Add(ISnapshotState state, SourcePosition position)
    {
        _entries.Add(FeedEntry.Of(FeedMark.Of(state, position)));
        HasMark = true;
        ByteSize += ItemSize;
    }

    /// <summary>Asks when everything before it is acknowledged.</summary>
    /// <param name="probe">Gets the answer.</param>
    /// <param name="position">The position of what is before it in the stream.</param>
    internal void Add(AcknowledgementProbe probe, SourcePosition position)
    {
        _entries.Add(FeedEntry.Of(FeedMark.Of(probe, position)));
        HasMark = true;
        ByteSize += ItemSize;
    }

    /// <summary>Sets the state of snapshots for the whole batch.</summary>
    /// <param name="state">The state.</param>
    /// <param name="position">The position of what is before the batch in the stream.</param>
    internal void Prepend(ISnapshotState state, SourcePosition position)
    {
        _entries.Insert(0, FeedEntry.Of(FeedMark.Of(state, position)));
        HasMark = true;
        ByteSize += ItemSize;
    }

    /// <summary>Appends an entry of another batch. The end of a transaction is joined with the last change of the transaction.</summary>
    internal void Append(in FeedEntry entry)
    {
        if (entry.Mark is { IsEnd: true, Position: { } end } mark)
        {
            EndTransaction(mark.Transaction, end);
        }
        else if (entry.Changes is { } set)
        {
            Add(set);
        }
        else if (entry.Progress is { } position)
        {
            Add(position);
        }
        else
        {
            _entries.Add(entry);
            HasNotice |= entry.Item is Notice;
            HasMark |= entry.Mark is not null;
            ByteSize += ItemSize;
        }
    }

    /// <summary>Moves what follows to a batch of its own.</summary>
    /// <param name="count">How many entries remain here.</param>
    /// <param name="changes">How many changes of the next entry remain here too; it belongs to no transaction then.</param>
    internal FeedBatch SplitAfter(int count, int changes = 0)
    {
        var rest = new FeedBatch();
        var moved = _entries[count..];
        _entries.RemoveRange(count, _entries.Count - count);
        if (changes > 0 && moved[0].Changes is { } set)
        {
            _entries.Add(FeedEntry.Of(new ChangeSetPart(set, 0, changes)));
            moved[0] = FeedEntry.Of(new ChangeSetPart(set, changes, set.Count - changes));
        }

        foreach (var entry in moved)
        {
            rest._entries.Add(entry);
            rest.HasNotice |= entry.Item is Notice;
            rest.HasMark |= entry.Mark is not null;
            rest.ChangeCount += entry.Changes?.Count ?? 0;
            rest.ByteSize += entry.Changes?.ByteSize ?? ItemSize;
        }

        ChangeCount -= rest.ChangeCount;
        ByteSize = Math.Max(0, ByteSize - rest.ByteSize);
        return rest;
    }

    /// <summary>A batch with views of this one's changes, for filters and transforms. This batch must not be used afterwards.</summary>
    /// <param name="view">Gives the view of a set, or null to drop the whole set: its position is kept as bare progress.</param>
    public FeedBatch Select(Func<ChangeSet, ChangeSet?> view) => Select(view, static _ => true);

    /// <summary>The same, without some of the items: their positions are kept as bare progress.</summary>
    internal FeedBatch Select(Func<ChangeSet, ChangeSet?> view, Func<StreamItem, bool> keeps)
    {
        ArgumentNullException.ThrowIfNull(view);
        var result = new FeedBatch { HasNotice = HasNotice };
        foreach (var entry in _entries)
        {
            if (entry.Changes is { } set)
            {
                result.AddView(view(set), set);
            }
            else if (entry.Mark is { IsEnd: true, Position: { } end } mark)
            {
                result.EndTransaction(mark.Transaction, end);
            }
            else if (entry.Progress is { } position)
            {
                result.Add(position);
            }
            else if (entry.Item is { } item && !keeps(item))
            {
                result.Add(entry.Position);
            }
            else
            {
                result._entries.Add(entry);
                result.HasMark |= entry.Mark is not null;
                result.ByteSize += ItemSize;
            }
        }

        return result;
    }

    /// <summary>The engine has counted the transactions.</summary>
    /// <param name="entries">The entries, without marks.</param>
    /// <param name="addedItems">How many of them are new.</param>
    internal void Replace(List<FeedEntry> entries, int addedItems)
    {
        _entries = entries;
        HasMark = false;
        ByteSize += addedItems * (long)ItemSize;
    }

    private void AddView(ChangeSet? view, ChangeSet set)
    {
        if (view is not null)
        {
            Add(view);
        }
        else if (set.SnapshotAfter(set.Count - 1) is { } snapshot)
        {
            // The rows count as read, although nobody sees them.
            Add(snapshot, set.GetPosition(set.Count - 1));
        }
        else
        {
            Add(set.GetPosition(set.Count - 1));
        }

        if (set is { End: { } end, Transaction: { } transaction })
        {
            EndTransaction(transaction, end);
        }
    }
}
