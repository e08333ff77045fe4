using System.Collections.Concurrent;
using CdcEmbedded.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Every option of an engine for reading tables is an option of a hosted stream.</summary>
public sealed class SnapshotOptionsTests : HostingTest
{
    private static readonly string[] SetByBuilder = ["Policy", "MayRead", "Signals"];

    // What the stream sets itself, or what is of no use in it.
    private static readonly string[] SetByStream = ["Name", "CommitPolicy", "EmptyBatches", "Acknowledgement", "StopWhenCaughtUp",
        "OwnTables", "LoggerFactory", "TimeProvider"];

    private static readonly string[] SetOtherwise = ["Reconnect", "Transforms", "Lease", "TraceContext", "Liveness"];

    [Fact]
    public void Every_option_of_an_engine_has_its_place()
    {
        Assert.Equal(Names<CdcEngineOptions>().Except([.. SetByStream, .. SetOtherwise]).Order(),
            Names<CdcStreamOptions>().Intersect(Names<CdcEngineOptions>()).Order());
        Assert.Equal(Names<SnapshotOptions>().Except(SetByBuilder).Order(), Names<StreamSnapshotOptions>().Order());
    }

    [Fact]
    public void Defaults_are_those_of_the_engine()
    {
        var (mine, engine) = (new StreamSnapshotOptions(), new SnapshotOptions());
        foreach (var name in Names<StreamSnapshotOptions>().Except(["Tables"]))
        {
            Assert.Equal(typeof(SnapshotOptions).GetProperty(name)!.GetValue(engine),
                typeof(StreamSnapshotOptions).GetProperty(name)!.GetValue(mine));
        }
    }

    [Fact]
    public void Every_option_of_snapshots_is_read_from_the_configuration()
    {
        (string Key, string Value)[] values = [("Mode", "WhenNeeded"), ("Tables:0", "shop.*"), ("ReadsNewTables", "true"),
            ("ChunkSize", "7"), ("Readers", "3"), ("MaxRowsPerSecond", "11"), ("ChunkDuration", "00:00:02"), ("MaxRunningThreads", "5"),
            ("MaxReplicaLag", "00:00:09"), ("SignalTable", "shop.signals"), ("WritesWatermarks", "true")];
        using var host = Host(stream => stream.From(_ => Script(0)).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default),
            [.. values.Select(value => ($"Cdc:test:Snapshot:{value.Key}", value.Value))]);

        var bound = host.Services.GetRequiredService<IOptionsMonitor<CdcStreamOptions>>().Get("test").Snapshot;

        Assert.Equal(Names<StreamSnapshotOptions>().Order(), values.Select(value => value.Key.Replace(":0", "")).Order());
        foreach (var (key, value) in values)
        {
            Assert.Equal(value, key == "Tables:0" ? Assert.Single(bound.Tables)
                : typeof(StreamSnapshotOptions).GetProperty(key)!.GetValue(bound)!.ToString(), ignoreCase: true);
        }
    }

    [Fact]
    public async Task A_table_that_is_captured_for_the_first_time_is_read_beside_the_stream()
    {
        var seen = new ConcurrentQueue<string>();
        ScriptedSource script = new();
        script.Table("shop.orders", Row(1));

        using (var first = Host(Build))
        {
            await first.StartAsync(Cancellation);
            await UntilAsync(() => Store.LoadAsync("test", Cancellation).AsTask().Result?.Text.Contains("orders") == true,
                "tables are known");
            await first.StopAsync(Cancellation);
        }

        script = new ScriptedSource().Table("shop.orders", Row(1)).Table("shop.customers", Row(2));
        using var second = Host(Build);
        await second.StartAsync(Cancellation);
        await UntilAsync(() => !seen.IsEmpty, "the new table is read");
        await second.StopAsync(Cancellation);

        Assert.Equal(["Read shop.customers 2"], seen);

        void Build(CdcBuilder stream) => stream.From(_ => script).StoreOffsetsIn(_ => Store)
            .Snapshot(snapshot => snapshot.ReadsNewTables = true)
            .Handle((change, _, _) =>
            {
                seen.Enqueue($"{change.Operation} {change.Database}.{change.Table} {Id(change)}");
                return default;
            });
    }

    [Fact]
    public async Task Rules_signals_and_pauses_of_the_application_reach_the_engine()
    {
        var seen = new ConcurrentQueue<long>();
        var policy = new Policy();
        var channel = new Channel();
        var (asked, made) = (0, 0);
        using var host = Host(stream => stream
            .From(_ => new ScriptedSource().Table("shop.orders", Row(1)).Table("shop.customers", Row(2)))
            .StoreOffsetsIn(_ => Store).SnapshotPolicy(_ => policy).SnapshotSignals(_ =>
            {
                made++;
                return channel;
            })
            .SnapshotWhile(_ => ValueTask.FromResult(Interlocked.Increment(ref asked) > 0))
            .Handle((change, _, _) =>
            {
                seen.Enqueue(Id(change));
                return default;
            }));

        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Count == 2, "both are read");
        await host.StopAsync(Cancellation);

        Assert.Equal([1L, 2L], seen.Order());
        Assert.True(asked > 0);
        Assert.Equal(1, made);
    }

    private static ScriptedRow Row(int id) => ScriptedRow.Of(("id", id));

    private static IEnumerable<string> Names<T>() => typeof(T).GetProperties().Select(property => property.Name);

    private sealed class Policy : ISnapshotPolicy
    {
        public SnapshotDecision Decide(SnapshotFacts facts)
            => new() { Mode = SnapshotMode.Incremental, Tables = ["shop.orders"] };
    }

    private sealed class Channel : ISnapshotSignalChannel
    {
        public string Name => "test";

        public async IAsyncEnumerable<SnapshotSignal> ReadAsync(string? position,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield return SnapshotSignal.Parse(
                """{"id":"1","type":"execute-snapshot","data":{"data-collections":["shop.customers"]}}""", null, "1");
        }
    }
}
