using CdcEmbedded.Diagnostics;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>The lease of one engine: waits for it as a standby, renews it, and knows when it has run out.</summary>
/// <remarks>
/// <para>A standby looks at the row's version with its own clock: a row that has not changed for the lease's duration is nobody's. The
/// holder's lease lasts from the moment at which the write of it began, so it always ends before a standby, who saw that write later, takes
/// over: no agreement of clocks is needed, only that they run at the same speed.</para>
/// <para>Every write of the row is a compare-and-set: a take-over makes the next write of the former holder fail, whatever it writes and
/// in whichever transaction.</para>
/// </remarks>
internal sealed class EngineLease : ISlotLease, IAsyncDisposable
{
    // How long a stop waits for a store that does not answer.
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly LeaseOptions _options;
    private readonly OffsetKeeper _keeper;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _engine;
    private readonly string _owner;
    private readonly Action _attend;
    private readonly Action<LeaseLostException> _onLost;
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _renewed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _expiry;
    private Task? _holding;
    private LeaseStatus _seen = new() { IsHeld = false };
    private long _writtenAt;
    private volatile bool _wasTaken;
    private volatile bool _isReleased;
    private volatile LeaseLostException? _lost;
    private volatile Exception? _lastFailure;

    /// <param name="lease">The lease's options.</param>
    /// <param name="options">The engine's.</param>
    /// <param name="keeper">Writes the row.</param>
    /// <param name="logger">The engine's logger.</param>
    /// <param name="attend">Makes the consumer's flow check.</param>
    /// <param name="onLost">Called if another instance has taken over.</param>
    public EngineLease(LeaseOptions lease, CdcEngineOptions options, OffsetKeeper keeper, ILogger logger, Action attend,
        Action<LeaseLostException> onLost)
    {
        _options = lease;
        _keeper = keeper;
        _time = options.TimeProvider;
        _logger = logger;
        _engine = options.Name;
        _owner = $"{lease.Owner ?? Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid().ToString("N")[..8]}";
        _attend = attend;
        _onLost = onLost;
    }

    /// <summary>True from the first take-over on.</summary>
    public bool WasTaken => _wasTaken;

    /// <summary>True while it is certain that no other instance is active.</summary>
    public bool IsHeld => _wasTaken && !_isReleased && _lost is null
        && _time.GetElapsedTime(Volatile.Read(ref _writtenAt)) < _options.Duration;

    /// <summary>Why the row could not be read or written the last time; null if it could.</summary>
    public Exception? LastFailure => _lastFailure;

    /// <summary>The lease as it was last seen.</summary>
    public LeaseStatus Status
    {
        get
        {
            // A standby that is about to take over has noted its own name already: nobody holds the lease then.
            var seen = Volatile.Read(ref _seen);
            var isCandidate = !_wasTaken && seen.Owner == _owner;
            return new LeaseStatus { IsHeld = IsHeld, Owner = isCandidate ? null : seen.Owner, Fence = seen.Fence };
        }
    }

    /// <summary>Waits until this is the active instance.</summary>
    /// <remarks>A store that fails at the first look ends the stream, as it does without a lease; later, the standby waits on.</remarks>
    public async ValueTask AcquireAsync(CancellationToken stop)
    {
        var watch = new LeaseWatch(_time);
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
                using var timer = CancelLater(bound, _options.Duration);
                if (await TryTakeAsync(watch, isFirst ? stop : bound.Token).ConfigureAwait(false))
                {
                    return;
                }

                _lastFailure = null;
            }
            catch (Exception e) when (!isFirst && !stop.IsCancellationRequested && e is not OffsetFormatException)
            {
                if (_lastFailure is null)
                {
                    Log.StandbyFailed(_logger, e, _engine);
                }

                _lastFailure = e;
            }

            await Task.Delay(_options.Duration / 6, _time, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the lease is renewed. Throws if another instance has taken over.</summary>
    public async ValueTask WaitAsync(CancellationToken stop)
    {
        Task renewed;
        lock (_gate)
        {
            renewed = IsHeld || _lost is not null ? Task.CompletedTask : _renewed.Task;
        }

        await renewed.WaitAsync(stop).ConfigureAwait(false);
        if (_lost is { } lost)
        {
            throw new LeaseLostException(lost.Message, lost);
        }
    }

    /// <summary>Ends the renewals and releases the lease, so that a standby takes over at its next look. Does not throw.</summary>
    public async ValueTask DisposeAsync()
    {
        using var source = new CancellationTokenSource(StopBound, _time);
        var bound = source.Token;
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_holding is { } holding)
        {
            await holding.WaitObservedOrNotAsync(bound).ConfigureAwait(false);
        }

        if (_expiry is { } expiry)
        {
            await expiry.DisposeAsync().ConfigureAwait(false);
        }

        if (!_wasTaken || _lost is not null)
        {
            return;
        }

        _isReleased = true;
        try
        {
            await _keeper.RenewAsync(bound).WaitObservedAsync(bound).ConfigureAwait(false);
        }
        catch (OffsetConflictException)
        {
            // It is another instance's already.
        }
        catch (Exception e)
        {
            Log.ReleaseFailed(_logger, e, _engine);
        }
    }

