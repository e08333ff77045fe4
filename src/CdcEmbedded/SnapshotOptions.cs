namespace CdcEmbedded;

/// <summary>How an engine reads tables.</summary>
public sealed class SnapshotOptions
{
    /// <summary>When tables are read without a request.</summary>
    /// <value>The default is <see cref="SnapshotMode.Never"/>.</value>
    public SnapshotMode Mode { get; init; }

    /// <summary>Decides instead of <see cref="Mode"/>, which is then <see cref="SnapshotMode.Never"/>.</summary>
    /// <value>Null, the default, for the mode.</value>
    public ISnapshotPolicy? Policy { get; init; }

    /// <summary>Which tables <see cref="Mode"/> reads, as patterns <c>database.table</c>.</summary>
    /// <value>Empty, the default, for all that the source captures.</value>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>True to read each table that the source captures for the first time, because it was added to what the source includes: in
    /// chunks beside the stream, after a restart with the new options.</summary>
    /// <remarks>The offset lists the captured tables that match <see cref="Tables"/>. The first start with this option records them and
    /// reads none because of it. A table that was not captured at the last start, or that was renamed to a captured name, is new. One that
    /// was created since is not, if the stream says so. The snapshot has an id that begins with <c>new-tables-</c>.</remarks>
    /// <value>The default is false.</value>
    public bool ReadsNewTables { get; init; }

    /// <summary>Maximum number of rows of a chunk: what one short query reads, and what waits in memory.</summary>
    /// <value>The default is 2,048; from 1 to 100,000.</value>
    public int ChunkSize { get; init; } = 2048;

    /// <summary>Number of connections that read a consistent view at once: different tables, and ranges of a large table. All see the same
    /// moment.</summary>
    /// <value>The default is 1; from 1 to 32.</value>
    public int Readers { get; init; } = 1;

    /// <summary>Maximum number of rows that are read in a second, to spare the server.</summary>
    /// <value>Null, the default, for no limit; else at least 1.</value>
    public int? MaxRowsPerSecond { get; init; }

    /// <summary>How long a chunk may take: if one takes longer, the next ones are smaller, down to 16 rows, and grow again up to
    /// <see cref="ChunkSize"/> when they are fast.</summary>
    /// <value>The default is 1 s; more than zero.</value>
    public TimeSpan ChunkDuration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Reading waits while more statements than this run on the source, itself included.</summary>
    /// <value>Null, the default, for no limit; else at least 1. A source that cannot say ignores it.</value>
    public int? MaxRunningThreads { get; init; }

    /// <summary>Reading waits while the source, if it is a replica, lags further than this after its own source.</summary>
    /// <value>Null, the default, for no limit; else at least zero. A source that cannot say ignores it.</value>
    public TimeSpan? MaxReplicaLag { get; init; }

    /// <summary>Asked before each chunk: true lets it be read, false has it asked again after a second.</summary>
    /// <value>Null, the default, for no question. A failure counts as one of the read.</value>
    public Func<CancellationToken, ValueTask<bool>>? MayRead { get; init; }

    /// <summary>The channels on which signals arrive, such as a <see cref="FileSignalChannel"/>. They are read while the engine's loop
    /// runs.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<ISnapshotSignalChannel> Signals { get; init; } = [];

    /// <summary>A table or collection of the source, as <c>database.table</c>, into which others insert signals: columns <c>id</c>,
    /// <c>type</c> and <c>data</c>, or else the first three.</summary>
    /// <remarks>MySQL and MariaDB capture it whatever the source's own options say; with MongoDB those options must include it. Its rows
    /// are not delivered, unless the options name it without wildcards. Updates and deletes of its rows mean nothing.</remarks>
    /// <value>Null, the default, for none.</value>
    public string? SignalTable { get; init; }

    /// <summary>True to write a row into <see cref="SignalTable"/> before each chunk and to delete it after the chunk, if the server does
    /// not say otherwise which commits are visible: MySQL without GTIDs. Chunks are then read without locks.</summary>
    /// <remarks>The columns of the table must have the names <c>id</c>, <c>type</c> and <c>data</c>, and the user needs <c>SELECT</c>,
    /// <c>INSERT</c>, <c>UPDATE</c> and <c>DELETE</c> on it. The server must not be read-only, and <c>binlog_order_commits</c> must be ON.
    /// Sources that say which commits are visible, as MySQL with GTIDs, MariaDB and MongoDB do, write nothing.</remarks>
    /// <value>The default is false. True needs a signal table.</value>
    public bool WritesWatermarks { get; init; }
}
