namespace CdcEmbedded;

/// <summary>How a <see cref="CdcEngine"/> fares at one moment, for health checks. An immutable snapshot.</summary>
public sealed class EngineStatus
{
    /// <summary>What the engine is doing.</summary>
    public required EngineState State { get; init; }

    /// <summary>When the source committed the newest change that was handed to the consumer, in UTC; null before the first.</summary>
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How far the consumer is behind: now less <see cref="LastTimestamp"/>, zero while
    /// <see cref="EngineState.CaughtUp"/>.</summary>
    /// <value>Null before the first change. It compares two clocks, so it is only as exact as they agree; never negative.</value>
    public TimeSpan? Lag { get; init; }

    /// <summary>How many attempts to connect have followed the first one.</summary>
    public long Reconnects { get; init; }

    /// <summary>Changes between source and consumer, the consumer's current batch included.</summary>
    public long BufferedChanges { get; init; }

    /// <summary>Bytes that those changes keep alive, as the source reckons them.</summary>
    public long BufferedBytes { get; init; }

    /// <summary>What ended the stream, or kept the last offset from being stored when it ended; while reconnecting, the failure that
    /// made it necessary. Null where there is none.</summary>
    public Exception? Failure { get; init; }
}
