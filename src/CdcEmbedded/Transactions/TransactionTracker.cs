using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Transactions;

/// <summary>Counts the changes of each transaction as they are delivered, after all filters, and makes begins and ends of it (R45b, R54).
/// It continues where an offset, or an earlier connection, stopped inside a transaction.</summary>
/// <remarks>Used by the reading flow only. A transaction begins with its first entry in a batch and ends where the feed says so. For
/// transactions with changes of one table nothing is allocated.</remarks>
internal sealed class TransactionTracker
{
    private readonly bool _wantsItems;
    private readonly List<OpenTransaction> _open = new(1);
    private PlaceState _idle = PlaceState.None;
    private OpenTransaction? _spare;
    private FeedEntry _last;
    private List<FeedEntry> _output = [];
    private int _added;

    /// <param name="wantsItems">True if the consumer enumerates begins and ends.</param>
    public TransactionTracker(bool wantsItems) => _wantsItems = wantsItems;

    /// <summary>Starts at an offset, or without one.</summary>
    public void Start(CdcOffset? offset)
    {
        _open.Clear();
        foreach (var counters in offset?.ReadTransactions() ?? TransactionCounters.None)
        {
            var open = new OpenTransaction();
            open.Resume(counters.Id, null, counters.Tables);
            _open.Add(open);
        }
    }

    /// <summary>Sets the state of snapshots that the following places have.</summary>
    public void SetSnapshot(ISnapshotState? state) => _idle = PlaceState.Of(TransactionCounters.None, state);

    /// <summary>The source is open: at the start, or after the last entry.</summary>
    public void OnOpened(SourcePosition position)
    {
        _last = FeedEntry.Of(position);
        foreach (var open in _open)
        {
            open.OnReopened();
        }
    }

    /// <summary>Returns a position with the counters of the open transactions.</summary>
    public StreamPlace PlaceAt(SourcePosition position) => new(position, StateWithout(-1));

    /// <summary>Counts a batch, in place.</summary>
    public void Process(FeedBatch batch)
    {
        var entries = batch.EntryList;
        if (_wantsItems || batch.HasMark)
        {
            _output = new List<FeedEntry>(entries.Count + 8);
            _added = 0;
            foreach (var entry in entries)
            {
                Process(entry);
            }

            batch.Replace(_output, _added);
        }
        else
        {
            for (var i = 0; i < entries.Count; i++)
            {
                entries[i] = ProcessQuietly(entries[i]);
            }
        }
    }

    /// <summary>Adds an entry of a batch without marks, for a consumer that wants no begins and ends: it stays one entry.</summary>
    private FeedEntry ProcessQuietly(FeedEntry entry)
    {
        if (entry.Changes is { } set)
        {
            if (set.Transaction is { } transaction)
            {
                Find(transaction, out var index).Add(set, StateWithout(index));
                if (set.End is not null)
                {
                    Close(index);
                }
            }
            else if (HasState)
            {
                set.Place(0, null, 0, StateWithout(-1));
            }
        }
        else if (entry.Item is { } item)
        {
            if (item.EnclosingTransaction is { } transaction)
            {
                Find(transaction, out _);
            }

            item.SetState(StateWithout(-1));
        }
        else if (HasState && entry.Progress is { } position)
        {
            return FeedEntry.Of(PlaceAt(position));
        }

        return entry;
    }

    private void Process(FeedEntry entry)
    {
        if (entry.Mark is { } mark)
        {
            ProcessMark(mark);
            return;
        }

        BeginIfNew(entry.Changes?.Transaction ?? entry.Item?.EnclosingTransaction);
        if (_wantsItems && entry.Changes is { End: { } end, Transaction: { } transaction } set)
        {
            // The end is an item of its own: the position after the last change stays inside, so that a restart there still
            // reports the end.
            set.End = null;
            Output(ProcessQuietly(entry));
            End(transaction, end);
            return;
        }

        Output(ProcessQuietly(entry));
    }

    private void ProcessMark(FeedMark mark)
    {
        if (mark.Snapshot is { } snapshot)
        {
            SetSnapshot(snapshot);
            Output(FeedEntry.Of(PlaceAt(mark.Position ?? _last.Position)));
        }
        else if (mark.Probe is { } probe)
        {
            Output(FeedEntry.Of(PlaceAt(mark.Position ?? _last.Position), probe));
        }
        else if (mark.Position is { } position)
        {
            End(mark.Transaction, position);
        }
        else if (IndexOf(mark.Transaction) < 0)
        {
            var open = new OpenTransaction();
            open.Resume(mark.Transaction.Id, mark.Transaction, mark.Delivered ?? []);
            _open.Add(open);
        }
    }

    private void BeginIfNew(TransactionInfo? transaction)
    {
        if (!_wantsItems || transaction is null || IndexOf(transaction) >= 0)
        {
            return;
        }

        Find(transaction, out _);
        var begin = new TransactionBegin(transaction, _last.Position);
        begin.SetState(StateWithout(-1));
        _added++;
        Output(FeedEntry.Of(begin));
    }

    private void End(TransactionInfo transaction, SourcePosition position)
    {
        var index = IndexOf(transaction);
        if (index >= 0 && _wantsItems)
        {
            var open = _open[index];
            var end = new TransactionEnd(transaction, open.Total, open.ToDataCollections(), position);
            Close(index);
            end.SetState(StateWithout(-1));
            _added++;
            Output(FeedEntry.Of(end));
            return;
        }

        if (index >= 0)
        {
            Close(index);
        }

        Output(FeedEntry.Of(PlaceAt(position)));
    }

    private void Output(FeedEntry entry)
    {
        _last = entry;
        _output.Add(entry);
    }

    private int IndexOf(TransactionInfo transaction)
    {
        for (var i = 0; i < _open.Count; i++)
        {
            if (_open[i].Is(transaction))
            {
                return i;
            }
        }

        return -1;
    }

    private OpenTransaction Find(TransactionInfo transaction, out int index)
    {
        index = IndexOf(transaction);
        if (index < 0)
        {
            DropUnseen();
            var open = _spare ?? new OpenTransaction();
            _spare = null;
            open.Begin(transaction);
            index = _open.Count;
            _open.Add(open);
        }

        return _open[index];
    }

    /// <summary>Another transaction begins while the source has none open: those of the offset that did not reappear
    /// have nothing left.</summary>
    private void DropUnseen()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            if (!_open[i].IsSeen && _open[i].Total == 0)
            {
                _open.RemoveAt(i);
            }
        }
    }

    private void Close(int index)
    {
        _spare = _open[index];
        _open.RemoveAt(index);
    }

    private bool HasState => _open.Count > 0 || !ReferenceEquals(_idle, PlaceState.None);

    /// <summary>Returns the state of places, without one of the open transactions.</summary>
    private PlaceState StateWithout(int except)
    {
        var count = _open.Count - (except < 0 ? 0 : 1);
        if (count == 0)
        {
            return _idle;
        }

        var result = new TransactionCounters[count];
        for (int i = 0, at = 0; i < _open.Count; i++)
        {
            if (i != except)
            {
                result[at++] = _open[i].ToCounters();
            }
        }

        return new PlaceState(result, _idle.Snapshot);
    }
}
