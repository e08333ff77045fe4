namespace CdcEmbedded.MySql.Replication;

/// <summary>What a dump is asked for.</summary>
internal sealed record DumpRequest
{
    /// <summary>MariaDB: the GTID position after which it begins; null to begin by file.</summary>
    public string? GtidPosition { get; init; }

    /// <summary>MySQL: the encoded set of the transactions that are not sent; null to begin by file.</summary>
    public byte[]? GtidSet { get; init; }

    /// <summary>The file in which it begins otherwise; empty for the oldest one.</summary>
    public string File { get; init; } = "";

    /// <summary>The position in that file.</summary>
    public required long Position { get; init; }

    /// <summary>True for MariaDB, whose commands differ.</summary>
    public required bool IsMariaDb { get; init; }

    /// <summary>This replica's number, unique among the server's replicas.</summary>
    public required uint ServerId { get; init; }

    /// <summary>The session variables of the dump.</summary>
    public ReplicationSetup Setup { get; init; } = new();

    /// <summary>True if the dump ends at the log's end instead of waiting there.</summary>
    public bool IsFinite { get; init; }

    /// <summary>Most bytes of an event.</summary>
    public int MaxEventBytes { get; init; } = (int)MySqlSourceOptions.DefaultMaxEventBytes;

    /// <summary>The longest silence of the socket.</summary>
    public required TimeSpan ReadTimeout { get; init; }
}
