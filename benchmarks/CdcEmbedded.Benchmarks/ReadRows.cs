using System.Buffers;
using CdcEmbedded.Formats;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>W1 by every way to read a row, beside a loop written by hand for this one table: all ways in one process, one after the other
/// in each round, so that other load on the machine slows all of them.</summary>
internal static class ReadRows
{
    /// <summary>Runs and prints.</summary>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="scale">Percent of a million rows.</param>
    /// <param name="warm">Rounds before those.</param>
    public static async Task RunAsync(int rounds, int scale, int warm)
    {
        Console.WriteLine("Starting MySQL 9.7 and writing W1 …");
        await using var server = await MySqlTestServer.StartAsync(ServerKind.MySql97, new MySqlServerOptions { Owned = true });
        var workload = await Workload.WriteNarrowAsync(server, scale);
        using var json = new EnvelopeJson(new EnvelopeJsonOptions { IncludeTransaction = true });
        var output = new ArrayBufferWriter<byte>(1 << 16);
        Way[] ways =
        [
            new("hand-written loop, one object a row", () => HandLoop.RunAsync(server, workload)),
            new("no column read", () => LoopAsync(server, workload, static _ => 1)),
            new("values by index", () => LoopAsync(server, workload, static c => Loop.ReadAll(c.After, Reading.Values))),
            new("values by name", () => LoopAsync(server, workload, static c => NarrowReading.ByName(c.After))),
            new("values by foreach", () => LoopAsync(server, workload, static c => NarrowReading.ByForeach(c.After))),
            new("typed by index", () => LoopAsync(server, workload, static c => NarrowReading.TypedByIndex(c.After))),
            new("typed by name", () => LoopAsync(server, workload, static c => NarrowReading.TypedByName(c.After))),
            new("typed by index, text as UTF-8", () => LoopAsync(server, workload, static c => NarrowReading.TypedUtf8(c.After))),
            new("To<T>", () => LoopAsync(server, workload, static c => NarrowReading.Take(c.After.To<NarrowRow>()))),
            new("text, as in the README", () => LoopAsync(server, workload, static c => NarrowReading.AsText(c))),
            new("envelope JSON", () => LoopAsync(server, workload, c =>
            {
                output.ResetWrittenCount();
                json.Write(output, c);
                return output.WrittenCount;
            })),
        ];
        await Way.RunAllAsync(ways, workload.Rows, rounds, warm);
        Console.WriteLine($"W1, {workload.Rows:N0} rows, {rounds} rounds after {warm} warm ones; CPU of this process a row: median "
            + "(least); ratio of medians (of least) to the hand-written loop; bytes allocated a row; "
            + $"{Environment.ProcessorCount} processors");
        foreach (var way in ways)
        {
            Console.WriteLine(way.Describe(ways[0]));
        }
    }

    private static async Task<long> LoopAsync(MySqlTestServer server, Workload workload, Func<ChangeEvent, long> read)
    {
        await using var engine = Loop.Create(server, workload);
        long count = 0, sink = 0;
        await foreach (var change in engine.ReadAsync())
        {
            sink += read(change);
            if (++count == workload.Rows)
            {
                break;
            }
        }

        Loop.Sink += sink;
        return count;
    }
}
