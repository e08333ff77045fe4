namespace CdcEmbedded;

/// <summary>How the engine comes back after a transient failure: waits that double, each with random jitter, so that many instances do not
/// come back at once.</summary>
public sealed class ReconnectPolicy
{
    /// <summary>For ever, from 1 s to 120 s between attempts.</summary>
    public static ReconnectPolicy Default { get; } = new();

    /// <summary>Not at all: the first failure ends the stream.</summary>
    public static ReconnectPolicy None { get; } = new() { MaxAttempts = 0 };

    /// <summary>The wait before the first attempt.</summary>
    /// <value>The default is 1 s; more than zero.</value>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts.</summary>
    /// <value>The default is 120 s; at least <see cref="InitialDelay"/>.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Attempts in a row without progress before the failure is thrown to the consumer.</summary>
    /// <value>Null, the default, is without limit; 0 never reconnects.</value>
    public int? MaxAttempts { get; init; }

    /// <summary>How much of each wait is random: 0.5 means between half and the whole of it.</summary>
    /// <value>The default is 0.5; between 0 and 1.</value>
    public double Jitter { get; init; } = 0.5;

    /// <summary>How long a connection must have delivered before the waits start from <see cref="InitialDelay"/> again.</summary>
    /// <value>The default is 10 s.</value>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromSeconds(10);
}
