namespace CdcEmbedded;

/// <summary>Reports to the application at an interval that a stream is alive: see <see cref="CdcEngineOptions.Liveness"/>.</summary>
public sealed class LivenessOptions
{
    /// <summary>Called at each <see cref="Interval"/> while the stream is connected to its source, also when nothing comes, and while the
    /// application handles a change for long. It is not called while the engine connects, waits as a standby or has lost its lease, and
    /// after the stream has ended: calls that stay away are the alarm.</summary>
    /// <remarks>Called by a flow of its own, one call at a time: a slow call delays only the next one. What it throws is logged, the same
    /// message once until a call works, and does not end the stream. The token is cancelled when the stream ends, which then waits for the
    /// call for at most 30 s. A connection that is dead without a sign counts as alive until the source's read timeout.</remarks>
    public required Func<StreamLiveness, CancellationToken, ValueTask> OnAlive { get; init; }

    /// <summary>How often.</summary>
    /// <value>The default is 10 s; from 100 ms to one day.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);
}
