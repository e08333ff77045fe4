using CdcEmbedded.Diagnostics;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Transactions;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>The reading flow: opens the source, reads batches into the queue, and reconnects after transient failures just after the last
/// entry that it handed over, so that the consumer sees neither a gap nor a repetition.</summary>
internal sealed class SourcePump
{
    private readonly ISource _source;
    private readonly SourceContext _context;
    private readonly BatchQueue _queue;
    private readonly Backoff _backoff;
    private readonly LostPosition _lost;
    private readonly ILogger _logger;
    private readonly Func<StreamPlace, CancellationToken, ValueTask> _onFirstOpen;
    private readonly Func<CancellationToken, ValueTask> _beforeReconnect;
    private readonly IOffsetOrigin _stream;
    private readonly TransactionTracker _transactions;
    private readonly StartChecks _checks;
    private readonly TransformSet? _transforms;
    private SnapshotCoordinator? _snapshots;
    private FeedEntry? _resume;
    private bool _wasOpened;
    private volatile SourcePosition? _firstPosition;
    private long? _openedAt;
    private bool _delivered;
    private volatile bool _isCaughtUp;
    private volatile Exception? _lastFailure;
    private Exception? _thrownByTransforms;
    private volatile EngineState _state = EngineState.Connecting;
    private readonly NoticeLog _notices;
    private long _reconnects;

    /// <param name="source">The source.</param>
    /// <param name="context">What the engine gives the source.</param>
    /// <param name="stream">The stream, for its offsets.</param>
    /// <param name="transforms">Filters and masks; null for none.</param>
    /// <param name="wantsItems">True if the consumer enumerates more than changes.</param>
    /// <param name="queue">Receives the batches.</param>
    /// <param name="backoff">Decides when to reconnect.</param>
    /// <param name="lost">Decides if reading resumes after the position is lost.</param>
    /// <param name="logger">The engine's logger.</param>
    /// <param name="onFirstOpen">Called once with the position at which reading starts, before anything is read.</param>
    /// <param name="beforeReconnect">Called after a failed feed is closed, before the wait.</param>
    public SourcePump(ISource source, SourceContext context, IOffsetOrigin stream, TransformSet? transforms, bool wantsItems,
        BatchQueue queue, Backoff backoff, LostPosition lost, ILogger logger, Func<StreamPlace, CancellationToken, ValueTask> onFirstOpen,
        Func<CancellationToken, ValueTask> beforeReconnect)
    {
        _source = source;
        _context = context;
        _stream = stream;
        _transforms = transforms;
        _transactions = new TransactionTracker(wantsItems);
        _checks = new StartChecks(logger, context.Name, transforms?.All ?? []);
        _queue = queue;
        _backoff = backoff;
        _lost = lost;
        _logger = logger;
        _notices = new NoticeLog(logger, context.Name);
        _onFirstOpen = onFirstOpen;
        _beforeReconnect = beforeReconnect;
    }

    /// <summary>Cuts batches at the ends of transactions; null where the source's batches are passed on.</summary>
    public TransactionAligner? Aligner { get; init; }

    /// <summary>Connecting, Streaming or Reconnecting.</summary>
    public EngineState State => _state;

    /// <summary>The number of notices of each kind; index is the kind.</summary>
    public ReadOnlySpan<long> Notices => _notices.Counts;

    public long Reconnects => Interlocked.Read(ref _reconnects);

    /// <summary>Where reading began; null before the source was opened.</summary>
    public SourcePosition? OpenedAt => _firstPosition;

    /// <summary>True if the last thing read was a heartbeat: nothing waits in the source.</summary>
    public bool IsCaughtUp => _isCaughtUp;

    /// <summary>The transient failure that made the engine reconnect, until it is connected again.</summary>
    public Exception? LastFailure => _lastFailure;

    /// <summary>Sets the state of snapshots that nobody continues.</summary>
    public void Keep(ISnapshotState? state) => _transactions.SetSnapshot(state);

    /// <summary>Sets what reads tables beside the stream; before it runs.</summary>
    public void Attach(SnapshotCoordinator snapshots)
    {
        _snapshots = snapshots;
        _lost.Snapshots = snapshots;
        var state = snapshots.State;
        _transactions.SetSnapshot(ReferenceEquals(state, SnapshotState.Empty) ? null : state);
    }

