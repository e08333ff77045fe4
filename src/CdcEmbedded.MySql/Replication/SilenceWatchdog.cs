namespace CdcEmbedded.MySql.Replication;

/// <summary>Closes a connection on which reads have waited too long without progress.</summary>
/// <remarks>Only the time inside a read counts: a consumer may take as long as it likes between two of them. A read costs two
/// interlocked writes and no timer call: one timer looks now and then and sets itself to the earliest moment that can matter.</remarks>
internal sealed class SilenceWatchdog : IDisposable
{
    private const long Idle = long.MinValue;
    private const long Fired = long.MinValue + 1;

    private readonly TimeProvider _time;
    private readonly Action _close;
    private readonly Lock _timerLock = new();
    private ITimer? _timer;
    private TimeSpan _limit = Timeout.InfiniteTimeSpan;
    private long _waitingSince = Idle;
    private long _began;
    private long _waited;
    private bool _continues;
    private bool _disposed;

    /// <summary>Creates the watchdog; no time is limited until <see cref="Limit"/> is set.</summary>
    /// <param name="time">Where the time comes from.</param>
    /// <param name="close">Ends the pending read, from any thread, without waiting.</param>
    public SilenceWatchdog(TimeProvider time, Action close)
    {
        _time = time;
        _close = close;
    }

    /// <summary>The silence allowed; <see cref="Timeout.InfiniteTimeSpan"/> allows any.</summary>
    public TimeSpan Limit
    {
        get
        {
            lock (_timerLock)
            {
                return _limit;
            }
        }

        set
        {
            if (value != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            }

            lock (_timerLock)
            {
                _limit = value;
                Arm(value);
            }
        }
    }

    /// <summary>Says that a read begins to wait.</summary>
    /// <param name="continues">True if the reads before it, back to one that does not continue others, made no progress: their waiting
    /// counts too.</param>
    public void BeginWait(bool continues)
    {
        _began = _time.GetTimestamp();
        _continues = continues;
        _waited = continues ? _waited : 0;
        Interlocked.Exchange(ref _waitingSince, _began - _waited);
    }

    /// <summary>Says that the read has ended.</summary>
    /// <returns>True if the watchdog has closed the connection meanwhile.</returns>
    public bool EndWait()
    {
        if (_continues)
        {
            _waited += _time.GetTimestamp() - _began;
        }

        return Interlocked.Exchange(ref _waitingSince, Idle) == Fired;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_timerLock)
        {
            _disposed = true;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private static void OnTimer(object? state) => ((SilenceWatchdog)state!).Look();

    private void Arm(TimeSpan due)
    {
        if (_disposed)
        {
            return;
        }

        if (_timer is null)
        {
            if (due == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            _timer = CreateTimer(due);
            return;
        }

        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private ITimer CreateTimer(TimeSpan due)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return _time.CreateTimer(OnTimer, this, due, Timeout.InfiniteTimeSpan);
        }

        // A timer that lives as long as a connection must not keep the opener's AsyncLocals alive.
        using (ExecutionContext.SuppressFlow())
        {
            return _time.CreateTimer(OnTimer, this, due, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        var fire = false;
        lock (_timerLock)
        {
            if (_disposed || _limit == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            var since = Volatile.Read(ref _waitingSince);
            var waited = since is Idle or Fired ? TimeSpan.Zero : _time.GetElapsedTime(since);
            fire = waited >= _limit && Interlocked.CompareExchange(ref _waitingSince, Fired, since) == since;
            if (!fire)
            {
                // At least a millisecond: the clock that waits may run a little ahead of the clock that measures.
                var rest = _limit - waited;
                Arm(rest > TimeSpan.FromMilliseconds(1) ? rest : TimeSpan.FromMilliseconds(1));
            }
        }

        if (fire)
        {
            _close();
        }
    }
}
