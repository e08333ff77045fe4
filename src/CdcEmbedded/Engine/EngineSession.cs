using CdcEmbedded.Diagnostics;
using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>One enumeration from start to stop: owns the reading task, the queue, the commit timer and the path to the offset
/// store.</summary>
internal sealed class EngineSession : IOffsetOrigin, IMeteredEngine, IAsyncDisposable
{
    private readonly ISource _source;
    private readonly SerializedStore _store;
    private readonly SourceContext _context;
    private readonly ILogger _logger;
    private readonly CancellationToken _first;
    private readonly CancellationToken _second;

    // Never disposed: without a timer or a wait handle there is nothing to free, and a caller's token that is cancelled at the same moment
    // would find a disposed source.
    private readonly CancellationTokenSource _stop = new();
    private readonly Lazy<Task> _stopping;
    private readonly SourcePump _pump;
    private readonly LogWatch _logWatch;
    private readonly HeartbeatWriter _heartbeats;
    private readonly LivenessCaller _liveness;
    private readonly EngineSnapshots _snapshots;
    private readonly PartsClosing _closing;
    private StreamCursor? _cursor;
    private CancellationTokenRegistration _firstRegistration;
    private CancellationTokenRegistration _secondRegistration;
    private Task? _pumping;
    private volatile Exception? _failure;
    private volatile bool _isStarting;
    private volatile bool _isStarted;
    private volatile bool _isEngineDisposed;
    private volatile bool _isEnlisted;
    private bool _hasStoredOffset;

    public EngineSession(ISource source, SerializedStore store, CdcEngineOptions options, SourceContext context, ILogger logger,
        (CommandLog Commands, SnapshotBoard Board, bool WantsItems) snapshots, CancellationToken first, CancellationToken second)
    {
        _source = source;
        _context = context;
        _logger = logger;
        _first = first;
        _second = second;
        _store = store;
        Options = options;
        StopToken = _stop.Token;
        Keeper = new OffsetKeeper(new StoreSlot(store, options.Name, logger), this);
        Queue = new BatchQueue(options.MaxBufferedChanges, options.MaxBufferedBytes);
        Schedule = new CommitSchedule(options.CommitPolicy, options.TimeProvider, RaiseAttention);
        _closing = new PartsClosing(options.Name, options.TimeProvider, e => _failure ??= e, logger);
        _snapshots = new EngineSnapshots(source, context, options, snapshots.Commands, snapshots.Board, snapshots.WantsItems, _closing,
            logger);
        Lease = options.Lease is { } lease ? new EngineLease(lease, options, Keeper, logger, RaiseAttention, OnLeaseLost) : null;
        _pump = new SourcePump(source, context, this, TransformSet.Create(options.Transforms), snapshots.WantsItems, Queue,
            new Backoff(options.Reconnect, new Random().NextDouble),
            new LostPosition(options, logger),
            logger, OnFirstOpenAsync, BeforeReconnectAsync)
        {
            Aligner = options.AlignBatches ? new TransactionAligner(options.MaxBatchSize, options.MaxBufferedBytes) : null,
        };
        _logWatch = new LogWatch(source, context, FindPlace, logger);
        _heartbeats = new HeartbeatWriter(source, context, () => _pump.State == EngineState.Streaming, logger);
        _liveness = new LivenessCaller(options.Liveness, options, FindLiveness, logger);
        _stopping = new Lazy<Task>(StopCoreAsync);
    }

    public CdcEngineOptions Options { get; }

    /// <inheritdoc/>
    public string Connector => _source.Connector;

    public OffsetKeeper Keeper { get; }

    /// <inheritdoc/>
    public string? Notes => _context.Notes.References;

    /// <summary>True if the application stores the offsets after changes itself, and the engine those of positions that move without
    /// changes.</summary>
    public bool StoresIdleProgress
        => Schedule.IsNever && !Options.EmptyBatches && (_isEnlisted || _store.IsTransactional);

