using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>Time from just before a commit on the server to the loop body, on an otherwise idle stream.</summary>
internal static class Latency
{
    private const int Commits = 500;

    public static async Task MeasureAsync(MySqlTestServer server)
    {
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["cdcbench.pulse"] });
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions { Name = "latency" });
        await server.ExecuteAsync("TRUNCATE TABLE pulse", "cdcbench");
        await using var events = engine.ReadAsync().GetAsyncEnumerator();
        var next = events.MoveNextAsync().AsTask();
        await Task.Delay(500);
        var writing = server.ExecuteAsync($"SET time_zone='+00:00'; CALL pulse({Commits}, 0.002)", "cdcbench");
        var times = new List<double>(Commits);
        while (times.Count < Commits && await next)
        {
            var now = DateTime.UtcNow;
            var change = events.Current;
            if (change.Operation == ChangeOperation.Create)
            {
                // at_time has the milliseconds, qty the microseconds within the second of the same moment.
                var second = change.After["at_time"].AsDateTime();
                second = second.AddTicks(-(second.Ticks % TimeSpan.TicksPerSecond));
                times.Add((now - second.AddTicks(change.After["qty"].AsInt64() * 10)).TotalMicroseconds);
            }

            next = events.MoveNextAsync().AsTask();
        }

        await writing;
        times.Sort();
        Console.WriteLine($"\nlatency from before the commit to the loop body, {times.Count} commits: "
            + $"median {times[times.Count / 2]:N0} µs, "
            + $"99 % {times[times.Count * 99 / 100]:N0} µs, most {times[^1]:N0} µs");
    }
}
