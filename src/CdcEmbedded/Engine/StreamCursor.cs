using System.Diagnostics;
using System.Runtime.ExceptionServices;
using CdcEmbedded.Diagnostics;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>The consumer's flow: yields what the walk finds, acknowledges, and stores progress when it is due.</summary>
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
    private readonly IdleProgress _idle = new();
    private readonly EntryWalk _walk;
    private readonly ProgressWrites _writes;
    private readonly DeliveryTrace _trace;
    private readonly bool _acknowledgesOnNext;
    private int _acknowledgedInSet;
    private bool _isYielded;
    private bool _isMoving;
    private volatile Exception? _failure;
    private bool _isEnded;

    private protected StreamCursor(EngineSession session, StreamKind kind)
    {
        Session = session;
        var yieldsEmptyBatches = kind == StreamKind.Batches && session.Options.EmptyBatches;
        _walk = new EntryWalk(session.Queue, session, kind, _progress, _idle, session.Counts, yieldsEmptyBatches);
        _writes = new ProgressWrites(session, _gate, _progress, _idle, yieldsEmptyBatches);
        _trace = new DeliveryTrace(session.Options.Name, session.Connector, session.Options.TraceContext);
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
    private protected StreamItem? Item => _walk.Item;

    /// <summary>The current batch, if batches are yielded.</summary>
    private protected ChangeBatch? Batch => _walk.Batch;

    /// <summary>The activity of what the loop processes; null for none.</summary>
    public Activity? CurrentActivity => _trace.Current;

    /// <summary>When the newest delivered change was committed.</summary>
    public DateTimeOffset? LastTimestamp
    {
        get
        {
            lock (_gate)
            {
                return Set is { } set ? set.GetTimestamp(Math.Max(Next - 1, 0))
                    : _walk.LastSet is { } last ? last.GetTimestamp(last.Count - 1) : null;
            }
        }
    }

    /// <summary>The position up to which everything is acknowledged; null while nothing is.</summary>
    public SourcePosition? ProcessedPosition
    {
        get
        {
            lock (_gate)
            {
                AcknowledgeBeforeCurrent();
                return _progress.Position;
            }
        }
    }

    /// <summary>Makes the flow check: the stream was cancelled or disposed, or a write is due by time.</summary>
    public void RaiseAttention()
    {
        Attention = true;
        Session.Queue.Wake();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        try
        {
            _trace.Stop(null);
        }
        catch (Exception e)
        {
            // A listener's: the connection must be closed, and the last offset stored, all the same.
            Session.OnFailed(e);
            _failure ??= e;
        }

        return Session.DisposeAsync();
    }

    /// <summary>Moves to the next thing to yield, if the fast path cannot.</summary>
    private protected ValueTask<bool> MoveSlowAsync()
    {
        if (Interlocked.Exchange(ref _isMoving, true))
        {
            return ValueTask.FromException<bool>(new InvalidOperationException(
                $"Engine '{Session.Options.Name}' is asked for the next element while an earlier request still waits. One flow enumerates: "
                + "await each MoveNextAsync before the next one."));
        }

        try
        {
            if (TryMoveAtOnce())
            {
                _isMoving = false;
                return new ValueTask<bool>(true);
            }
        }
        catch (Exception e)
        {
            // Of a listener of activities: it reaches the loop, and the next request meets it again.
            _failure = Session.OnFailed(e);
            _isMoving = false;
            return ValueTask.FromException<bool>(_failure);
        }

        return MoveAsync();
    }

    /// <returns>True if something was yielded without a wait.</returns>
    private bool TryMoveAtOnce()
    {
        if (_trace.Current is not null)
        {
            _trace.OnAsked(_walk, Next);
        }

        if (Attention || !Session.IsStarted || _failure is not null || Session.Lease is { IsHeld: false })
        {
            return false;
        }

        lock (_gate)
        {
            AcknowledgeCurrent();
            if (!Take() || _writes.IsDue)
            {
                return false;
            }

            YieldTaken();
        }

        _trace.OnYielded(_walk, Next);
        return true;
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

            _walk.AbsorbFollowing();
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
    public void AcknowledgeLoopElement()
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

            _walk.AbsorbFollowing();
        }
    }

    /// <summary>Stores what is acknowledged, and returns when it is stored. If another flow is already writing the same, this waits for
    /// that write, and repeats it if it fails. For any thread, at most once at a time.</summary>
    public ValueTask SaveAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            AcknowledgeBeforeCurrent();
        }

        return _writes.SaveAsync(cancellationToken);
    }

    /// <summary>Stores the position that has moved without changes past everything that the application has stored.</summary>
    public ValueTask SaveIdleAsync(CancellationToken cancellationToken) => _writes.SaveIdleAsync(cancellationToken);

    /// <summary>Ends the stream: the next request throws.</summary>
    public void Fail(Exception failure)
    {
        _failure = failure;
        RaiseAttention();
    }

    private async ValueTask<bool> MoveAsync()
    {
        if (_isEnded)
        {
            return false;
        }

        try
        {
            if (!Session.IsStarted)
            {
                await Session.StartAsync().ConfigureAwait(false);
            }

            while (true)
            {
                Attention = false;
                if (_failure is { } failure)
                {
                    ExceptionDispatchInfo.Throw(failure);
                }

                if (Session.StopToken.IsCancellationRequested)
                {
                    AcknowledgeAsked();
                }

                Session.ThrowIfStopped();
                if (Session.Lease is { IsHeld: false } lease)
                {
                    await lease.WaitAsync(Session.StopToken).ConfigureAwait(false);
                }
                else if (TryMove(out var write))
                {
                    _trace.OnYielded(_walk, Next);
                    return true;
                }
                else if (write is { } due)
                {
                    // A store may ignore its token: the loop must not wait for it beyond a cancellation.
                    await _writes.StoreAsync(due, Session.StopToken).WaitObservedAsync(Session.StopToken).ConfigureAwait(false);
                }
                else if (!await Session.Queue.WaitAsync().ConfigureAwait(false))
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
            _trace.Stop(translated);
            _failure = translated;
            if (ReferenceEquals(translated, e))
            {
                throw;
            }

            throw translated;
        }
        finally
        {
            Volatile.Write(ref _isMoving, false);
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
    private bool TryMove(out DueWrite? write)
    {
        lock (_gate)
        {
            AcknowledgeCurrent();
            var isTaken = Take();
            write = _writes.TakeDue();
            if (write is not null)
            {
                return false;
            }

            if (isTaken || (_writes.TakeEmptyBatchTurn() && _walk.TakeEmptyBatch()))
            {
                YieldTaken();
                return true;
            }

            write = _writes.TakeIdle();
            _writes.ArmForWait();
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

    /// <summary>Makes the next entry current if the current one was yielded, without waiting.</summary>
    /// <returns>False if there is nothing to yield yet.</returns>
    private bool Take()
    {
        if ((Set is { } set && Next < set.Count) || ((Item is not null || Batch is not null) && !_isYielded))
        {
            return true;
        }

        Next = Limit = 0;
        _acknowledgedInSet = 0;
        _isYielded = false;
        var isTaken = _walk.MoveNext();
        Set = _walk.Set;
        return isTaken;
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
    private void AcknowledgeBeforeCurrent()
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
}