    /// <summary>Runs until the source ends, fails permanently or the token is cancelled; the queue says which.</summary>
    public async Task RunAsync(StartPosition start, CancellationToken stop)
    {
        Exception? failure = null;
        try
        {
            _transactions.Start(start.Offset);
            while (!await ReadToEndAsync(start, stop).ConfigureAwait(false))
            {
                start = _lost.Start ?? (_resume is { } resume ? StartPosition.At(resume.Place.ToOffset(_stream)) : start);
            }

            Log.SourceEnded(_logger, _context.Name);
        }
        catch (Exception e)
        {
            failure = e;
        }

        // Not swallowed: the queue passes the failure to the consumer after everything that was read before it.
        _queue.Complete(failure);
        await CloseContextAsync().ConfigureAwait(false);
    }

    private async ValueTask CloseContextAsync()
    {
        try
        {
            await _context.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The stream has ended already, with its own outcome.
            Log.FeedCloseFailed(_logger, e, _context.Name);
        }
    }

    /// <returns>True if the source has ended; false after a transient failure and the wait that follows it, and after a loss of the
    /// position if reading resumes elsewhere.</returns>
    private async ValueTask<bool> ReadToEndAsync(StartPosition start, CancellationToken stop)
    {
        Exception failure;
        _openedAt = null;
        _delivered = false;
        try
        {
            await ReadOneConnectionAsync(start, stop).ConfigureAwait(false);
            return true;
        }
        catch (OffsetLostException e)
            when (e != _thrownByTransforms && !stop.IsCancellationRequested
                && _lost.TryGoOn(e, _resume?.Place.ToOffset(_stream) ?? start.Offset))
        {
            // Logged there; the consumer is notified when the source is open again.
            _isCaughtUp = false;
            return false;
        }
        catch (Exception e) when (e != _thrownByTransforms && IsTransient(e) && !stop.IsCancellationRequested)
        {
            failure = e;
        }

        _isCaughtUp = false;
        _lastFailure = failure;
        _backoff.OnConnectionEnded(_delivered, _openedAt is { } at ? _context.TimeProvider.GetElapsedTime(at) : TimeSpan.Zero);
        if (!_backoff.TryNext(!_wasOpened, out var delay))
        {
            if (_backoff.Attempt > 0)
            {
                Log.GivesUp(_logger, _context.Name, _backoff.Attempt, _backoff.NameOfLimit(!_wasOpened));
            }

            ExceptionDispatchInfo.Throw(failure);
        }

        _state = _wasOpened ? EngineState.Reconnecting : EngineState.Connecting;
        Log.Reconnecting(_logger, _context.Name, failure.Message, _backoff.Attempt, delay.TotalSeconds);
        Log.ConnectionFailure(_logger, failure, _context.Name);
        await _beforeReconnect(stop).ConfigureAwait(false);
        await Task.Delay(delay, _context.TimeProvider, stop).ConfigureAwait(false);
        Interlocked.Increment(ref _reconnects);
        return false;
    }

    private async ValueTask ReadOneConnectionAsync(StartPosition start, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (_snapshots is { NeedsView: true } snapshots)
        {
            start = await ReadViewAsync(snapshots, start, stop).ConfigureAwait(false);
        }

        if (_snapshots is { EndsStream: true })
        {
            return;
        }

        var feed = await OpenAsync(start, stop).ConfigureAwait(false);
        await ReadFeedAsync(_snapshots?.Attach(feed) ?? feed, stop).ConfigureAwait(false);
    }

    /// <summary>Reads the tables in one consistent view, before the stream begins at the view's position.</summary>
    private async ValueTask<StartPosition> ReadViewAsync(SnapshotCoordinator snapshots, StartPosition start, CancellationToken stop)
    {
        // What the stream would refuse is found before hours of reading, not after.
        var connection = await _source.ConnectAsync(_context, start, stop).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            _checks.Apply(connection);
        }

        var view = await snapshots.OpenViewAsync(stop).ConfigureAwait(false);

