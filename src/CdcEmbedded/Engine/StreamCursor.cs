using System.Runtime.ExceptionServices;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>The consumer's flow: walks the batches' entries, acknowledges, and stores progress when it is due.</summary>
/// <remarks>
/// <para>The fast path of the derived enumerators touches only <see cref="Set"/>, <see cref="Next"/>, <see cref="Limit"/> and
/// <see cref="Attention"/>: the next row of the current set needs no lock, no clock and no async state.</para>
/// <para>Everything else happens under <see cref="_gate"/>, so that another thread can ask how far the loop is: while the lock is held the
/// set does not change, and a stale <see cref="Next"/> only means that slightly too little is acknowledged.</para>
/// </remarks>
internal abstract class StreamCursor : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly AcknowledgedProgress _progress = new();
    private readonly StreamKind _kind;
    private readonly bool _acknowledgesOnNext;
    private FeedBatch? _batch;
    private ChangeSet? _lastSet;
    private int _entry;
    private long _sequence;
    private int _acknowledgedInSet;
    private bool _isYielded;
    private Exception? _failure;
    private bool _isEnded;

    private protected StreamCursor(EngineSession session, StreamKind kind)
    {
        Session = session;
        _kind = kind;
        _acknowledgesOnNext = session.Options.Acknowledgement == AcknowledgementMode.OnNext;
    }

    private protected EngineSession Session { get; }

    /// <summary>The current changes; null while another item or a batch is current.</summary>
    private protected ChangeSet? Set { get; private set; }

    /// <summary>Index of the next of the changes.</summary>
    private protected int Next;

    /// <summary>The number of the changes that the fast path may yield.</summary>
    private protected int Limit;

    /// <summary>Set from other threads: a write is due, or the stream was cancelled or disposed. The fast path is then not taken.</summary>
    private protected volatile bool Attention;

    /// <summary>The current item that is not a change; null while changes or a batch are current.</summary>
    private protected StreamItem? Item { get; private set; }

    /// <summary>The current batch, if batches are yielded.</summary>
    private protected ChangeBatch? Batch { get; private set; }

    /// <summary>When the newest delivered change was committed.</summary>
    public DateTimeOffset? LastTimestamp
    {
        get
        {
            lock (_gate)
            {
                return Set is { } set ? set.GetTimestamp(Math.Max(Next - 1, 0)) : _lastSet?.GetTimestamp(_lastSet.Count - 1);
            }
        }
    }

    /// <summary>Makes the flow check: the stream was cancelled or disposed, or a write is due by time.</summary>
    public void RaiseAttention()
    {
        Attention = true;
        Session.Filled.Set();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Session.DisposeAsync();

    /// <summary>Moves to the next thing to yield, if the fast path cannot.</summary>
    private protected ValueTask<bool> MoveSlowAsync()
    {
        if (!Attention && Session.IsStarted && _failure is null)
        {
            lock (_gate)
            {
                AcknowledgeCurrent();
                if (Take() && !IsWriteDue(out _))
                {
                    YieldTaken();
                    return new ValueTask<bool>(true);
                }
            }
        }

        return MoveAsync();
    }

    /// <summary>Makes what was taken the enumerator's current element.</summary>
    private protected abstract void OnYield();

    /// <summary>Acknowledges an item and everything before it.</summary>
    /// <exception cref="ArgumentException">Another stream delivered it.</exception>
    public void Acknowledge(StreamItem item)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(item.Stream, Session))
            {
                throw new ArgumentException($"The item '{item.GetType().Name}' was not delivered by engine '{Session.Options.Name}'.",
                    nameof(item));
            }

            if (item is ChangeEvent change)
            {
                _progress.Acknowledge(change.Set, change.Change, 0);
            }
            else
            {
                _progress.Acknowledge(item.Sequence + 1, item.Place, 0);
            }

            AbsorbFollowing();
        }
    }

    /// <summary>Acknowledges a batch and everything before it.</summary>
    /// <exception cref="ArgumentException">Another stream delivered it.</exception>
    public void Acknowledge(ChangeBatch batch)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(batch.Stream, Session))
            {
                throw new ArgumentException($"The batch was not delivered by engine '{Session.Options.Name}'.", nameof(batch));
            }

            _progress.Acknowledge(batch.EndSequence, batch.Place, 0);
        }
    }

    /// <summary>Acknowledges the loop's current element.</summary>
    public void AcknowledgeAtHand()
    {
        lock (_gate)
        {
            if (Set is { } set && Next > 0)
            {
                _progress.Acknowledge(set, Next - 1, 0);
            }
            else if (_isYielded)
            {
                AcknowledgeYielded();
            }

            AbsorbFollowing();
        }
    }

    /// <summary>Stores what is acknowledged, and returns when it is stored. If another flow is already writing the same, this waits for
    /// that write, and repeats it if it fails. For any thread, at most once at a time.</summary>
    public async ValueTask SaveAsync(CancellationToken cancellationToken)
    {
        StreamPlace place;
        long sequence;
        lock (_gate)
        {
            AcknowledgeBehindCurrent();
            if (_progress.Sequence <= Session.Keeper.SavedSequence)
            {
                return;
            }

            place = _progress.Take(false, out sequence);
            Session.Schedule.Restart();
        }

        await StoreAsync(place, sequence, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask StoreAsync(StreamPlace place, long sequence, CancellationToken cancellationToken)
    {
        try
        {
            await Session.Keeper.SaveAsync(place, sequence, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_gate)
            {
                _progress.Untake(Session.Keeper.SavedSequence);
            }

            throw;
        }
    }

    private async ValueTask<bool> MoveAsync()
    {
        if (_isEnded)
        {
            return false;
        }

        try
        {
            if (_failure is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            await Session.StartAsync().ConfigureAwait(false);
            while (true)
            {
                Attention = false;
                if (Session.StopToken.IsCancellationRequested)
                {
                    AcknowledgeAsked();
                }

                Session.ThrowIfStopped();
                if (TryMove(out var write, out var sequence))
                {
                    return true;
                }

                if (write is { } place)
                {
                    // A store may ignore its token: the loop must not wait for it beyond a cancellation.
                    var storing = StoreAsync(place, sequence, Session.StopToken);
                    await (storing.IsCompletedSuccessfully ? storing : new ValueTask(storing.AsTask().WaitAsync(Session.StopToken)))
                        .ConfigureAwait(false);
                }
                else if (!Session.Queue.IsAtEnd(out failure))
                {
                    await Session.Filled.WaitAsync().ConfigureAwait(false);
                }
                else if (failure is not null)
                {
                    ExceptionDispatchInfo.Throw(failure);
                }
                else
                {
                    await Session.EndAsync().ConfigureAwait(false);
                    _isEnded = true;
                    return false;
                }
            }
        }
        catch (Exception e)
        {
            var translated = Session.OnFailed(e);
            _failure = translated;
            if (ReferenceEquals(translated, e))
            {
                throw;
            }

            throw translated;
        }
    }

    /// <summary>A loop that asks for more after a cancellation has processed its current element: without this, each regular shutdown would
    /// repeat an item, or a whole batch.</summary>
    private void AcknowledgeAsked()
    {
        lock (_gate)
        {
            AcknowledgeCurrent();
        }
    }

    /// <returns>True if something was yielded. Otherwise <paramref name="write"/> must be stored first, or it is time to wait.</returns>
    private bool TryMove(out StreamPlace? write, out long sequence)
    {
        lock (_gate)
        {
            AcknowledgeCurrent();
            var isTaken = Take();
            write = null;
            sequence = 0;
            if (IsWriteDue(out var atEnd))
            {
                write = _progress.Take(atEnd, out sequence);
                Session.Schedule.Restart();
                return false;
            }

            if (isTaken)
            {
                YieldTaken();
                return true;
            }

            if (_progress.IsDirty)
            {
                Session.Schedule.Arm();
            }

            return false;
        }
    }

    private void YieldTaken()
    {
        Session.Schedule.Arm();
        _isYielded = true;
        if (Set is { } set)
        {
            var ahead = Session.Schedule.ChangesUntilForced(_progress.UnsavedChanges);
            Limit = set.Count - Next < ahead ? set.Count : Next + ahead;
        }

        OnYield();
    }

    private bool IsWriteDue(out bool atEnd)
    {
        atEnd = false;
        var unsaved = _progress.UnsavedChanges;
        if (!_progress.IsDirty || !Session.Schedule.IsDue(unsaved))
        {
            return false;
        }

        if (Session.Schedule.IsForced(unsaved))
        {
            return true;
        }

        atEnd = true;
        return _progress.HasUnsavedEnd();
    }

    /// <summary>Moves to the next entry to yield and skips the others, without waiting.</summary>
    private bool Take()
    {
        if ((Set is { } set && Next < set.Count) || ((Item is not null || Batch is not null) && !_isYielded))
        {
            return true;
        }

        _lastSet = Set ?? _lastSet;
        Set = null;
        Item = null;
        Batch = null;
        Next = Limit = 0;
        while (true)
        {
            if (_batch is { } batch)
            {
                if (TakeFrom(batch))
                {
                    return true;
                }

                Session.Queue.Release(batch);
                _batch = null;
            }

            if (!Session.Queue.TryDequeue(out _batch))
            {
                return false;
            }

            _entry = 0;
        }
    }

    private bool TakeFrom(FeedBatch batch)
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
                set.Stamp(Session, _sequence);
                _sequence += set.Count;
                _acknowledgedInSet = 0;
                Set = set;
                return true;
            }

            if (entry.Item is { } item && _kind == StreamKind.Items)
            {
                item.Stamp(Session, _sequence++);
                Item = item;
                _isYielded = false;
                return true;
            }

            _progress.Skip(_sequence++, entry.Place);
        }

        return false;
    }

    private void TakeWhole(FeedBatch batch)
    {
        foreach (var entry in batch.EntryList)
        {
            if (entry.Changes is { } set)
            {
                set.Stamp(Session, _sequence);
                _sequence += set.Count;
                _lastSet = set;
            }
            else
            {
                _sequence++;
            }
        }

        _entry = batch.EntryList.Count;
        Batch = new ChangeBatch(batch, Session, _sequence);
        _isYielded = false;
    }

    /// <summary>The loop has asked for the next element: the current one is processed.</summary>
    private void AcknowledgeCurrent()
    {
        if (!_acknowledgesOnNext)
        {
            return;
        }

        if (Set is { } set)
        {
            AcknowledgeRows(set, Next);
        }
        else if (_isYielded)
        {
            AcknowledgeYielded();
        }
    }

    /// <summary>Called outside the loop's own request: its current element is not yet processed, the rows before it are.</summary>
    private void AcknowledgeBehindCurrent()
    {
        if (_acknowledgesOnNext && Set is { } set)
        {
            AcknowledgeRows(set, Volatile.Read(ref Next) - 1);
        }
    }

    private void AcknowledgeRows(ChangeSet set, int count)
    {
        if (count > _acknowledgedInSet)
        {
            _progress.Acknowledge(set, count - 1, count - _acknowledgedInSet);
            _acknowledgedInSet = count;
        }
    }

    private void AcknowledgeYielded()
    {
        if (Item is { } item)
        {
            _progress.Acknowledge(item.Sequence + 1, item.Place, 0);
        }
        else if (Batch is { } batch && batch.EndSequence > _progress.Sequence)
        {
            _progress.Acknowledge(batch.EndSequence, batch.Place, batch.Count);
        }
    }

    /// <summary>After a manual acknowledgement: skips the entries that are not yielded and follow directly, so that the last row of a
    /// transaction stores the transaction's end. The cursor itself does not move.</summary>
    private void AbsorbFollowing()
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
}
