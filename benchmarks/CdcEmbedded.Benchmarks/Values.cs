using System.Buffers;
using System.Diagnostics;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Benchmarks;

/// <summary>What reading alone costs: rows like those of W1 that are in memory, on one thread, by every way, beside the same bytes decoded
/// by hand into one object a row. Neither transport nor the flows between threads are in it.</summary>
internal static class Values
{
    private const int Transactions = 100;
    private const int Rows = 100;

    /// <summary>Runs and prints.</summary>
    /// <param name="rounds">Rounds that count, of 10,000 rows 20 times; as many before them.</param>
    /// <param name="part">Part of the names of the ways to run, beside the one by hand.</param>
    public static async Task RunAsync(int rounds, string part)
    {
        var (changes, bodies) = await ReadAsync();
        using var json = new EnvelopeJson(new EnvelopeJsonOptions { IncludeTransaction = true });
        var output = new ArrayBufferWriter<byte>(1 << 16);
        Way[] ways =
        [
            new("by hand, one object a row", () => ByHand(bodies)),
            new("values by index", () => Each(changes, static c => Loop.ReadAll(c.After, Reading.Values))),
            new("values by name", () => Each(changes, static c => NarrowReading.ByName(c.After))),
            new("values by foreach", () => Each(changes, static c => NarrowReading.ByForeach(c.After))),
            new("typed by index", () => Each(changes, static c => NarrowReading.TypedByIndex(c.After))),
            new("typed by name", () => Each(changes, static c => NarrowReading.TypedByName(c.After))),
            new("typed by index, text as UTF-8", () => Each(changes, static c => NarrowReading.TypedUtf8(c.After))),
            new("To<T>", () => Each(changes, static c => NarrowReading.Take(c.After.To<NarrowRow>()))),
            new("text, as in the README", () => Each(changes, static c => NarrowReading.AsText(c))),
            new("envelope JSON", () => Each(changes, c =>
            {
                output.ResetWrittenCount();
                json.Write(output, c);
                return output.WrittenCount;
            })),
        ];
        ways = [.. ways.Where((way, i) => i == 0 || way.Name.Contains(part, StringComparison.OrdinalIgnoreCase))];
        for (var round = -rounds; round < rounds; round++)
        {
            foreach (var way in ways)
            {
                way.Run(counts: round >= 0);
            }
        }

        Console.WriteLine($"Rows in memory, one thread, {rounds} rounds after as many: time of a row, median (least); ratio of medians (of "
            + $"least) to by hand; bytes allocated a row; {Environment.ProcessorCount} processors");
        foreach (var way in ways)
        {
            Console.WriteLine(way.Describe(ways[0]));
        }
    }

    private static async Task<(List<ChangeEvent> Changes, List<byte[]> Bodies)> ReadAsync()
    {
        var folder = Directory.CreateTempSubdirectory("cdc-values-");
        try
        {
            var path = Path.Combine(folder.FullName, "narrow.000001");
            var bodies = new List<byte[]>();
            using (var log = new GeneratedLog(path))
            {
                for (var i = 0; i < Transactions; i++)
                {
                    bodies.Add(log.WriteNarrow(Rows));
                }
            }

            var changes = new List<ChangeEvent>();
            await using var engine = new CdcEngine(new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [path] }),
                new InMemoryOffsetStore(),
                new CdcEngineOptions { Name = "values", StartFrom = StartPosition.Earliest, StopWhenCaughtUp = true });
            await foreach (var change in engine.ReadAsync())
            {
                changes.Add(change);
            }

            return (changes, bodies);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long ByHand(List<byte[]> bodies)
    {
        long sink = 0;
        foreach (var body in bodies)
        {
            HandLoop.ReadRows(body, ref sink);
        }

        return sink;
    }

    private static long Each(List<ChangeEvent> changes, Func<ChangeEvent, long> read)
    {
        long sink = 0;
        foreach (var change in changes)
        {
            sink += read(change);
        }

        return sink;
    }

    private sealed class Way(string name, Func<long> run)
    {
        private const int Repeats = 20;

        private readonly List<double> _nanoseconds = [];
        private double _bytes;

        public string Name => name;

        private double Median => _nanoseconds.Order().ElementAt(_nanoseconds.Count / 2);

        private double Least => _nanoseconds.Min();

        public void Run(bool counts)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            const double rows = Transactions * Rows;
            for (var i = 0; i < Repeats; i++)
            {
                var start = Stopwatch.GetTimestamp();
                Loop.Sink += run();
                if (counts)
                {
                    _nanoseconds.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / rows);
                }
            }

            _bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (Repeats * rows);
        }

        public string Describe(Way reference) => $"  {name,-36} {Median,6:N1} ns ({Least,5:N1}) {Median / reference.Median,6:N2} x "
            + $"({Least / reference.Least,4:N2} x) {_bytes,7:N1} B";
    }
}
