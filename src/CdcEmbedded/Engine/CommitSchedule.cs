namespace CdcEmbedded.Engine;

/// <summary>Tells when acknowledged progress is to be stored, by <see cref="CommitPolicy"/>. It reads no clock: a one-shot timer tells
/// that the interval is over.</summary>
/// <remarks>All members but the timer's own callback are called under the cursor's lock.</remarks>
internal sealed class CommitSchedule : IAsyncDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
    private readonly CommitPolicy _policy;
    private readonly Action _elapsed;
    private readonly ITimer? _timer;
    private readonly long _forcedAt;
    private volatile int _timeStage;
    private bool _isArmed;

    /// <param name="policy">The application's policy.</param>
    /// <param name="timeProvider">Makes the timer.</param>
    /// <param name="elapsed">Called on a timer's thread when the consumer's flow should look.</param>
    public CommitSchedule(CommitPolicy policy, TimeProvider timeProvider, Action elapsed)
    {
        _policy = policy;
        _elapsed = elapsed;
        _forcedAt = policy.WaitForTransactionEnd ? (long)policy.Changes * policy.MaxOverrun : policy.Changes;
        _timer = policy.IsNever ? null
            : timeProvider.CreateTimer(static state => ((CommitSchedule)state!).OnTimer(), this,
                Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsNever => _policy.IsNever;

    /// <summary>Whether a write is due; it may still wait for a transaction's end.</summary>
    public bool IsDue(long unsavedChanges) => !IsNever && (unsavedChanges >= _policy.Changes || _timeStage >= 1);

    /// <summary>Whether a write is due and waits for nothing.</summary>
    public bool IsForced(long unsavedChanges) => !IsNever
        && (unsavedChanges >= _forcedAt || _timeStage >= (_policy.WaitForTransactionEnd && _policy.MaxOverrun > 1 ? 2 : 1));

    /// <summary>How many more changes may pass before <see cref="IsForced"/> must be asked again; at least 1.</summary>
    public int ChangesUntilForced(long unsavedChanges)
        => IsNever ? int.MaxValue : (int)Math.Clamp(_forcedAt - unsavedChanges, 1, int.MaxValue);

    /// <summary>Progress is there, or about to be: it must be stored when the interval is over.</summary>
    public void Arm()
    {
        if (!_isArmed && _timer is { } timer)
        {
            _isArmed = true;
            Start(timer, 1);
        }
    }

    /// <summary>A write is under way: the next interval begins with the next progress.</summary>
    public void Restart()
    {
        _timeStage = 0;
        _isArmed = false;
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? default;

    private void OnTimer()
    {
        // It may come just after Restart: the next write is then early, which harms nothing.
        _timeStage = Math.Min(_timeStage + 1, 2);
        if (_timeStage == 1 && _policy.WaitForTransactionEnd && _policy.MaxOverrun > 1 && _timer is { } timer)
        {
            Start(timer, _policy.MaxOverrun - 1);
        }

        _elapsed();
    }

    private void Start(ITimer timer, int intervals)
    {
        var ticks = (double)_policy.Interval.Ticks * intervals;
        timer.Change(ticks < LongestTimer.Ticks ? TimeSpan.FromTicks((long)ticks) : LongestTimer, Timeout.InfiniteTimeSpan);
    }
}
