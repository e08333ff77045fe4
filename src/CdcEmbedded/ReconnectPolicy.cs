using System.ComponentModel;

namespace CdcEmbedded;

/// <summary>How the engine reconnects after a transient failure: with waits that double, each with random jitter, so that many instances do
/// not reconnect at the same time.</summary>
[TypeConverter(typeof(ReconnectPolicyConverter))]
public sealed class ReconnectPolicy
{
    /// <summary>For ever, with 1 s to 120 s between attempts.</summary>
    public static ReconnectPolicy Default => new();

    /// <summary>No reconnects: the first failure ends the stream.</summary>
    public static ReconnectPolicy None => new() { MaxAttempts = 0 };

    /// <summary>The wait before the first attempt.</summary>
    /// <value>The default is 1 s; more than zero.</value>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts.</summary>
    /// <value>The default is 120 s; at least <see cref="InitialDelay"/>.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Number of consecutive attempts without progress after which the failure is thrown to the consumer.</summary>
    /// <value>Null, the default, means no limit; 0 never reconnects.</value>
    public int? MaxAttempts { get; init; }

    /// <summary>The same number for the time before the first connection: a server that cannot be reached at the start is more often a
    /// wrong host name than an outage.</summary>
    /// <value>Null, the default, means <see cref="MaxAttempts"/>; 0 throws the first failure.</value>
    public int? MaxFirstAttempts { get; init; }

    /// <summary>The random part of each wait: 0.5 means between half of it and all of it.</summary>
    /// <value>The default is 0.5; between 0 and 1.</value>
    public double Jitter { get; init; } = 0.5;

    /// <summary>How long a connection must have delivered before the waits restart at <see cref="InitialDelay"/>.</summary>
    /// <value>The default is 10 s.</value>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromSeconds(10);
}
