using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Follows the stream: shows every delivered entry to the machine and to those who watch, and knows where the stream is. Used by
/// the reading flow, under the coordinator's lock where not said otherwise.</summary>
internal sealed class StreamObserver(SnapshotMachine machine)
{
    private readonly List<IStreamWatcher> _watchers = [];
    private volatile SourcePosition? _position;
    private FeedEntry? _last;
    private SourcePosition? _lastEnd;

    /// <summary>Where the stream is. For any thread.</summary>
    public SourcePosition Position => _position ?? throw new InvalidOperationException("The stream is not open.");

    /// <summary>The stream's position as text. For any thread.</summary>
    public string PositionText => (_lastEnd ?? _position)?.ToOffset().ToString() ?? "";

    /// <summary>True if anybody watches the stream.</summary>
    public bool IsWatched => _watchers.Count > 0;

    public void Add(IStreamWatcher watcher) => _watchers.Add(watcher);

    public void Remove(IStreamWatcher watcher) => _watchers.Remove(watcher);

    /// <summary>The feed is open.</summary>
    public void OnOpened(SourcePosition position)
    {
        _position = position;
        _last = null;
        machine.Release();
        machine.OnOpened(position);
        foreach (var watcher in _watchers)
        {
            watcher.OnReopened();
        }
    }

    /// <summary>The rows of a view are delivered at a position. Without the lock.</summary>
    public void MoveTo(SourcePosition position) => _position = position;

    /// <summary>Remembers where the stream is while nobody needs to be shown anything. Allocates nothing; without the lock.</summary>
    public void Remember(FeedBatch batch)
    {
        if (batch.EntryList is [.., var last])
        {
            // The engine may move the end of a transaction from the set to an entry of its own.
            _lastEnd = last.Changes?.End;
            _last = last;
        }
    }

    /// <summary>Shows the machine where the stream is, if it was not shown the last batches.</summary>
    public void CatchUp()
    {
        if (_last is { } last)
        {
            _last = null;
            OnPlace(_lastEnd ?? (last.Changes is { } set ? set.GetPosition(set.Count - 1) : last.Position));
        }
    }

    /// <summary>Shows a batch, up to where the stream must pause for a view.</summary>
    /// <param name="batch">The batch, from which the rest is removed.</param>
    /// <param name="rest">What must wait until the tables of a blocking snapshot are read; null for nothing.</param>
    /// <returns>False if all of it must wait.</returns>
    public bool Show(FeedBatch batch, out FeedBatch? rest)
    {
        rest = null;
        if (machine.IsAtView)
        {
            rest = batch;
            return false;
        }

        for (var i = 0; i < batch.EntryList.Count; i++)
        {
            if (machine.HasView && IsSplit(batch, i, out var shown))
            {
                if (i == 0 && shown == 0)
                {
                    rest = batch;
                    return false;
                }

                rest = batch.SplitAfter(i, shown);
                if (shown == 0)
                {
                    break;
                }
            }

            Observe(batch.EntryList[i]);
            if (machine.HasView && i + 1 < batch.EntryList.Count && machine.IsAtView)
            {
                rest = batch.SplitAfter(i + 1);
            }
        }

        return true;
    }

    /// <summary>Everything that was taken from the feed has been handed over.</summary>
    /// <param name="output">Gets what those who watch ask.</param>
    public void ShowBoundary(SnapshotOutput output)
    {
        if (_watchers.Count == 0 || !machine.IsAtEnd || machine.Place is not { } place)
        {
            return;
        }

        foreach (var watcher in _watchers)
        {
            if (watcher.OnBoundary(place) is { } probe)
            {
                output.Add(probe, place);
            }
        }
    }

    /// <summary>Shows rows that are about to be delivered to those who watch the stream.</summary>
    public void ShowRows(SnapshotTable table, EmissionPart part)
    {
        foreach (var watcher in _watchers)
        {
            if (watcher.Watches(table.Database, table.Name))
            {
                foreach (var row in part.Rows)
                {
                    watcher.OnRow(part.Chunk.GetRow(row));
                }
            }
        }
    }

    /// <summary>True if the open view does not show all of an entry.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="shown">How many of its changes the view shows. A transaction is visible whole or not at all.</param>
    private bool IsSplit(FeedBatch batch, int entry, out int shown)
    {
        shown = 0;
        if (batch.EntryList[entry].Changes is not { } set)
        {
            return batch.EntryList[entry].Item is not null && machine.PausesBefore(batch.EntryList[entry].Position, machine.IsAtEnd);
        }

        var isAtEnd = machine.IsAtEnd;
        for (var count = set.Transaction is null ? set.Count : 1; shown < count; shown++)
        {
            var next = set.GetPosition(shown);
            if (machine.PausesBefore(next, isAtEnd))
            {
                return true;
            }

            isAtEnd = next.IsTransactionEnd;
        }

        return false;
    }

    private void Observe(in FeedEntry entry)
    {
        if (entry.Changes is { } set)
        {
            if (!set.HasOneTable || Watches(set, 0))
            {
                for (var i = 0; i < set.Count; i++)
                {
                    ObserveChange(set, i);
                }
            }

            OnPlace(set.PositionAfter(set.Count - 1));
            return;
        }

        if (entry.Item is SchemaChange change)
        {
            if (change.Kind == SchemaChangeKind.Create)
            {
                machine.OnCreated(change.Source.Database, change.Source.Table);
            }

            OnSchemaChange(change.Source.Database, change.Source.Table);
            if (change.NewTable is not null || change.NewDatabase is not null)
            {
                var (database, table) = (change.NewDatabase ?? change.Source.Database, change.NewTable ?? change.Source.Table);
                OnSchemaChange(database, table);
                machine.OnReplaced(database, table);
            }
        }

        if (entry.Mark is not { IsEnd: false })
        {
            OnPlace(entry.Position);
        }
    }

    private bool Watches(ChangeSet set, int change)
    {
        var (database, table) = (set.GetDatabase(change), set.GetTable(change));
        foreach (var watcher in _watchers)
        {
            if (watcher.Watches(database, table))
            {
                return true;
            }
        }

        return machine.Watches(database, table);
    }

    private void ObserveChange(ChangeSet set, int change)
    {
        var (database, table) = (set.GetDatabase(change), set.GetTable(change));
        if (machine.Watches(database, table))
        {
            machine.OnChange(database, table, TableChange.Of(set, change));
        }

        foreach (var watcher in _watchers)
        {
            if (watcher.Watches(database, table))
            {
                watcher.OnChange(TableChange.Of(set, change));
            }
        }
    }

    private void OnSchemaChange(string database, string table)
    {
        machine.OnSchemaChange(database, table);
        foreach (var watcher in _watchers)
        {
            watcher.OnSchemaChange(database, table);
        }
    }

    private void OnPlace(SourcePosition position)
    {
        _position = position;
        machine.OnPlace(position);
    }
}
