using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Benchmarks;

/// <summary>What grows, and what it costs then: many tables, columns, patterns and intervals of GTIDs, each at a few sizes. The cost of
/// one must not grow with their number.</summary>
internal static class Scale
{
    private static readonly Guid _server = new("3e11fa47-71ca-11e1-9e33-c80aa9429562");

    /// <summary>Runs and prints.</summary>
    /// <param name="rounds">Rounds of each line: the one with the least CPU counts.</param>
    public static async Task RunAsync(int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("cdcembedded-scale-");
        try
        {
            var path = Path.Combine(folder.FullName, "log.000001");
            await CurveAsync("tables, each made and filled with a row, read from a log", [3_125, 12_500, 50_000], rounds, async count =>
            {
                using (var log = new GeneratedLog(path))
                {
                    for (var i = 0; i < count; i++)
                    {
                        log.WriteQuery(Invariant($"CREATE TABLE bench.t{i} (id INT NOT NULL PRIMARY KEY, a INT NOT NULL)"));
                        log.WriteIntegers(Invariant($"t{i}"), 2);
                    }
                }

                return () => ReadAsync(path, count);
            });
            await CurveAsync("columns of one table (a server has 4,096 at most), 20 rows, all read by name", [256, 1_024, 4_096], rounds,
                async count =>
            {
                using (var log = new GeneratedLog(path))
                {
                    log.WriteQuery($"CREATE TABLE bench.t (c0 INT NOT NULL PRIMARY KEY, {string.Join(", ",
                        Enumerable.Range(1, count - 1).Select(static i => Invariant($"c{i} INT NOT NULL")))})");
                    log.WriteIntegers("t", count, rows: 20);
                }

                var names = Enumerable.Range(0, count).Select(static i => Invariant($"c{i}")).ToArray();
                return () => ReadAsync(path, 20, names);
            });
            await CurveAsync("patterns, each with a table of its own among them", [625, 2_500, 10_000], rounds, async count =>
            {
                using (var log = new GeneratedLog(path))
                {
                    for (var i = 0; i < count; i++)
                    {
                        log.WriteQuery(Invariant($"CREATE TABLE bench.t{i} (id INT NOT NULL PRIMARY KEY, a INT NOT NULL)"));
                        log.WriteIntegers(Invariant($"t{i}"), 2);
                    }
                }

                var patterns = Enumerable.Range(0, count).Select(static i => Invariant($"b*.t{i}")).ToArray();
                return () => ReadAsync(path, count, include: patterns);
            });
            await CurveAsync("intervals of a GTID set, read and written as text", [62_500, 250_000, 1_000_000], rounds, count =>
            {
                var text = Intervals(count).ToString();
                return Task.FromResult(() =>
                {
                    Loop.Sink += GtidSet.Parse(text).ToString().Length;
                    return Task.CompletedTask;
                });
            });
            await CurveAsync("transactions after 1,000,000 intervals of GTIDs, an offset stored at the end", [2_500, 10_000, 40_000],
                rounds, count => GtidsAsync(path, 1_000_000, count));
            await CurveAsync("intervals of GTIDs before 10,000 transactions, an offset stored at the end", [62_500, 250_000, 1_000_000],
                rounds, count => GtidsAsync(path, count, 10_000));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Every second number, so that no two of them are one interval.
    private static GtidSet Intervals(int count) => GtidSet.Parse(_server + string.Concat(
        Enumerable.Range(0, count).Select(static i => string.Create(CultureInfo.InvariantCulture, $":{(2 * i) + 1}"))));

    private static Task<Func<Task>> GtidsAsync(string path, int intervals, int transactions)
    {
        using (var log = new GeneratedLog(path, Intervals(intervals)))
        {
            log.WriteGtid(_server, (2L * intervals) + 2);
            log.WriteQuery("CREATE TABLE bench.t (id INT NOT NULL PRIMARY KEY, a INT NOT NULL)");
            for (var i = 0; i < transactions; i++)
            {
                log.WriteGtid(_server, (2L * (intervals + i)) + 4);
                log.WriteIntegers("t", 2);
            }
        }

        return Task.FromResult<Func<Task>>(() => ReadAsync(path, transactions));
    }

    private static async Task ReadAsync(string path, int rows, string[]? names = null, string[]? include = null)
    {
        var source = new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [path], Include = include ?? [] });
        var options = new CdcEngineOptions { Name = "scale", StartFrom = StartPosition.Earliest, StopWhenCaughtUp = true };
        long sum = 0;
        var count = 0;
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), options);
        await foreach (var change in engine.ReadAsync())
        {
            count++;
            foreach (var name in names ?? [])
            {
                sum += change.After.GetInt32(name);
            }
        }

        Loop.Sink += sum;
        if (count != rows)
        {
            throw new InvalidOperationException($"{count} rows were read instead of {rows}.");
        }
    }

    private static async Task CurveAsync(string name, int[] sizes, int rounds, Func<int, Task<Func<Task>>> prepare)
    {
        Console.WriteLine($"\n{name}:");
        double first = 0;
        foreach (var size in sizes)
        {
            var run = await prepare(size);
            var least = double.MaxValue;
            long peak = 0;
            for (var round = 0; round < rounds; round++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                GC.Collect();
                var held = GC.GetTotalMemory(forceFullCollection: true);
                await using var sampling = new Timer(
                    _ => peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - held), null, 0, 20);
                var before = Usage.Read();
                await run();
                least = Math.Min(least, (Usage.Read() - before).Cpu);
            }

            first = first == 0 ? least / size : first;
            Console.WriteLine($"  {size,10:N0} {least,9:N3} s {least * 1e6 / size,9:N2} µs each {least / size / first,6:N2} x "
                + $"{peak / 1048576.0,8:N0} MiB at most beyond what was held before");
        }
    }
}
