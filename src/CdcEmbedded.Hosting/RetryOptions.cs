namespace CdcEmbedded.Hosting;

/// <summary>What happens if a handler throws. Bound from configuration.</summary>
public sealed class RetryOptions
{
    /// <summary>Number of attempts, with the first.</summary>
    /// <value>The default is 5; at least 1.</value>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The wait before the second attempt; it doubles with each further one.</summary>
    /// <value>The default is 200 ms; zero or more.</value>
    public TimeSpan InitialDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait.</summary>
    /// <value>The default is 30 s; at least <see cref="InitialDelay"/>.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What happens after the last attempt.</summary>
    /// <value>The default is <see cref="HandlerFailureAction.Fail"/>.</value>
    public HandlerFailureAction OnFailure { get; set; }

    /// <summary>True to store each later change of a key that has a dead letter of the handler as a dead letter too, so that a replay
    /// handles them in their order. False to handle them: a replay then handles a change that is older than what was handled.</summary>
    /// <value>The default is true.</value>
    public bool ParkLaterChanges { get; set; } = true;

    internal TimeSpan DelayAfter(int attempt)
        => TimeSpan.FromTicks((long)Math.Min(MaxDelay.Ticks, InitialDelay.Ticks * Math.Pow(2, Math.Min(attempt - 1, 40))));
}
