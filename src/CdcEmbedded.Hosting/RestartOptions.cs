namespace CdcEmbedded.Hosting;

/// <summary>When a stream that has failed starts again. Bound from configuration.</summary>
public sealed class RestartOptions
{
    /// <summary>The wait before the first restart; it doubles with each further one.</summary>
    /// <value>The default is 1 s; more than zero.</value>
    public TimeSpan InitialDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait.</summary>
    /// <value>The default is 2 minutes; at least <see cref="InitialDelay"/>.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Number of restarts without a handled batch in between, after which the stream gives up.</summary>
    /// <value>Null, the default, for no limit; 0 never restarts.</value>
    public int? MaxRestarts { get; set; }

    /// <summary>Number of logins that the source's server refuses, without a handled batch in between, after which the stream gives up,
    /// whatever <see cref="MaxRestarts"/> says: repeated wrong passwords lock accounts.</summary>
    /// <value>The default is 3, with <see cref="MaxDelay"/> between them, so that a password that was just changed is not the end; at
    /// least 1, which gives up at the first.</value>
    public int MaxRefusedLogins { get; set; } = 3;

    /// <summary>True to stop the host when the stream gives up. Otherwise the stream remains failed, which its health check
    /// reports.</summary>
    /// <value>The default is true.</value>
    public bool StopHost { get; set; } = true;

    internal TimeSpan DelayAfter(int failures)
        => TimeSpan.FromTicks((long)Math.Min(MaxDelay.Ticks, InitialDelay.Ticks * Math.Pow(2, Math.Min(failures - 1, 40))));
}
