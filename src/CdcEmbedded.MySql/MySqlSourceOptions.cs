namespace CdcEmbedded.MySql;

/// <summary>What a <see cref="MySqlSource"/> connects to and captures. Validated when the source is created.</summary>
public sealed class MySqlSourceOptions
{
    /// <summary>The server, in MySqlConnector's key names: <c>Server</c>, <c>Port</c>, <c>User ID</c>, <c>Password</c>, <c>SslMode</c>, <c>SslCa</c> …</summary>
    /// <remarks>TLS is verified (<c>SslMode=VerifyFull</c>) unless a weaker mode is named. The password appears in no log and no exception.</remarks>
    public required string ConnectionString { get; init; }

    /// <summary>The tables to capture: <c>database.table</c>, with <c>*</c> and <c>?</c> as wildcards on either side.</summary>
    /// <value>The default, an empty list, captures every table but those of the server's own databases.</value>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Tables to leave out, in the same form; stronger than <see cref="Include"/>.</summary>
    /// <value>The default is an empty list.</value>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The servers whose transactions are delivered, as their GTIDs name them: UUIDs or, for MariaDB, server ids. Others are passed over, and count as
    /// read all the same; their schema changes are followed.</summary>
    /// <value>The default, an empty list, delivers those of every server. Transactions without a GTID are always delivered.</value>
    public IReadOnlyList<string> IncludeGtidSources { get; init; } = [];

    /// <summary>The servers whose transactions are passed over, in the same form; stronger than <see cref="IncludeGtidSources"/>.</summary>
    /// <value>The default is an empty list.</value>
    public IReadOnlyList<string> ExcludeGtidSources { get; init; } = [];

    /// <summary>The replica's server id, which must be unique among the server's replicas.</summary>
    /// <value>Null, the default, draws one at random from 2^31 numbers for each connection.</value>
    public uint? ServerId { get; init; }

    /// <summary>How often the server tells, when it has nothing else to send, that it is alive.</summary>
    /// <value>The default is 5 s; from 10 ms to one hour.</value>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the socket may stay silent before the connection is given up and made anew.</summary>
    /// <value>Null, the default, is three heartbeats, at least 15 s. Counted only while the source waits for the server, not while the
    /// application works on events.</value>
    public TimeSpan? ReadTimeout { get; init; }

    /// <summary>How long the server waits for a slow application before it ends the connection (its session's <c>net_write_timeout</c>).</summary>
    /// <value>The default is 10 minutes. When it passes, the engine reconnects without loss.</value>
    public TimeSpan NetWriteTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether the CRC32 that the server adds to each event is verified.</summary>
    /// <value>The default is true; it costs a few percent.</value>
    public bool VerifyChecksums { get; init; } = true;

    /// <summary>How an update that changes the primary key is told.</summary>
    /// <value>The default is <see cref="KeyChangeMode.DeleteAndCreate"/>.</value>
    public KeyChangeMode KeyChange { get; init; } = KeyChangeMode.DeleteAndCreate;

    /// <summary>Whether updates that change nothing are left out: those whose before and after have the same bytes in every column. Columns that the log
    /// leaves out did not change.</summary>
    /// <value>The default is false.</value>
    public bool SkipUnchanged { get; init; }

    /// <summary>How many bytes of one transaction are held until its commit is read. Beyond it rows are delivered before that, as
    /// <see cref="ChangeEvent.IsProvisional"/>.</summary>
    /// <value>The default is 64 MiB; at least 0. A rollback after that, which only transactions that mix storage engines log, is a
    /// <see cref="SourceInconsistentException"/>.</value>
    public long TransactionBufferBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>What becomes of XA transactions between XA PREPARE and their outcome.</summary>
    /// <value>The default is <see cref="XaMode.Buffer"/>: their changes are held, together at most <see cref="TransactionBufferBytes"/>. What is beyond it
    /// is let go, and read from the log a second time at XA COMMIT.</value>
    public XaMode Xa { get; init; }

    /// <summary>Whether the shadow tables of gh-ost and pt-online-schema-change (<c>_t_gho</c>, <c>_t_new</c> and their like) are captured, where a pattern
    /// with wildcards matches them and the table <c>t</c> too. Tables that <see cref="Include"/> names without wildcards always are.</summary>
    /// <value>The default is false: their rows are copies and no changes.</value>
    public bool IncludeShadowTables { get; init; }

    /// <summary>What happens at rows of a captured table whose columns cannot be known for certain: the log does not name them, and neither the
    /// statements in the log nor the server tell.</summary>
    /// <value>The default is <see cref="FaultPolicy.Fail"/>, with a <see cref="SchemaUnknownException"/>. Otherwise the table's rows are left out until its
    /// columns are known again.</value>
    public FaultPolicy OnUnknownSchema { get; init; }

    /// <summary>What happens where rows of a captured table were changed by a statement that was logged as text
    /// (<c>binlog_format=STATEMENT</c> in its session).</summary>
    /// <value>The default is <see cref="FaultPolicy.Fail"/>, with a <see cref="SourceInconsistentException"/>.</value>
    public FaultPolicy OnStatementChange { get; init; }

    /// <summary>What happens where the server says that its log lacks changes (an INCIDENT event).</summary>
    /// <value>The default is <see cref="FaultPolicy.Fail"/>, with a <see cref="SourceInconsistentException"/>.</value>
    public FaultPolicy OnIncident { get; init; }
}
