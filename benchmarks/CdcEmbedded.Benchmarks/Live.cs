using System.Buffers.Binary;
using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>What does a commit cost on a stream that follows its server, and how late is it? Beside a blocking thread written by hand, in
/// turns.</summary>
internal static class Live
{
    private const int WarmUp = 100;

    // So many that the compiler has nothing left to do: at 200 a second it would take most of the time that is measured.
    private const int WarmUpCommits = 20_000;

    private static readonly (string Name, Func<MySqlTestServer, int, double, Task<Sample>> Run)[] _ways =
    [
        ("library", ReadAsync),
        ("library, TLS", (s, commits, gap) => ReadAsync(s, commits, gap, ";SslMode=Required")),
        ("a blocking thread, by hand", ReadByHandAsync),
    ];

    public static async Task RunAsync(int seconds, int rounds, int streams)
    {
        Console.WriteLine("Starting MySQL 9.7 …");
        await using var server = await MySqlTestServer.StartAsync(ServerKind.MySql97, new MySqlServerOptions { Owned = true });
        await server.ExecuteFileAsync(Path.Combine(AppContext.BaseDirectory, "workloads", "schema.sql"));
        Console.WriteLine($"{rounds} rounds of {seconds} s; medians; {Environment.ProcessorCount} processors");
        for (var pass = 0; rounds > 0 && pass < 2; pass++)
        {
            foreach (var way in _ways)
            {
                await way.Run(server, WarmUpCommits, 0);
            }
        }

        foreach (var rate in rounds > 0 ? new[] { 200, 2500 } : [])
        {
            Console.WriteLine($"\nabout {rate} commits a second");
            await CompareAsync(server, rate, seconds, rounds);
        }

        Console.WriteLine("\nquiet, a heartbeat every 5 s");
        await MeasureQuietAsync(server, "this process alone", 0, seconds * 4);
        await MeasureQuietAsync(server, "library", 1, seconds * 4);
        await MeasureQuietAsync(server, $"library, {streams} streams", streams, seconds * 4);
    }

