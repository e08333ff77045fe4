using CdcEmbedded.Diagnostics;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>Walks the entries of the queue's batches, numbers them, and stops at those that the stream yields.</summary>
/// <remarks>Not thread-safe: called under the cursor's lock. A batch is released when the walk has moved past its last entry.</remarks>
internal sealed class EntryWalk
{
    private readonly BatchQueue _queue;
    private readonly IOffsetOrigin _stream;
    private readonly StreamKind _kind;
    private readonly AcknowledgedProgress _progress;
    private readonly IdleProgress _idle;
    private readonly ChangeCounts _counts;
    private readonly bool _keepsSkipped;
    private FeedBatch? _batch;
    private int _entry;
    private long _sequence;

    /// <param name="queue">What was read.</param>
    /// <param name="stream">The stream that delivers it.</param>
    /// <param name="kind">What the stream yields.</param>
    /// <param name="progress">Gets the entries that the stream does not yield.</param>
    /// <param name="idle">Gets them too.</param>
    /// <param name="counts">Counts the changes.</param>
    /// <param name="keepsSkipped">True if skipped entries are yielded as empty batches, so that they do not count as acknowledged.</param>
    public EntryWalk(BatchQueue queue, IOffsetOrigin stream, StreamKind kind, AcknowledgedProgress progress, IdleProgress idle,
        ChangeCounts counts, bool keepsSkipped)
    {
        _queue = queue;
        _stream = stream;
        _kind = kind;
        _progress = progress;
        _idle = idle;
        _counts = counts;
        _keepsSkipped = keepsSkipped;
    }

    /// <summary>The current changes; null while another item or a batch is current.</summary>
    public ChangeSet? Set { get; private set; }

    /// <summary>The newest changes before the current entry.</summary>
    public ChangeSet? LastSet { get; private set; }

    /// <summary>The current item that is not a change; null while changes or a batch are current.</summary>
    public StreamItem? Item { get; private set; }

    /// <summary>The current batch, if batches are yielded.</summary>
    public ChangeBatch? Batch { get; private set; }

    /// <summary>The changes from the current entry on, as far as they are in the same batch and transaction.</summary>
    public IEnumerable<ChangeSet> RestOfTransaction
    {
        get
        {
            var entries = _batch?.EntryList ?? [];
            var transaction = Set?.Transaction ?? (Item as TransactionBegin)?.Transaction;
            for (var i = Math.Max(0, _entry - 1); i < entries.Count; i++)
            {
                var set = entries[i].Changes;
                if (set is not null && (!ReferenceEquals(set.Transaction, transaction) || (transaction is null && set != Set)))
                {
                    yield break;
                }

                if (set is not null)
                {
                    yield return set;
                }
            }
        }
    }

    /// <summary>The changes of the current batch.</summary>
    public IEnumerable<ChangeSet> SetsOfBatch => (_batch?.EntryList ?? []).Select(static entry => entry.Changes).OfType<ChangeSet>();

    /// <summary>Moves to the next entry to yield and skips the others, without waiting.</summary>
    /// <returns>False if there is none yet.</returns>
    public bool MoveNext()
    {
        LastSet = Set ?? LastSet;
        Set = null;
        Item = null;
        Batch = null;
        while (true)
        {
            if (_batch is { } batch)
            {
                if (MoveInside(batch))
                {
                    return true;
                }

                _queue.Release(batch);
                _batch = null;
            }

            if (!_queue.TryDequeue(out _batch))
            {
                return false;
            }

            _entry = 0;
        }
    }

    /// <summary>Makes a batch without changes current, if the position has moved past what was skipped.</summary>
    public bool TakeEmptyBatch()
    {
        if (_idle.TakeMoved() is not { } place)
        {
            return false;
        }

        Batch = new ChangeBatch(place, _stream, _sequence);
        return true;
    }

    /// <summary>After a manual acknowledgement: skips the entries that are not yielded and follow directly, so that the last row of a
    /// transaction stores the transaction's end. The walk itself does not move.</summary>
    public void AbsorbFollowing()
    {
        if (_batch is not { } batch)
        {
            return;
        }

        var entries = batch.EntryList;
        var sequence = _sequence;
        for (var i = _entry; i < entries.Count && sequence == _progress.Sequence; i++, sequence++)
        {
            if (entries[i].Changes is not null || (_kind == StreamKind.Items && entries[i].Item is not null))
            {
                return;
            }

            _progress.Skip(sequence, entries[i].Place);
        }
    }

    private bool MoveInside(FeedBatch batch)
    {
        var entries = batch.EntryList;
        if (_kind == StreamKind.Batches && _entry == 0 && batch.ChangeCount > 0)
        {
            TakeWhole(batch);
            return true;
        }

        while (_entry < entries.Count)
        {
            var entry = entries[_entry++];
            if (entry.Changes is { } set)
            {
                Stamp(set);
                Set = set;
                return true;
            }

            if (entry.Item is { } item && _kind == StreamKind.Items)
            {
                item.Stamp(_stream, _sequence++);
                Item = item;
                _idle.OnYielded(_sequence);
                return true;
            }

            var sequence = _sequence;
            Skip(entry.Place);
            Ask(entry, sequence);
        }

        return false;
    }

    private void TakeWhole(FeedBatch batch)
    {
        foreach (var entry in batch.EntryList)
        {
            if (entry.Changes is { } set)
            {
                Stamp(set);
                LastSet = set;
            }
            else
            {
                Ask(entry, _sequence++);
            }
        }

        _entry = batch.EntryList.Count;
        Batch = new ChangeBatch(batch, _stream, _sequence);
        _idle.OnYielded(_sequence);
    }

    private void Skip(StreamPlace place)
    {
        if (!_keepsSkipped)
        {
            _progress.Skip(_sequence, place);
        }

        _idle.OnSkipped(++_sequence, place);
    }

    private void Ask(in FeedEntry entry, long sequence)
    {
        if (entry.Probe is { } probe)
        {
            _progress.Await(sequence, probe);
        }
    }

    private void Stamp(ChangeSet set)
    {
        set.Stamp(_stream, _sequence);
        if (EngineMeter.CountsChanges)
        {
            _counts.Count(set);
        }

        _sequence += set.Count;
        _idle.OnYielded(_sequence);
    }
}
