using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>What the tests of snapshots in an engine share.</summary>
public abstract class SnapshotEngineTest : EngineTest
{
    private protected static ScriptedRow Row(int id, string value) => ScriptedRow.Of(("id", id), ("v", value));

    private protected static ScriptedSource Tables(int rows, bool isVisibleLate = false)
    {
        var source = new ScriptedSource { IsVisibleLate = isVisibleLate };
        source.Table("shop.empty");
        source.Table("shop.orders", [.. Enumerable.Range(1, rows).Select(static id => Row(id, $"o{id}"))]);
        source.Table("shop.parts", [.. Enumerable.Range(1, rows).Select(static id => Row(id, $"p{id}"))]);
        return source;
    }

    private protected static CdcEngineOptions With(SnapshotMode mode, int chunkSize = 3, bool stops = false, int maxBatch = 2,
        CommitPolicy? commit = null, IReadOnlyList<string>? tables = null, int? rate = null, int maxBuffered = 8192,
        int readers = 1, ILoggerFactory? log = null) => new()
    {
        Name = "test",
        LoggerFactory = log ?? NullLoggerFactory.Instance,
        MaxBufferedChanges = maxBuffered,
        MaxBatchSize = maxBatch,
        CommitPolicy = commit ?? CommitPolicy.Always,
        StopWhenCaughtUp = stops,
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromTicks(1), MaxDelay = TimeSpan.FromTicks(1) },
        Snapshot = new SnapshotOptions
        {
            Mode = mode,
            ChunkSize = chunkSize,
            Tables = tables ?? [],
            MaxRowsPerSecond = rate,
            Readers = readers,
        },
    };

    /// <summary>Reads in the background until it is stopped.</summary>
    private protected static (Task Loop, TableCopy Copy, CancellationTokenSource Stop) Run(CdcEngine engine,
        Action<StreamItem, TableCopy>? after = null)
    {
        var copy = new TableCopy();
        var stop = CancellationTokenSource.CreateLinkedTokenSource(Timeout);
        return (Task.Run(async () =>
        {
            try
            {
                await foreach (var item in engine.ReadAllAsync(stop.Token))
                {
                    copy.Apply(item);
                    after?.Invoke(item, copy);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The test is over.
            }
        }), copy, stop);
    }
}
