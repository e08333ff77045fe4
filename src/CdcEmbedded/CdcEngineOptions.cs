using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded;

/// <summary>How a <see cref="CdcEngine"/> reads, buffers, acknowledges and reconnects. Validated when the engine is created.</summary>
public sealed class CdcEngineOptions
{
    /// <summary>The engine's name: the key of its offset, and <see cref="SourceInfo.Name"/> of its events. Two engines that run at once
    /// need two names.</summary>
    public required string Name { get; init; }

    /// <summary>Where reading begins while no offset is stored.</summary>
    /// <value>Null, the default, leaves it to the source: a server's log from now on, files from their beginning.</value>
    public StartPosition? StartFrom { get; init; }

    /// <summary>When acknowledged progress is written to the offset store.</summary>
    /// <value>The default is <see cref="CommitPolicy.Default"/>: after 10,000 changes or one second, at a transaction's end where one comes.</value>
    public CommitPolicy CommitPolicy { get; init; } = CommitPolicy.Default;

    /// <summary>Whether asking for the next item acknowledges the one before.</summary>
    /// <value>The default is <see cref="AcknowledgementMode.OnNext"/>.</value>
    public AcknowledgementMode Acknowledgement { get; init; } = AcknowledgementMode.OnNext;

    /// <summary>How many changes a batch holds at most, unless one log event holds more.</summary>
    /// <value>The default is 2,048; at least 1.</value>
    public int MaxBatchSize { get; init; } = 2048;

    /// <summary>How many changes may wait between source and consumer.</summary>
    /// <value>The default is 8,192; at least 1. A batch that is larger than the bound passes alone.</value>
    public int MaxBufferedChanges { get; init; } = 8_192;

    /// <summary>How many bytes the waiting changes may keep alive.</summary>
    /// <value>The default is 1 MiB; at least 1. A batch that is larger than the bound passes alone. More is slower: what waits
    /// long is copied from generation to generation by the garbage collector (64 MiB: 1.6 times the CPU time on wide rows).</value>
    public long MaxBufferedBytes { get; init; } = 1024 * 1024;

    /// <summary>How the engine comes back after a transient failure.</summary>
    /// <value>The default is <see cref="ReconnectPolicy.Default"/>: for ever, from 1 s to 120 s between attempts, jittered.</value>
    public ReconnectPolicy Reconnect { get; init; } = ReconnectPolicy.Default;

    /// <summary>What to do when the source can no longer read from the stored position: its log was purged or reset, or it is another server.</summary>
    /// <remarks>Where reading goes on elsewhere, an error is logged and <see cref="CdcEngine.ReadAllAsync"/> yields a <see cref="Notice"/> of kind
    /// <see cref="NoticeKind.PositionLost"/>, behind everything that was read before; once that is acknowledged, the new place is stored. A source
    /// that loses its position again before it has read anything fails.</remarks>
    /// <value>The default is <see cref="OffsetLostPolicy.Fail"/>.</value>
    public OffsetLostPolicy OnOffsetLost { get; init; } = OffsetLostPolicy.Fail;

    /// <summary>Whether the stream ends at the log's end as it was at start, instead of waiting for more changes.</summary>
    /// <value>The default is false.</value>
    public bool StopWhenCaughtUp { get; init; }

    /// <summary>Makes the engine's and the source's loggers.</summary>
    /// <value>The default logs nothing.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock of all waits and time-outs.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
