namespace CdcEmbedded;

/// <summary>What a <see cref="CdcEngine"/> is doing.</summary>
public enum EngineState
{
    /// <summary>Created; the first item has not been asked for.</summary>
    Idle,

    /// <summary>Waiting for the lease, which another instance holds: see <see cref="CdcEngineOptions.Lease"/>.</summary>
    Standby,

    /// <summary>Loading the offset and connecting for the first time.</summary>
    Connecting,

    /// <summary>Connected and reading.</summary>
    Streaming,

    /// <summary>Connected, and everything up to the source's last heartbeat has been yielded.</summary>
    CaughtUp,

    /// <summary>The connection failed; the engine waits for the next attempt or makes it.</summary>
    Reconnecting,

    /// <summary>Ended: the source was finite, or the loop was left, cancelled or disposed.</summary>
    Stopped,

    /// <summary>Ended by a failure: see <see cref="EngineStatus.Failure"/>.</summary>
    Failed,
}
