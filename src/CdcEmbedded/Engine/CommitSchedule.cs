namespace CdcEmbedded.Engine;

/// <summary>Decides when acknowledged progress must be stored, by <see cref="CommitPolicy"/>. It reads no clock: a one-shot timer reports
/// the end of the interval.</summary>
/// <remarks>All members except the timer's callback are called under the cursor's lock.</remarks>
internal sealed class CommitSchedule : IAsyncDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
    private readonly CommitPolicy _policy;
    private readonly Action _elapsed;
    private readonly ITimer _timer;
    private readonly long _forcedAt;
    private volatile int _timeStage;
    private volatile bool _isNever;
    private bool _isArmed;

    /// <param name="policy">The application's policy.</param>
    /// <param name="timeProvider">Creates the timer.</param>
    /// <param name="elapsed">Called on a timer's thread when the consumer's flow should check.</param>
    public CommitSchedule(CommitPolicy policy, TimeProvider timeProvider, Action elapsed)
    {
        _policy = policy;
        _elapsed = elapsed;
        _forcedAt = policy.WaitForTransactionEnd ? (long)policy.Changes * policy.MaxOverrun : policy.Changes;
        _isNever = policy.IsNever;
        _timer = timeProvider.CreateTimer(static state => ((CommitSchedule)state!).OnTimer(), this,
            Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True if the application stores the offsets after changes itself.</summary>
    public bool IsNever => _isNever;

    /// <summary>True if the interval since <see cref="Arm"/> or <see cref="ArmIdle"/> is over.</summary>
    public bool IsIntervalOver => _timeStage >= 1;

    /// <summary>From now on the application stores the offsets after changes itself.</summary>
    public void LeaveToApplication() => _isNever = true;

    /// <summary>True if a write is due; it may still wait for a transaction's end.</summary>
    public bool IsDue(long unsavedChanges) => !IsNever && (unsavedChanges >= _policy.Changes || _timeStage >= 1);

    /// <summary>True if a write is due and waits for nothing.</summary>
    public bool IsForced(long unsavedChanges) => !IsNever
        && (unsavedChanges >= _forcedAt || _timeStage >= (_policy.WaitForTransactionEnd && _policy.MaxOverrun > 1 ? 2 : 1));

    /// <summary>Number of changes that may pass before <see cref="IsForced"/> must be checked again; at least 1.</summary>
    public int ChangesUntilForced(long unsavedChanges)
        => IsNever ? int.MaxValue : (int)Math.Clamp(_forcedAt - unsavedChanges, 1, int.MaxValue);

    /// <summary>Records progress, or imminent progress: it must be stored at the end of the interval.</summary>
    public void Arm()
    {
        if (!_isNever)
        {
            ArmIdle();
        }
    }

    /// <summary>Records that the position has moved without changes: that is worth a look at the end of the interval.</summary>
    public void ArmIdle()
    {
        if (!_isArmed)
        {
            _isArmed = true;
            Start(1);
        }
    }

    /// <summary>Records that a write is in progress: the next interval starts with the next progress.</summary>
    public void Restart()
    {
        _timeStage = 0;
        _isArmed = false;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void OnTimer()
    {
        // The callback may arrive just after Restart: the next write is then early, which does no harm.
        _timeStage = Math.Min(_timeStage + 1, 2);
        if (_timeStage == 1 && _policy.WaitForTransactionEnd && _policy.MaxOverrun > 1 && !_isNever)
        {
            Start(_policy.MaxOverrun - 1);
        }

        _elapsed();
    }

    private void Start(int intervals)
    {
        var ticks = (double)_policy.Interval.Ticks * intervals;
        _timer.Change(ticks < LongestTimer.Ticks ? TimeSpan.FromTicks((long)ticks) : LongestTimer, Timeout.InfiniteTimeSpan);
    }
}
