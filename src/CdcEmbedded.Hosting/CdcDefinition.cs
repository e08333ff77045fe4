using System.Data.Common;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting.Delivery;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.Hosting;

/// <summary>What the builder has collected of one stream.</summary>
internal sealed class CdcDefinition(string name)
{
    public string Name => name;

    public Func<ISourceServices, ISource>? CreateSource { get; set; }

    public Func<IServiceProvider, IOffsetStore>? CreateStore { get; set; }

    /// <summary>True if batches have transactions, of the store.</summary>
    public bool HasTransactions { get; set; }

    /// <summary>The database of the offsets, for dead letters too; null for another store.</summary>
    public Func<IServiceProvider, DbDataSource>? DataSource { get; set; }

    public Func<IServiceProvider, IDeadLetterStore>? CreateDeadLetters { get; set; }

    public ReconnectPolicy? Reconnect { get; set; }

    public Func<IServiceProvider, LivenessOptions>? CreateLiveness { get; set; }

    public TraceContextOptions? TraceContext { get; set; }

    public Func<IServiceProvider, ISnapshotPolicy>? CreatePolicy { get; set; }

    public List<Func<IServiceProvider, ISnapshotSignalChannel>> Signals { get; } = [];

    public Func<CancellationToken, ValueTask<bool>>? MayReadSnapshots { get; set; }

    public List<Transform> Transforms { get; } = [];

    public List<HandlerEntry> Handlers { get; } = [];
}
