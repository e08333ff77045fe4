using System.Globalization;
using System.Text;

namespace CdcEmbedded;

/// <summary>A snapshot of the engine's state, for health checks. Immutable.</summary>
public sealed class EngineStatus
{
    /// <summary>What the engine is doing.</summary>
    public required EngineState State { get; init; }

    /// <summary>When the source committed the newest change that was delivered to the consumer, in UTC; null before the first.</summary>
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How far the consumer lags behind the source: the current time minus <see cref="LastTimestamp"/>, zero while
    /// <see cref="EngineState.CaughtUp"/>.</summary>
    /// <value>Null before the first change, unless the engine has caught up; never negative. It compares two clocks, so it is only as exact
    /// as they agree.</value>
    public TimeSpan? Lag { get; init; }

    /// <summary>Number of attempts to connect after the first one.</summary>
    public long Reconnects { get; init; }

    /// <summary>Number of changes between source and consumer, including the consumer's current batch.</summary>
    public long BufferedChanges { get; init; }

    /// <summary>Number of bytes that those changes keep in memory, as the source estimates them.</summary>
    public long BufferedBytes { get; init; }

    /// <summary>The lease, if the engine has one: see <see cref="CdcEngineOptions.Lease"/>.</summary>
    /// <value>Null without a lease.</value>
    public LeaseStatus? Lease { get; init; }

    /// <summary>What ended the stream, or prevented the last offset from being stored when it ended; while reconnecting, the failure that
    /// caused it. Null if there is none.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Returns the status in one line, for logs: the state, and of the rest what there is to say.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(State);
        if (Lag is { } lag)
        {
            text.Append(CultureInfo.InvariantCulture, $", lag {lag.TotalSeconds:0.###} s");
        }

        if (LastTimestamp is { } last)
        {
            text.Append(CultureInfo.InvariantCulture, $", last change of {last.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}Z");
        }

        if (BufferedChanges > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", {BufferedChanges} changes in {BufferedBytes} bytes waiting");
        }

        if (Reconnects > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", reconnects {Reconnects}");
        }

        if (Lease is { } lease)
        {
            var holder = lease.IsHeld ? "held by this instance" : lease.Owner is { } owner ? $"of {owner}" : "of nobody";
            text.Append(CultureInfo.InvariantCulture, $", lease {lease.Fence} {holder}");
        }

        return Failure is null ? text.ToString() : text.Append(": ").Append(Failure.Message.ReplaceLineEndings(" ")).ToString();
    }
}
