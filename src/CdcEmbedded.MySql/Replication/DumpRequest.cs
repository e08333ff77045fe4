using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Replication;

/// <summary>What a dump is asked for.</summary>
internal sealed record DumpRequest
{
    /// <summary>Where to begin.</summary>
    public required BinlogPosition Start { get; init; }

    /// <summary>True for MariaDB, whose commands differ.</summary>
    public required bool IsMariaDb { get; init; }

    /// <summary>True if the server has GTIDs of MySQL.</summary>
    public required bool HasGtids { get; init; }

    /// <summary>This replica's number, unique among the server's replicas.</summary>
    public required uint ServerId { get; init; }

    /// <summary>The session variables of the dump.</summary>
    public ReplicationSetup Setup { get; init; } = new();

    /// <summary>True if the dump ends at the log's end instead of waiting there.</summary>
    public bool IsFinite { get; init; }

    /// <summary>The longest silence of the socket.</summary>
    public required TimeSpan ReadTimeout { get; init; }
}
