namespace CdcEmbedded.Testing;

/// <summary>A clock that moves only when a check advances it: a slow machine changes nothing. Thread-safe.</summary>
internal sealed class KitClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<KitTimer> _timers = [];
    private long _now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new KitTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on; timers that are due fire in their order.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetTimestamp() + by.Ticks;
        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }
    }

    private KitTimer? TakeDue(long end)
    {
        lock (_gate)
        {
            KitTimer? next = null;
            foreach (var timer in _timers)
            {
                next = timer.DueAt <= end && (next is null || timer.DueAt < next.DueAt) ? timer : next;
            }

            Interlocked.Exchange(ref _now, next?.DueAt ?? end);
            if (next is not null)
            {
                _timers.Remove(next);
            }

            return next;
        }
    }

    private sealed class KitTimer(KitClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long DueAt { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = clock.GetTimestamp() + dueTime.Ticks;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