    private static async Task CompareAsync(MySqlTestServer server, int rate, int seconds, int rounds)
    {
        var samples = _ways.Select(_ => new List<Sample>()).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var way = 0; way < _ways.Length; way++)
            {
                var sample = await _ways[way].Run(server, rate * seconds, 1.0 / rate);
                if (round >= 0)
                {
                    samples[way].Add(sample);
                }
            }
        }

        var yardstick = samples[^1];
        for (var way = 0; way < _ways.Length; way++)
        {
            var (cpu, switches) = (Median(samples[way], s => s.Cpu), Median(samples[way], s => s.Switches));
            var (p50, p99) = (Median(samples[way], s => s.P50), Median(samples[way], s => s.P99));
            Console.WriteLine($"  {_ways[way].Name,-28} {cpu,6:N1} µs CPU ({cpu / Median(yardstick, s => s.Cpu):N2} x), "
                + $"{switches,5:N2} switches a commit; p50 {p50,6:N0} µs, p99 {p99,7:N0} µs ({p99 / Median(yardstick, s => s.P99):N2} x); "
                + $"{Median(samples[way], s => s.Rate):N0} commits/s");
        }
    }

    private static Task<Sample> ReadAsync(MySqlTestServer server, int commits, double gap) => ReadAsync(server, commits, gap, "");

    private static async Task<Sample> ReadAsync(MySqlTestServer server, int commits, double gap, string more)
    {
        await server.ExecuteAsync("TRUNCATE TABLE pulse", "cdcbench");
        await using var engine = Open(server, more);
        await using var events = engine.ReadAsync().GetAsyncEnumerator();
        var next = events.MoveNextAsync();
        while (engine.Status.State is not (EngineState.Streaming or EngineState.CaughtUp))
        {
            await Task.Delay(100);
        }

        await Task.Delay(500);
        var writing = WriteAsync(server, commits, gap);
        var times = new Recorder(commits);
        while (await next)
        {
            var change = events.Current;
            if (change.Operation == ChangeOperation.Create)
            {
                // at_time has the milliseconds, qty the microseconds within the second of the same moment.
                var after = change.After;
                if (!times.Add(after["at_time"].AsDateTime(), after["qty"].AsInt64()))
                {
                    break;
                }
            }

            next = events.MoveNextAsync();
        }

        await writing;
        return times.Result();
    }

    private static async Task<Sample> ReadByHandAsync(MySqlTestServer server, int commits, double gap)
    {
        await server.ExecuteAsync("TRUNCATE TABLE pulse", "cdcbench");
        var end = (await server.QueryAsync("SHOW BINARY LOG STATUS"))[0];
        var position = uint.Parse(end[1] ?? "4", CultureInfo.InvariantCulture);
        var times = new Recorder(commits);
        var reading = Task.Factory.StartNew(() =>
        {
            using var client = new BlockingClient(server, end[0] ?? "", position, isFinite: false);
            while (true)
            {
                var bytes = client.ReadEvent(verifyChecksums: true);
                if (EventHeader.Read(bytes).Type == EventType.WriteRows && !times.Add(ReadTime(bytes, out var micros), micros))
                {
                    return;
                }
            }
        }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Delay(1000);
        var writing = WriteAsync(server, commits, gap);
        await reading;
        await writing;
        return times.Result();
    }

    /// <summary>The columns at_time and qty of the one row of an event of the table pulse.</summary>
    private static DateTime ReadTime(ReadOnlySpan<byte> bytes, out long micros)
    {
        micros = BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]);
        var time = (((long)bytes[55] << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[56..])) - 0x8000000000;
        var (date, clock) = ((int)(time >> 17), (int)(time & 0x1FFFF));
        var month = date >> 5;
        return new DateTime(month / 13, month % 13, date & 31, clock >> 12, (clock >> 6) & 63, clock & 63, DateTimeKind.Utc);
    }

    private static async Task MeasureQuietAsync(MySqlTestServer server, string name, int streams, int seconds)
    {
        var engines = Enumerable.Range(0, streams).Select(_ => Open(server, "")).ToList();
        var loops = engines.Select(async engine =>
        {
            await foreach (var change in engine.ReadAsync())
            {
                throw new InvalidOperationException($"{change.Table} changed.");
            }
        }).ToList();
        await Task.Delay(TimeSpan.FromSeconds(8));
        var before = Usage.Read();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        var used = Usage.Read() - before;
        foreach (var engine in engines)
        {
            await engine.DisposeAsync();
        }

        foreach (var loop in loops)
        {
            try
            {
                await loop;
            }
            catch (ObjectDisposedException)
            {
                // The stream was disposed, as intended.
            }
        }

        Console.WriteLine($"  {name,-28} {used.Cpu / seconds:P3} of a core, {used.Switches / (double)seconds:N1} switches a second");
    }

    private static CdcEngine Open(MySqlTestServer server, string more)
    {
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString + more,
            Include = ["cdcbench.pulse"],
        });
        return new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions { Name = "live" });
    }

    private static Task WriteAsync(MySqlTestServer server, int commits, double gap)
        => server.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET time_zone='+00:00'; CALL pulse({commits}, {gap})"),
            "cdcbench");

    private static double Median(List<Sample> samples, Func<Sample, double> value)
        => samples.Select(value).Order().ElementAt(samples.Count / 2);

    /// <summary>One pass: microseconds and switches of a commit, microseconds of latency.</summary>
    private sealed record Sample(double Cpu, double Switches, double P50, double P99, double Rate);

    private sealed class Recorder(int commits)
    {
        private readonly List<double> _times = new(commits);
        private Usage _used;
        private long _start;
        private double _seconds;

        /// <summary>Records a commit.</summary>
        /// <returns>False after the last one.</returns>
        public bool Add(DateTime time, long micros)
        {
            _times.Add((DateTime.UtcNow - time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond)).AddTicks(micros * 10)).TotalMicroseconds);
            if (_times.Count == WarmUp)
            {
                // The process that writes has been started by now.
                _used = Usage.Read();
                _start = TimeProvider.System.GetTimestamp();
            }

            if (_times.Count < commits)
            {
                return true;
            }

            _used = Usage.Read() - _used;
            _seconds = TimeProvider.System.GetElapsedTime(_start).TotalSeconds;
            return false;
        }

        public Sample Result()
        {
            var count = commits - WarmUp;
            var times = _times[WarmUp..];
            times.Sort();
            return new Sample(_used.Cpu * 1e6 / count, _used.Switches / (double)count, times[times.Count / 2],
                times[times.Count * 99 / 100], count / _seconds);
        }
    }
}