    public BatchQueue Queue { get; }

    /// <summary>The delivered changes, for metrics.</summary>
    public ChangeCounts Counts { get; } = new();

    /// <summary>The lease; null without one.</summary>
    public EngineLease? Lease { get; }

    public CommitSchedule Schedule { get; }

    public CancellationToken StopToken { get; }

    public bool IsStarted => _isStarted;

    public StreamCursor Cursor => _cursor ?? throw new InvalidOperationException("The session has no cursor yet.");

    public void Attach(StreamCursor cursor) => _cursor = cursor;

    /// <summary>Loads the offset and starts reading; later calls do nothing.</summary>
    public async ValueTask StartAsync()
    {
        if (_isStarted)
        {
            return;
        }

        ThrowIfStopped();
        _isStarting = true;
        EngineMeter.Add(this);
        _firstRegistration = _first.UnsafeRegister(static state => ((EngineSession)state!).RequestStop(), this);
        _secondRegistration = _second.UnsafeRegister(static state => ((EngineSession)state!).RequestStop(), this);
        if (_stop.IsCancellationRequested)
        {
            // A stop from another thread may have happened before the registrations that it should end.
            await EndRegistrationsAsync().ConfigureAwait(false);
        }

        var stored = await LoadAsync().ConfigureAwait(false);
        ThrowIfStopped();
        _hasStoredOffset = stored is not null;
        var start = StartChoice.Of(stored, Options, _source);
        if (start.Offset is { } offset)
        {
            _context.Notes.Resume(offset);
        }

        await _snapshots.StartAsync(stored, _pump, Keeper, StopToken).ConfigureAwait(false);
        if (_snapshots.NeedsView)
        {
            Log.StartsWithTables(_logger, Options.Name);
        }
        else
        {
            Log.Starting(_logger, Options.Name, start.ToString());
        }

        StartPump(start);
        _isStarted = true;
    }