    LeaseRecord ISlotLease.Begin(out long timestamp)
    {
        timestamp = _time.GetTimestamp();
        var fence = Volatile.Read(ref _seen).Fence;
        return new LeaseRecord(_isReleased ? null : _owner, fence, _options.Duration, _time.GetUtcNow() + _options.Duration);
    }

    void ISlotLease.OnWritten(long timestamp)
    {
        TaskCompletionSource? renewed = null;
        lock (_gate)
        {
            if (_isReleased)
            {
                return;
            }

            Volatile.Write(ref _writtenAt, timestamp);
            _lastFailure = null;
            _expiry ??= _time.CreateTimer(static state => ((EngineLease)state!).OnExpired(), this, Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            var rest = _options.Duration - _time.GetElapsedTime(timestamp);
            _expiry.Change(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            if (rest > TimeSpan.Zero)
            {
                renewed = _renewed;
                _renewed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        renewed?.TrySetResult();
    }

    private async ValueTask<bool> TryTakeAsync(LeaseWatch watch, CancellationToken cancellationToken)
    {
        var row = await _keeper.LoadRowAsync(cancellationToken).WaitObservedAsync(cancellationToken).ConfigureAwait(false);
        var (offset, lease) = LeaseText.Split(row?.Text);
        if (!watch.IsFree(row, lease) && lease?.Owner != _owner)
        {
            // The fence alone would not do: a standby that lost the race for this number has tried it itself.
            if (_seen.Owner != lease?.Owner || _seen.Fence != lease?.Fence)
            {
                Log.StandsBy(_logger, _engine, lease?.Owner ?? "", lease?.Fence ?? 0);
            }

            Volatile.Write(ref _seen, new LeaseStatus { IsHeld = false, Owner = lease?.Owner, Fence = lease?.Fence ?? 0 });
            return false;
        }

        // Before anything is written over it.
        _keeper.Parse(offset);
        Volatile.Write(ref _seen, new LeaseStatus { IsHeld = false, Owner = _owner, Fence = (lease?.Fence ?? 0) + 1 });
        if (!await _keeper.TakeAsync(this, cancellationToken).WaitObservedAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        _wasTaken = true;
        Log.LeaseTaken(_logger, _engine, _owner, _seen.Fence);
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _holding = HoldAsync(_stop.Token);
        }

        return true;
    }

    /// <summary>Renews the lease until it is lost or the engine stops.</summary>
    private async Task HoldAsync(CancellationToken stop)
    {
        var every = _options.Duration / 3;
        try
        {
            while (true)
            {
                // A save of an offset renews it too.
                if (every - _time.GetElapsedTime(Volatile.Read(ref _writtenAt)) is var rest && rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, _time, stop).ConfigureAwait(false);
                    continue;
                }

                if (!await TryRenewAsync(every, stop).ConfigureAwait(false))
                {
                    await Task.Delay(_options.Duration / 12, _time, stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The engine stops.
        }
        catch (OffsetConflictException e)
        {
            OnLost(e);
        }
    }

    private async ValueTask<bool> TryRenewAsync(TimeSpan timeout, CancellationToken stop)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var timer = CancelLater(bound, timeout);
        try
        {
            await _keeper.RenewAsync(bound.Token).WaitObservedAsync(bound.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OffsetConflictException && !stop.IsCancellationRequested)
        {
            if (_lastFailure is null && e is not OperationCanceledException)
            {
                Log.RenewalFailed(_logger, e, _engine);
            }

            _lastFailure = e;
            return false;
        }
    }

    private void OnLost(OffsetConflictException e)
    {
        var lost = e as LeaseLostException ?? new LeaseLostException(e.Message, e);
        lock (_gate)
        {
            _lost = lost;
            _renewed.TrySetResult();
        }

        _onLost(lost);
    }

    private void OnExpired()
    {
        if (!_isReleased && _lost is null && !IsHeld)
        {
            Log.LeaseRanOut(_logger, _engine);
            _attend();
        }
    }

    private ITimer CancelLater(CancellationTokenSource source, TimeSpan after)
        => _time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), source, after, Timeout.InfiniteTimeSpan);
}
