using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded;

/// <summary>How a <see cref="CdcEngine"/> reads, buffers, acknowledges and reconnects. Validated when the engine is created.</summary>
public sealed class CdcEngineOptions
{
    /// <summary>The engine's name: the key of its offset, and <see cref="SourceInfo.Name"/> of its events. Engines that run at the same
    /// time need different names. Without white space at its ends, control characters and halves of surrogate pairs.</summary>
    public required string Name { get; init; }

    /// <summary>Where reading starts while no offset is stored.</summary>
    /// <value>Null, the default, leaves it to the source: servers start at the end of their log, files at their start.</value>
    public StartPosition? StartFrom { get; init; }

    /// <summary>When acknowledged progress is written to the offset store.</summary>
    /// <value>The default is <see cref="CommitPolicy.Default"/>: after 10,000 changes or one second, preferably at a transaction's
    /// end.</value>
    public CommitPolicy CommitPolicy { get; init; } = CommitPolicy.Default;

    /// <summary>True if <see cref="CdcEngine.ReadBatchesAsync"/> also yields a batch without changes when the position has moved without
    /// changes: first at the start, then at most once for each <see cref="CommitPolicy.Interval"/>.</summary>
    /// <remarks>For applications that store offsets themselves, with <see cref="CommitPolicy.Never"/>, elsewhere than in the engine's
    /// store: otherwise the stored position of a quiet stream may be purged from the log. An <see cref="ITransactionalOffsetStore"/> needs
    /// it not, because the engine stores such positions there by itself.</remarks>
    /// <value>The default is false.</value>
    public bool EmptyBatches { get; init; }

    /// <summary>True if the batches of <see cref="CdcEngine.ReadBatchesAsync"/> end where transactions of the source end: each has one or
    /// more whole transactions, up to <see cref="MaxBatchSize"/> changes and <see cref="MaxBufferedBytes"/> bytes.</summary>
    /// <remarks>A transaction that is larger than that arrives in parts, in batches of its own:
    /// <see cref="ChangeBatch.BeginsTransaction"/> is true for the first and <see cref="ChangeBatch.EndsTransaction"/> for the last.
    /// MongoDB says with the next event, or after <c>HeartbeatInterval</c>, that a transaction has ended; its batch waits for
    /// that.</remarks>
    /// <value>The default is false: batches are what the source reads at once.</value>
    public bool AlignBatches { get; init; }

    /// <summary>What acknowledges an item.</summary>
    /// <value>The default is <see cref="AcknowledgementMode.OnNext"/>.</value>
    public AcknowledgementMode Acknowledgement { get; init; } = AcknowledgementMode.OnNext;

    /// <summary>Maximum number of changes in a batch, unless one event of the log has more.</summary>
    /// <value>The default is 2,048; at least 1.</value>
    public int MaxBatchSize { get; init; } = 2048;

    /// <summary>Maximum number of changes that may wait between source and consumer.</summary>
    /// <value>The default is 8,192; at least 1. A batch that is larger than the bound passes alone.</value>
    public int MaxBufferedChanges { get; init; } = 8_192;

    /// <summary>Maximum number of bytes that the waiting changes may keep in memory.</summary>
    /// <value>The default is 1 MiB; at least 1. A batch that is larger than the bound passes alone. A higher bound is slower, because the
    /// garbage collector copies what waits long from generation to generation (64 MiB: 1.6 times the CPU time on wide rows).</value>
    public long MaxBufferedBytes { get; init; } = 1024 * 1024;

    /// <summary>How the engine reconnects after a transient failure.</summary>
    /// <value>The default is <see cref="ReconnectPolicy.Default"/>: for ever, with 1 s to 120 s between attempts, jittered.</value>
    public ReconnectPolicy Reconnect { get; init; } = ReconnectPolicy.Default;

    /// <summary>What to do if the source can no longer read from the stored position: its log was purged or reset, or it is another
    /// server.</summary>
    /// <remarks>If reading resumes elsewhere, an error is logged and <see cref="CdcEngine.ReadAllAsync"/> yields a <see cref="Notice"/> of
    /// kind <see cref="NoticeKind.PositionLost"/>, after everything that was read before; once it is acknowledged, the new position is
    /// stored. A source that loses its position again before it has read anything fails.</remarks>
    /// <value>The default is <see cref="OffsetLostPolicy.Fail"/>.</value>
    public OffsetLostPolicy OnOffsetLost { get; init; } = OffsetLostPolicy.Fail;

    /// <summary>True to end the stream at the end that the log had at the start, instead of waiting for more changes.</summary>
    /// <value>The default is false.</value>
    public bool StopWhenCaughtUp { get; init; }

    /// <summary>Filters, masks and new names: which tables, rows and columns the application gets, and what it sees of them.</summary>
    /// <value>The default is none: everything as the source has it.</value>
    public IReadOnlyList<Transform> Transforms { get; init; } = [];

    /// <summary>Tables that the application itself writes while it handles changes, perhaps in the captured server, such as one of dead
    /// letters: as <c>database.table</c>, or as <c>table</c> of any database. Their changes are not delivered and snapshots do not read
    /// them, unless the source's options name them without wildcards.</summary>
    /// <value>The default is none. The table of offsets need not be named: its store does
    /// (<see cref="IOffsetStore.TableName"/>).</value>
    public IReadOnlyList<string> OwnTables { get; init; } = [];

    /// <summary>Lets one of several instances under this name be active, while the others wait as standbys.</summary>
    /// <value>Null, the default, for no lease: a second instance under the name ends the first one's stream with an
    /// <see cref="OffsetConflictException"/>.</value>
    public LeaseOptions? Lease { get; init; }

    /// <summary>Reports to the application at an interval that the stream is alive, with its position and lag.</summary>
    /// <value>Null, the default, reports nothing; <see cref="CdcEngine.Status"/> answers those who ask.</value>
    public LivenessOptions? Liveness { get; init; }

    /// <summary>How the tables themselves are read, besides their changes.</summary>
    /// <value>The default reads none: <see cref="SnapshotMode.Never"/>.</value>
    public SnapshotOptions Snapshot { get; init; } = new();

    /// <summary>Where rows carry the trace context of the transaction that wrote them: the activity of the transaction continues that
    /// trace.</summary>
    /// <value>Null, the default: each activity begins a trace of its own.</value>
    public TraceContextOptions? TraceContext { get; init; }

    /// <summary>Creates the loggers of the engine and of the source.</summary>
    /// <remarks>A logger that throws loses that line; the stream does not end because of it.</remarks>
    /// <value>The default logs nothing.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock of all waits and timeouts.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
