namespace CdcEmbedded.MySql.Replication;

/// <summary>What a session sets on the server before it asks for a binlog.</summary>
internal sealed record ReplicationSetup
{
    /// <summary>How often the server sends a sign of life when it has nothing else to send; zero turns that off. Default: 5 s.</summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The replica's UUID. The server ends an older stream with the same one, so it must be unique. Default: random.</summary>
    public Guid ReplicaUuid { get; init; } = Guid.NewGuid();

    /// <summary>How long the server may wait for this client to take data before it gives up; null leaves the server's value.</summary>
    public TimeSpan? NetWriteTimeout { get; init; }
}
