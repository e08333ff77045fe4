using System.Diagnostics;
using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>What a snapshot beside the stream does to the stream's latency, and what memory a snapshot takes.</summary>
internal static class SnapshotLive
{
    private const int CommitsOfSecond = 100;

    /// <summary>How late a commit arrives, without a snapshot and beside one that reads a table of a million rows.</summary>
    public static async Task MeasureLatencyAsync(int seconds)
    {
        await using var server = await StartAsync(1_000_000);
        await server.ExecuteAsync("CREATE TABLE probes (id BIGINT PRIMARY KEY)", "cdcbench");
        Console.WriteLine($"{CommitsOfSecond} commits a second for {seconds} s each; from before the commit to the loop");
        for (var round = 0; round < 3; round++)
        {
            foreach (var hasSnapshot in (bool[])[false, true])
            {
                await server.ExecuteAsync("TRUNCATE TABLE probes", "cdcbench");
                await MeasureLatencyAsync(server, seconds, hasSnapshot);
            }
        }
    }

    /// <summary>Memory while a table is read, in both kinds.</summary>
    /// <param name="millions">Rows of the table.</param>
    public static async Task MeasureMemoryAsync(int millions)
    {
        await using var server = await StartAsync(millions * 1_000_000);
        foreach (var mode in (SnapshotMode[])[SnapshotMode.Incremental, SnapshotMode.Initial])
        {
            await using var engine = Engine(server, mode);
            var clock = Stopwatch.StartNew();
            long rows = 0, peakHeap = 0, peakSet = 0;
            await foreach (var change in engine.ReadAsync())
            {
                Loop.Sink += Loop.ReadAll(change.After, Reading.Values);
                if (++rows % 100_000 == 0)
                {
                    using var process = Process.GetCurrentProcess();
                    peakHeap = Math.Max(peakHeap, GC.GetTotalMemory(forceFullCollection: false));
                    peakSet = Math.Max(peakSet, process.WorkingSet64);
                    if (rows % 1_000_000 == 0)
                    {
                        Console.WriteLine($"  {mode,-12} {rows,12:N0} rows  {clock.Elapsed.TotalSeconds,6:N1} s  "
                            + $"heap up to {peakHeap / 1e6:N0} MB, working set up to {peakSet / 1e6:N0} MB");
                    }
                }

                if (rows == millions * 1_000_000L)
                {
                    break;
                }
            }
        }
    }

    private static async Task MeasureLatencyAsync(MySqlTestServer server, int seconds, bool hasSnapshot)
    {
        await using var engine = Engine(server, SnapshotMode.Never);
        using var stop = new CancellationTokenSource();
        var sent = new long[CommitsOfSecond * seconds];
        var late = new List<double>(sent.Length);
        long rows = 0;
        var reading = Task.Run(async () =>
        {
            await foreach (var change in engine.ReadAsync(stop.Token))
            {
                if (change.Table != "probes")
                {
                    rows++;
                }
                else if (change.After.HasValue)
                {
                    late.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref sent[change.After["id"].AsInt64()])).TotalMilliseconds);
                    if (late.Count == sent.Length)
                    {
                        return;
                    }
                }
            }
        });
        while (engine.Status.State is not (EngineState.Streaming or EngineState.CaughtUp) && !reading.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        using var repeating = new CancellationTokenSource();
        var requests = hasSnapshot ? Task.Run(() => RequestAsync(engine, repeating.Token)) : Task.CompletedTask;
        await using (var session = await server.OpenSessionAsync("cdcbench"))
        {
            for (var id = 0; id < sent.Length; id++)
            {
                Volatile.Write(ref sent[id], Stopwatch.GetTimestamp());
                await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO probes VALUES ({id})"));
                await Task.Delay(TimeSpan.FromSeconds(1.0 / CommitsOfSecond));
            }
        }

        await repeating.CancelAsync();
        await requests;
        await reading;
        late.Sort();
        Console.WriteLine($"  {(hasSnapshot ? "beside a snapshot" : "alone"),-18} median {late[late.Count / 2]:N2} ms, "
            + $"99 % {late[late.Count * 99 / 100]:N2} ms, most {late[^1]:N2} ms; {rows:N0} rows were read");
    }

    /// <summary>One snapshot after another, until it is cancelled.</summary>
    private static async Task RequestAsync(CdcEngine engine, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = ["cdcbench.narrow"] }, CancellationToken.None);
            await Task.WhenAny(handle.Completion, Task.Delay(Timeout.Infinite, stop));
            await engine.Snapshots.StopAsync(handle.Id, null, CancellationToken.None);
        }
    }

    private static async Task<MySqlTestServer> StartAsync(int rows)
    {
        Console.WriteLine($"Starting MySQL 9.7 and writing {rows:N0} rows …");
        var server = await MySqlTestServer.StartAsync(ServerKind.MySql97, new MySqlServerOptions { Owned = true });
        await server.ExecuteFileAsync(Path.Combine(AppContext.BaseDirectory, "workloads", "schema.sql"));
        await server.ExecuteAsync($"SET SESSION sql_log_bin=0; CALL w1({rows / 100})", "cdcbench");
        return server;
    }

    private static CdcEngine Engine(MySqlTestServer server, SnapshotMode mode) => new(
        new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, Include = ["cdcbench.narrow", "cdcbench.probes"],
        }),
        new InMemoryOffsetStore(),
        new CdcEngineOptions { Name = "benchmark", Snapshot = new SnapshotOptions { Mode = mode } });
}
