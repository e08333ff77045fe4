using MySqlConnector;

namespace CdcEmbedded.MySql;

/// <summary>What a <see cref="MySqlSource"/> connects to and captures. Validated when the source is created.</summary>
public sealed class MySqlSourceOptions : IReadingOptions
{
    internal const long DefaultMaxEventBytes = 1024L * 1024 * 1024;
    internal const long DefaultTransactionSpillBytes = 16L * 1024 * 1024 * 1024;

    /// <summary>The server and the account, in MySqlConnector's keys: <c>Server</c>, <c>Port</c>, <c>User ID</c>, <c>Password</c>,
    /// <c>SslMode</c>, <c>SslCa</c> …</summary>
    /// <value>Null, the default, needs <see cref="DataSource"/>.</value>
    /// <remarks>Every key is honoured on both kinds of connection, SQL and replication, or refused by name. Two differences to
    /// MySqlConnector: TLS is verified (<c>SslMode=VerifyFull</c>) unless a weaker mode is named, and each of several hosts may have a port
    /// of its own (<c>Server=db1,db2:3307</c>); they are tried in their order. The password appears in no log and no exception.</remarks>
    public string? ConnectionString { get; init; }

    /// <summary>The application's own data source, which opens the SQL connections by which the source asks the server about itself
    /// and its tables.</summary>
    /// <value>Null, the default, opens them by <see cref="ConnectionString"/>.</value>
    /// <remarks>The replication session, which no driver offers, follows <see cref="ConnectionString"/> or, where that is null, the data
    /// source's connection string. A data source that keeps its password elsewhere gives it to nobody: set <see cref="PasswordProvider"/>
    /// then. It must name one host. The source does not dispose of it.</remarks>
    public MySqlDataSource? DataSource { get; init; }

    /// <summary>Answers the password at each connect, for accounts whose password changes, such as tokens of a cloud.</summary>
    /// <value>Null, the default, takes the password from the connection string.</value>
    /// <remarks>Asked for replication sessions, and for SQL connections where <see cref="DataSource"/> is null. Called from any thread,
    /// possibly for two connections at once. If it throws, or does not answer within the connection string's
    /// <c>Connection Timeout</c>, the connection attempt fails as a transient one.</remarks>
    public Func<MySqlPasswordContext, CancellationToken, ValueTask<string>>? PasswordProvider { get; init; }

    /// <summary>The tables to capture, as <c>database.table</c> with <c>*</c> and <c>?</c> as wildcards on either side.</summary>
    /// <value>The default, an empty list, captures every table except those of the server's own databases.</value>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Tables to skip, in the same form. Takes precedence over <see cref="Include"/>.</summary>
    /// <value>The default is an empty list.</value>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The servers whose transactions are delivered, as GTIDs name them: UUIDs or, for MariaDB, server ids. Transactions of other
    /// servers are skipped: offsets include them and their schema changes are followed.</summary>
    /// <value>The default, an empty list, delivers the transactions of every server. Transactions without a GTID
    /// are always delivered.</value>
    public IReadOnlyList<string> IncludeGtidSources { get; init; } = [];

    /// <summary>The servers whose transactions are skipped, in the same form. Takes
    /// precedence over <see cref="IncludeGtidSources"/>.</summary>
    /// <value>The default is an empty list.</value>
    public IReadOnlyList<string> ExcludeGtidSources { get; init; } = [];

    /// <summary>True if, on another server than that of the stored offset, the transactions are skipped that it has executed under names
    /// which the offset does not know: UUIDs of servers or, for MariaDB, domains.</summary>
    /// <value>The default is false: they are read from their beginning, so that nothing is lost after a failover, and the position is lost
    /// if the server has purged them.</value>
    /// <remarks>For servers that were given data of their own before they took over, such as users and test tables. What such a server has
    /// committed as the new primary before the stream reaches it is skipped too: a <see cref="Notice"/> says which transactions. A server
    /// that the offset was read from is always read whole.</remarks>
    public bool SkipNewServerHistory { get; init; }

