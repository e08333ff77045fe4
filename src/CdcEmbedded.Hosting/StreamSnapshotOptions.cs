namespace CdcEmbedded.Hosting;

/// <summary>How a hosted stream reads tables, besides their changes. What no configuration can say, such as channels of signals, is set by
/// <see cref="CdcBuilder"/>.</summary>
public sealed class StreamSnapshotOptions
{
    /// <inheritdoc cref="SnapshotOptions.Mode"/>
    public SnapshotMode Mode { get; set; }

    /// <inheritdoc cref="SnapshotOptions.Tables"/>
    public IList<string> Tables { get; set; } = [];

    /// <inheritdoc cref="SnapshotOptions.ReadsNewTables"/>
    public bool ReadsNewTables { get; set; }

    /// <inheritdoc cref="SnapshotOptions.ChunkSize"/>
    public int ChunkSize { get; set; } = 2048;

    /// <inheritdoc cref="SnapshotOptions.Readers"/>
    public int Readers { get; set; } = 1;

    /// <inheritdoc cref="SnapshotOptions.MaxRowsPerSecond"/>
    public int? MaxRowsPerSecond { get; set; }

    /// <inheritdoc cref="SnapshotOptions.ChunkDuration"/>
    public TimeSpan ChunkDuration { get; set; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="SnapshotOptions.MaxRunningThreads"/>
    public int? MaxRunningThreads { get; set; }

    /// <inheritdoc cref="SnapshotOptions.MaxReplicaLag"/>
    public TimeSpan? MaxReplicaLag { get; set; }

    /// <inheritdoc cref="SnapshotOptions.SignalTable"/>
    public string? SignalTable { get; set; }

    /// <inheritdoc cref="SnapshotOptions.WritesWatermarks"/>
    public bool WritesWatermarks { get; set; }
}