        // The offset of the start must have it: without it, a crash would leave an offset and no snapshot.
        _transactions.SetSnapshot(snapshots.State);
        await ReadFeedAsync(view, stop).ConfigureAwait(false);
        _wasOpened = false;
        return _resume is { } resume ? StartPosition.At(resume.Place.ToOffset(_stream)) : start;
    }

    private async ValueTask ReadFeedAsync(ISourceFeed feed, CancellationToken stop)
    {
        try
        {
            await OnOpenedAsync(feed.StartPosition, stop).ConfigureAwait(false);
            Aligner?.Start(_resume is { Place.State.Open.Length: > 0 });
            while (await new HandOver(feed.ReadAsync(stop), _queue) is { } read)
            {
                if (read.EntryList.Count > 0)
                {
                    var batch = _transforms is null ? read : Transform(read, _transforms);
                    _lost.OnRead();
                    if (Aligner is { } aligner)
                    {
                        await PassAllAsync(aligner.Add(batch), stop).ConfigureAwait(false);
                    }
                    else
                    {
                        await PassAsync(batch, stop).ConfigureAwait(false);
                    }
                }
            }

            if (Aligner?.TakeRest() is { } rest)
            {
                await PassAsync(rest, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            _queue.ResumeReader(inline: false);
            await CloseAsync(feed).ConfigureAwait(false);
        }
    }

    /// <summary>Applies the transforms. What a condition of the application throws is no failure of the source, whatever it is.</summary>
    private FeedBatch Transform(FeedBatch read, TransformSet transforms)
    {
        try
        {
            return transforms.Apply(read);
        }
        catch (Exception e)
        {
            _thrownByTransforms = e;
            throw;
        }
    }

    /// <summary>Counts a batch and hands it over.</summary>
    private ValueTask PassAsync(FeedBatch batch, CancellationToken stop)
    {
        _notices.Log(batch);
        _transactions.Process(batch);
        if (batch.EntryList.Count == 0)
        {
            return default;
        }

        var last = batch.EntryList[^1];
        var passing = _queue.EnqueueAsync(batch, stop);
        if (!passing.IsCompletedSuccessfully)
        {
            return OnPassedAsync(passing, last);
        }

        OnPassed(last);
        return default;
    }

    private async ValueTask OnPassedAsync(ValueTask passing, FeedEntry last)
    {
        await passing.ConfigureAwait(false);
        OnPassed(last);
    }

    private void OnPassed(FeedEntry last)
    {
        _resume = last;
        _delivered = true;
        _isCaughtUp = last.Item is Heartbeat;
    }

    private async ValueTask PassAllAsync(List<FeedBatch> batches, CancellationToken stop)
    {
        foreach (var batch in batches)
        {
            await PassAsync(batch, stop).ConfigureAwait(false);
        }
    }

    private async ValueTask<ISourceFeed> OpenAsync(StartPosition start, CancellationToken stop)
    {
        var connection = await _source.ConnectAsync(_context, start, stop).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        _checks.Apply(connection);
        return await connection.OpenAsync(stop).ConfigureAwait(false);
    }

    private async ValueTask OnOpenedAsync(SourcePosition position, CancellationToken stop)
    {
        _openedAt = _context.TimeProvider.GetTimestamp();
        _firstPosition ??= position;
        _transactions.OnOpened(position);
        _resume ??= FeedEntry.Of(_transactions.PlaceAt(position));
        if (_lost.OnOpened(position) is { } notice)
        {
            _transactions.Start(null);
            if (_snapshots?.TakeRecovery() is { } recovery)
            {
                _transactions.SetSnapshot(recovery);
            }

            var batch = new FeedBatch();
            batch.Add(notice);
            _notices.Log(batch);

            // Its offset has the state of snapshots, as any other.
            _transactions.Process(batch);
            await _queue.EnqueueAsync(batch, stop).ConfigureAwait(false);
            _resume = FeedEntry.Of(_transactions.PlaceAt(position));
            _wasOpened = true;
        }
        else if (!_wasOpened)
        {
            await _onFirstOpen(_transactions.PlaceAt(position), stop).ConfigureAwait(false);
            _wasOpened = true;
        }
        else
        {
            Log.Reconnected(_logger, _context.Name, _backoff.Attempt);
        }

        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log.Connected(_logger, _context.Name, position.ToOffset().ToString());
        }

        _lastFailure = null;
        _state = EngineState.Streaming;
    }

    private async ValueTask CloseAsync(ISourceFeed feed)
    {
        try
        {
            await feed.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The failure that ended the reading matters, not that of closing.
            Log.FeedCloseFailed(_logger, e, _context.Name);
        }
    }

    private static bool IsTransient(Exception e) => e switch
    {
        CdcException cdc => cdc.IsTransient,
        SocketException => true,
        IOException { InnerException: SocketException } => true,
        _ => false,
    };
}