    /// <summary>The server id of this replica, which must be unique among the server's replicas.</summary>
    /// <value>Null, the default, uses one of 2^31 numbers at random for each connection.</value>
    public uint? ServerId { get; init; }

    /// <summary>How often the server sends a heartbeat when it has nothing else to send.</summary>
    /// <value>The default is 5 s; from 10 ms to one hour.</value>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the socket may stay silent before the connection is closed and opened again. Less than 1 KiB of an event that has
    /// begun counts as silence too.</summary>
    /// <value>Null, the default, is three heartbeats, at least 15 s. The time counts only while the source waits for the server, not while
    /// the application processes events. A dump that was silent from its start, because the server looks for the position in a long log,
    /// gets twice the time at the next attempt, up to an hour.</value>
    public TimeSpan? ReadTimeout { get; init; }

    /// <summary>How long the server waits for a slow application before it ends the connection
    /// (its session's <c>net_write_timeout</c>).</summary>
    /// <value>The default is 10 minutes. When it passes, the engine reconnects without loss.</value>
    public TimeSpan NetWriteTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Writes a row of the source at an interval, so that the stored offset moves, and is not purged from the log, while the
    /// captured tables rest.</summary>
    /// <value>Null, the default: nothing is written to the server.</value>
    public HeartbeatWriteOptions? HeartbeatWrite { get; init; }

    /// <summary>True if the CRC32 that the server adds to each event is verified.</summary>
    /// <value>The default is true; the check costs a few percent of CPU time.</value>
    public bool VerifyChecksums { get; init; } = true;

    /// <summary>Most bytes of one event of the log, as received and as decompressed: of an event inside a compressed transaction, and of
    /// MariaDB's compressed events and column values. A larger one ends the stream with a <see cref="CdcProtocolException"/>.</summary>
    /// <value>The default is 1 GiB, the most that a server's <c>max_allowed_packet</c> can be; at least 1 KiB.</value>
    /// <remarks>It bounds what a server, or one that pretends to be it, can make this process allocate. The rows of an event are held in
    /// memory together: a server writes events of about <c>binlog_row_event_max_size</c>, or of one row if that is larger.</remarks>
    public long MaxEventBytes { get; init; } = DefaultMaxEventBytes;

    /// <summary>How an update that changes the primary key is delivered.</summary>
    /// <value>The default is <see cref="KeyChangeMode.DeleteAndCreate"/>.</value>
    public KeyChangeMode KeyChange { get; init; } = KeyChangeMode.DeleteAndCreate;

    /// <summary>True if updates that change nothing are skipped: those whose before and after images have the same bytes in every column.
    /// Columns that the log omits after the update did not change. Of a column that it omits only before (binlog_row_image=MINIMAL or
    /// NOBLOB) the earlier value is not known, so such an update is delivered.</summary>
    /// <value>The default is false.</value>
    public bool SkipUnchanged { get; init; }

    /// <summary>True if the history rows of MariaDB's system-versioned tables are delivered, each change as the log has it: the
    /// old version of an updated row follows as a create, a delete is an update of the end of the row's validity, and the key
    /// includes that end.</summary>
    /// <value>The default is false: only current rows are delivered, as those of any other table.</value>
    public bool IncludeRowHistory { get; init; }

    /// <summary>Memory in bytes for changes whose commit was not read yet: those of the current transaction and of all prepared
    /// XA transactions together.</summary>
    /// <value>The default is 64 MiB; at least 0. <see cref="LargeTransactions"/> says what happens to changes that need more.</value>
    public long TransactionBufferBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>What happens to a transaction that is larger than <see cref="TransactionBufferBytes"/>.</summary>
    /// <value>The default is <see cref="LargeTransactionMode.Spill"/>: it is kept in a temporary file until its commit.</value>
    public LargeTransactionMode LargeTransactions { get; init; }

