namespace CdcEmbedded.Hosting;

/// <summary>The options of one hosted stream: bound from the section <c>Cdc:name</c> of the configuration, then changed by
/// <see cref="CdcBuilder.Configure"/>, and validated when the host starts.</summary>
public sealed class CdcStreamOptions
{
    /// <summary>Where reading starts while no offset is stored: <c>Earliest</c> or <c>Latest</c>.</summary>
    /// <value>Null, the default, leaves it to the source.</value>
    public string? StartFrom { get; set; }

    /// <inheritdoc cref="CdcEngineOptions.MaxBatchSize"/>
    public int MaxBatchSize { get; set; } = 2048;

    /// <inheritdoc cref="CdcEngineOptions.AlignBatches"/>
    public bool AlignBatches { get; set; }

    /// <inheritdoc cref="CdcEngineOptions.MaxBufferedChanges"/>
    public int MaxBufferedChanges { get; set; } = 8192;

    /// <inheritdoc cref="CdcEngineOptions.MaxBufferedBytes"/>
    public long MaxBufferedBytes { get; set; } = 1024 * 1024;

    /// <summary>Number of changes after which the offset is stored, where it is not in the transaction of the effects.</summary>
    /// <value>The default is 10,000; at least 1.</value>
    public int CommitChanges { get; set; } = 10_000;

    /// <summary>Time after which the offset is stored, where it is not in the transaction of the effects.</summary>
    /// <value>The default is one second; more than zero.</value>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="CdcEngineOptions.OnOffsetLost"/>
    public OffsetLostPolicy OnOffsetLost { get; set; }

    /// <summary>How tables are read, besides their changes.</summary>
    public StreamSnapshotOptions Snapshot { get; set; } = new();

    /// <summary>How long the lease lasts that makes one of several instances the active one: see <see cref="LeaseOptions"/>.</summary>
    /// <value>The default is 3 seconds. Null for no lease, if there is never a second instance.</value>
    public TimeSpan? LeaseDuration { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Number of changes that are handled at once, in order for each key.</summary>
    /// <value>The default is 1: all changes in their order. Otherwise handlers have no transaction of the stream.</value>
    public int ParallelHandlers { get; set; } = 1;

    /// <summary>True if the changes of one transaction of the source are handled in their order, one by one, where handlers run by
    /// key.</summary>
    /// <value>The default is false.</value>
    public bool KeepTransactions { get; set; }

    /// <summary>Maximum number of changes that wait for their handlers where these run by key.</summary>
    /// <value>The default is 8,192; at least 1.</value>
    public int MaxPendingChanges { get; set; } = 8192;

    /// <summary>True to handle only the last of the changes of one key that are in the same batch, or in the batches that
    /// <see cref="MaxGatheredChanges"/> gathers: the state that remains.</summary>
    /// <value>The default is false.</value>
    public bool OnlyLastOfKey { get; set; }

    /// <summary>Number of changes that <see cref="OnlyLastOfKey"/> gathers over batches at most, while the stream has more to catch up
    /// on. They are handled together, in one transaction if the stream has any, and the offset is stored after all of them: a crash
    /// repeats them all. Without a transaction of the stream, the offset is then stored after each such group.</summary>
    /// <value>The default is 0: each batch by itself.</value>
    public int MaxGatheredChanges { get; set; }

    /// <summary>Number of bytes of the batches that are gathered at most, as <see cref="ChangeBatch.ByteSize"/> counts them; one more
    /// batch may exceed it.</summary>
    /// <value>The default is 64 MiB.</value>
    public long MaxGatheredBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>What happens if a handler throws.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>When a stream that has failed starts again.</summary>
    public RestartOptions Restart { get; set; } = new();

    /// <summary>The lag from which the health check reports the stream as degraded.</summary>
    /// <value>The default is one minute.</value>
    public TimeSpan MaxLag { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The time that handlers may take for a batch before the health check reports the stream as stalled.</summary>
    /// <value>The default is one minute.</value>
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromMinutes(1);
}