    /// <summary>Throws the exception for a consumer that asks for more after a stop.</summary>
    public void ThrowIfStopped()
    {
        ObjectDisposedException.ThrowIf(_isEngineDisposed, typeof(CdcEngine));
        _first.ThrowIfCancellationRequested();
        _second.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(IAsyncEnumerator<>));
    }

    /// <summary>A finite source has ended and everything was acknowledged: stores the rest. The consumer gets a failure of that
    /// write.</summary>
    public ValueTask EndAsync() => SaveRestAsync(StopToken).WaitObservedAsync(StopToken);

    /// <inheritdoc/>
    public ValueTask SaveAsync(ChangeBatch batch, IOffsetStore transaction, CancellationToken cancellationToken)
        => EnlistAsync(batch.Offset, batch.EndSequence, transaction, cancellationToken);

    /// <inheritdoc/>
    public ValueTask SaveAsync(StreamItem item, IOffsetStore transaction, CancellationToken cancellationToken)
        => EnlistAsync(item.Offset, item.Sequence + 1, transaction, cancellationToken);

    /// <inheritdoc/>
    public void OnCommitted(ChangeBatch batch) => Keeper.OnCommitted(batch.EndSequence);

    /// <summary>Records why the stream ended, and converts the inner cancellation into the caller's.</summary>
    public Exception OnFailed(Exception e)
    {
        if (e is OperationCanceledException && _stop.IsCancellationRequested)
        {
            return _isEngineDisposed ? new ObjectDisposedException(typeof(CdcEngine).FullName)
                : new OperationCanceledException("The stream was cancelled.", e, _first.IsCancellationRequested ? _first : _second);
        }

        // A store or a driver may throw these two of its own accord.
        var isStop = (_isEngineDisposed || _stop.IsCancellationRequested) && e is OperationCanceledException or ObjectDisposedException;
        if (!isStop && _failure is null)
        {
            _failure = e;
            Log.StreamFailed(_logger, e, Options.Name);
        }

        return e;
    }

    /// <summary>Stops reading and stores what is acknowledged. May be called from any thread, repeatedly.</summary>
    public ValueTask DisposeAsync() => new(_stopping.Value);

    public ValueTask StopForDisposedEngineAsync()
    {
        _isEngineDisposed = true;
        return DisposeAsync();
    }

    public EngineStatus GetStatus()
    {
        var timestamp = Cursor.LastTimestamp;
        var state = _failure is not null ? EngineState.Failed
            : _stop.IsCancellationRequested || _stopping.IsValueCreated ? EngineState.Stopped
            : !_isStarting ? EngineState.Idle
            : Lease is { WasTaken: false } ? EngineState.Standby
            : _pump.State == EngineState.Streaming && _pump.IsCaughtUp && Queue.IsEmpty ? EngineState.CaughtUp
            : _pump.State;
        var lag = Options.TimeProvider.GetUtcNow() - timestamp;
        return new EngineStatus
        {
            State = state,
            LastTimestamp = timestamp,
            Lag = state == EngineState.CaughtUp || lag < TimeSpan.Zero ? TimeSpan.Zero : lag,
            Reconnects = _pump.Reconnects,
            BufferedChanges = Queue.Changes,
            BufferedBytes = Queue.Bytes,
            Lease = Lease?.Status,
            Failure = _failure ?? _pump.LastFailure ?? Lease?.LastFailure,
        };
    }

    string IMeteredEngine.Name => Options.Name;

    EngineStatus IMeteredEngine.Status => GetStatus();

    IEnumerable<ChangeCount> IMeteredEngine.Changes => Counts.Read();

    ReadOnlySpan<long> IMeteredEngine.Notices => _pump.Notices;

    long IMeteredEngine.Commits => Keeper.Commits;

    IReadOnlyList<SnapshotStatus> IMeteredEngine.Snapshots => _snapshots.Statuses;

    (long? BytesAfter, long? HeadroomBytes, TimeSpan? HeadroomTime) IMeteredEngine.MeasureLog()
        => _logWatch.Ask() is { } distance ? (distance.BytesAfter, distance.HeadroomBytes, distance.HeadroomTime) : default;

    /// <summary>What is processed, and how old it is; null while the source is not open.</summary>
    private (SourcePosition Position, TimeSpan Lag)? FindPlace()
    {
        var position = _pump.State == EngineState.Streaming ? Cursor.ProcessedPosition ?? _pump.OpenedAt : null;
        return position is null ? null : (position, GetStatus().Lag ?? TimeSpan.Zero);
    }

    /// <summary>What is known of the stream while it is alive: connected, and the active instance.</summary>
    private StreamLiveness? FindLiveness()
        => _failure is null && (Lease is null or { IsHeld: true }) && FindPlace() is var (position, _)
            ? new StreamLiveness { Name = Options.Name, Position = position.ToOffset(), Status = GetStatus() } : null;

    /// <summary>Reads the stored offset, once this is the active instance.</summary>
    private async ValueTask<CdcOffset?> LoadAsync()
    {
        if (Lease is null)
        {
            // A store may ignore its token.
            return await Keeper.LoadAsync(_source, StopToken).WaitObservedAsync(StopToken).ConfigureAwait(false);
        }

        await Lease.AcquireAsync(StopToken).ConfigureAwait(false);
        return Keeper.Read(_source);
    }

    private void OnLeaseLost(LeaseLostException e) => _cursor?.Fail(OnFailed(e));

    private void StartPump(StartPosition start)
    {
        // The reading task must not carry the first caller's ambient state (AsyncLocals) for as long as it lives.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _pumping = Task.Run(() => _pump.RunAsync(start, StopToken), CancellationToken.None);
        }

        _heartbeats.Start();
        _liveness.Start();
    }

    private void RaiseAttention() => _cursor?.RaiseAttention();

    private void RequestStop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (Exception e)
        {
            // As for a stop by disposal; thrown here, it would reach whoever cancels the token, and the loop would not wake up.
            _closing.OnFailed(e);
        }

        RaiseAttention();
    }

    private async Task StopCoreAsync()
    {
        await _closing.CloseAsync(_stop.CancelAsync()).ConfigureAwait(false);
        RaiseAttention();

        // Each of these may wait for a call into code of the application, or for a source, that never returns.
        var logWatch = _logWatch.DisposeAsync().AsTask();
        var heartbeats = _heartbeats.DisposeAsync().AsTask();
        var liveness = _liveness.DisposeAsync().AsTask();
        if (_pumping is { } pumping && !await pumping.EndsWithinAsync(PartsClosing.Bound, Options.TimeProvider).ConfigureAwait(false))
        {
            Log.PumpDidNotStop(_logger, Options.Name, PartsClosing.Bound.TotalSeconds);
        }

        await _closing.CloseAsync(Task.WhenAll(logWatch, heartbeats, liveness),
            "the writer of heartbeats, the measuring of the log or the liveness callback").ConfigureAwait(false);
        await _snapshots.DisposeAsync().ConfigureAwait(false);
        await Schedule.DisposeAsync().ConfigureAwait(false);
        await EndRegistrationsAsync().ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
        if (Lease is { } lease)
        {
            await lease.DisposeAsync().ConfigureAwait(false);
        }

        EngineMeter.Remove(this);
        Log.Stopped(_logger, Options.Name);
    }

    private async ValueTask EndRegistrationsAsync()
    {
        await _firstRegistration.DisposeAsync().ConfigureAwait(false);
        await _secondRegistration.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Makes the last write. It must not throw: the loop's own exception may be passing through the enumerator's disposal, and
    /// would be lost. A failure is logged, is in the status, and a CommitAsync after the loop meets it again.</summary>
    private async ValueTask FlushAsync()
    {
        if (!_isStarted || _failure is OffsetConflictException)
        {
            return;
        }

        using var bound = new CancellationTokenSource(PartsClosing.Bound, Options.TimeProvider);
        try
        {
            await SaveRestAsync(bound.Token).WaitObservedAsync(bound.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failure ??= e;
            Log.FinalFlushFailed(_logger, e, Options.Name);
        }
    }

    private ValueTask OnFirstOpenAsync(StreamPlace place, CancellationToken cancellationToken)
    {
        // A start that an application which stores offsets itself gave is stored where it came from.
        var isKnown = _hasStoredOffset || (Schedule.IsNever && Options.StartFrom?.Offset is not null);
        return isKnown ? default : Keeper.SaveStartAsync(place, cancellationToken);
    }

    private async ValueTask EnlistAsync(CdcOffset offset, long sequence, IOffsetStore transaction, CancellationToken cancellationToken)
    {
        Schedule.LeaveToApplication();
        _isEnlisted = true;
        try
        {
            await Keeper.EnlistAsync(offset, sequence, transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (OffsetConflictException e) when (!e.IsAlreadyStored)
        {
            // Another instance is ahead: this one must change nothing more.
            Cursor.Fail(OnFailed(e));
            throw;
        }
    }

    /// <summary>Stores what the engine has to store at the end.</summary>
    private ValueTask SaveRestAsync(CancellationToken cancellationToken)
        => !Schedule.IsNever ? Cursor.SaveAsync(cancellationToken)
            : StoresIdleProgress ? Cursor.SaveIdleAsync(cancellationToken)
            : default;

    private async ValueTask BeforeReconnectAsync(CancellationToken cancellationToken)
    {
        if (Schedule.IsNever)
        {
            return;
        }

        try
        {
            await Cursor.SaveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OffsetConflictException or OperationCanceledException))
        {
            // One outage often affects source and store together: the write stays due, and fails the loop if it still fails then.
            Log.FlushBeforeReconnectFailed(_logger, e, Options.Name);

            // A waiting loop must check again, or nothing would set the timer before the next change arrives.
            RaiseAttention();
        }
    }
}