    /// <summary>Most bytes that the temporary file of transactions larger than <see cref="TransactionBufferBytes"/> may take, counted in
    /// blocks of 64 KiB.</summary>
    /// <value>The default is 16 GiB; at least 0. A transaction that needs more ends the stream with a
    /// <see cref="TransactionSpillException"/> that is not transient.</value>
    public long TransactionSpillBytes { get; init; } = DefaultTransactionSpillBytes;

    /// <summary>The folder of that temporary file: an existing folder on a local disk that this process may write to.</summary>
    /// <value>Null, the default, is the system's folder for temporary files (<see cref="Path.GetTempPath"/>), which keeps its files in
    /// memory on some systems. The checks of the start create and remove a file in the folder, and report one where that fails.</value>
    /// <remarks>The file exists only while it is needed. It holds row contents; only its owner can read it. On Linux and macOS it has no
    /// name once it is open, on Windows the system deletes it when the process ends: a process that is killed leaves nothing.</remarks>
    public string? SpillFolder { get; init; }

    /// <summary>What happens to XA transactions between XA PREPARE and their outcome.</summary>
    /// <value>The default is <see cref="XaMode.Buffer"/>: their changes are held until XA COMMIT, in memory or, above
    /// <see cref="TransactionBufferBytes"/>, in the temporary file.</value>
    public XaMode Xa { get; init; }

    /// <summary>True if the shadow tables of gh-ost and pt-online-schema-change (<c>_t_gho</c>, <c>_t_new</c> and similar names) are
    /// captured when a pattern with wildcards matches both them and the table <c>t</c>. Tables that <see cref="Include"/> names without
    /// wildcards are always captured.</summary>
    /// <value>The default is false: their rows are copies, not changes.</value>
    public bool IncludeShadowTables { get; init; }

    /// <summary>How dates are delivered that no calendar has, such as <c>0000-00-00</c> and <c>2024-00-15</c>.</summary>
    /// <value>The default is <see cref="InvalidDateMode.Raw"/>: as they are stored.</value>
    public InvalidDateMode InvalidDates { get; init; }

    /// <summary>What to do with rows of a captured table whose columns are not known with certainty: the log does not name them, and
    /// neither the statements in the log nor the server define them.</summary>
    /// <value>The default is <see cref="FaultPolicy.Fail"/>, with a <see cref="SchemaUnknownException"/>. Otherwise the table's rows are
    /// skipped until its columns are known again.</value>
    public FaultPolicy OnUnknownSchema { get; init; }

    /// <summary>What to do if rows of a captured table were changed by a statement that was logged as text (<c>binlog_format=STATEMENT</c>
    /// in its session).</summary>
    /// <value>The default is <see cref="FaultPolicy.Fail"/>, with a <see cref="SourceInconsistentException"/>.</value>
    public FaultPolicy OnStatementChange { get; init; }

    /// <summary>What to do with a rows event of a captured table that cannot be read: its rows do not fit its table's columns or its
    /// length, or its compression is damaged.</summary>
    /// <value>The default is <see cref="FaultPolicy.Fail"/>, with a <see cref="CdcProtocolException"/> that names table and position.
    /// Otherwise all rows of the event are skipped, with a <see cref="Notice"/> of kind <see cref="NoticeKind.EventSkipped"/>. Single
    /// values are decoded when they are read, and this option does not concern them: see
    /// <see cref="ValueDecodingException"/>.</value>
    public FaultPolicy OnUndecodableEvent { get; init; }

    /// <summary>What to do if the server reports that its log lacks changes (an INCIDENT event).</summary>
    /// <value>The default is <see cref="FaultPolicy.Fail"/>, with a <see cref="SourceInconsistentException"/>.</value>
    public FaultPolicy OnIncident { get; init; }
}
