namespace CdcEmbedded;

/// <summary>One active instance of many: instances under one engine name hold a lease in the row of their offset, and those without it wait
/// as standbys (<see cref="EngineState.Standby"/>).</summary>
/// <remarks>
/// <para>The active instance renews the lease every third of <see cref="Duration"/>, and with each offset that it saves. A standby takes
/// over once the row has not changed for <see cref="Duration"/>, measured with its own clock: clocks need not agree. After a graceful
/// stop, which releases the lease, it takes over at its next look, a sixth of <see cref="Duration"/> later at most.</para>
/// <para>An instance whose lease has run out, because the store or the process was stalled, yields nothing until it has renewed it. If
/// another instance has taken over, its saves fail with a <see cref="LeaseLostException"/>, also those in a transaction of the
/// application, whose effects are rolled back with it.</para>
/// <para>Any store that passes the conformance kit of CdcEmbedded.Testing can hold a lease.</para>
/// </remarks>
public sealed class LeaseOptions
{
    /// <summary>How long the lease lasts after it was last written.</summary>
    /// <value>The default is 3 seconds: a standby takes over within 5 seconds after a kill. From 100 ms to one hour. Shorter than the
    /// pauses of the process and the store, the lease moves without need.</value>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What the row calls this instance, for operators. The engine adds the process and a random part.</summary>
    /// <value>Null, the default, takes the machine's name.</value>
    public string? Owner { get; init; }
}
