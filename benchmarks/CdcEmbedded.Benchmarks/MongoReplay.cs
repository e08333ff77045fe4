using System.Diagnostics;
using CdcEmbedded.MongoDb;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;

namespace CdcEmbedded.Benchmarks;

/// <summary>The cost of reading update events of 640 bytes with their full documents, which a replay double in another process sends: CPU
/// time of this process, including receiving and decompressing, and bytes allocated.</summary>
internal static class MongoReplay
{
    private const int Events = 500_000;

    /// <summary>Runs and prints each way of reading.</summary>
    /// <param name="passes">How many passes count.</param>
    /// <param name="only">A part of the names of the ways to run; empty for all.</param>
    public static async Task RunAsync(int passes, string only)
    {
        using var server = StartDouble();
        var uri = (await server.StandardOutput.ReadLineAsync() ?? "")["READY ".Length..];
        Console.WriteLine($"{Events:N0} update events of 640 bytes; {passes} passes each, median (least .. "
            + $"most); {Environment.ProcessorCount} processors");
        await MeasureAsync(only, "drain of the cursor", passes, () => DrainAsync(uri, walks: false));
        await MeasureAsync(only, "drain and bare walk over all fields", passes, () => DrainAsync(uri, walks: true));
        await MeasureAsync(only, "events, nothing read", passes, () => ReadAsync(uri, Nothing));
        await MeasureAsync(only, "events: type, token, time, key, ns, field", passes, () => ReadAsync(uri, Fields));
        await MeasureAsync(only, "batches: the same", passes, () => ReadBatchesAsync(uri, Fields));
        server.StandardInput.Close();
        await server.WaitForExitAsync();
    }

    private static async Task MeasureAsync(string only, string name, int passes, Func<Task<long>> run)
    {
        if (!name.Contains(only, StringComparison.Ordinal))
        {
            return;
        }

        var cpu = new double[passes];
        var wall = new double[passes];
        var bytes = 0L;

        // Two more passes, which do not count: tiered compilation settles in them.
        for (var pass = -2; pass < passes; pass++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var before = process.TotalProcessorTime;
            var clock = Stopwatch.GetTimestamp();
            await run();
            process.Refresh();
            if (pass >= 0)
            {
                wall[pass] = Stopwatch.GetElapsedTime(clock).TotalSeconds;
                cpu[pass] = (process.TotalProcessorTime - before).TotalMicroseconds / Events;
                bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / Events;
            }
        }

        Array.Sort(cpu);
        Array.Sort(wall);
        Console.WriteLine($"  {name,-44} {cpu[passes / 2],6:N2} µs ({cpu[0]:N2} .. {cpu[^1]:N2}) {bytes,6:N0} B/event, "
            + $"wall {wall[passes / 2]:N2} s");
    }

    private static async Task<long> DrainAsync(string uri, bool walks)
    {
        var settings = await ConnectionUri.Parse(uri).ResolveAsync(default);
        await using var client = DriverClient.Create(settings, NullLoggerFactory.Instance, TimeProvider.System);
        await using var deployment = new DriverDeployment(client, NullLogger.Instance, TimeProvider.System);
        var command = BsonDocument.Parse("""
            {"aggregate":1,"pipeline":[{"$changeStream":{"fullDocument":"updateLookup","allChangesForCluster":true}}],
            "cursor":{"batchSize":2048}}
            """);
        var options = new CursorOptions { BatchSize = 2048, MaxAwaitTime = TimeSpan.FromSeconds(1) };
        await using var cursor = await deployment.OpenCursorAsync("admin", command, options, default);
        long count = 0, sum = 0;
        while (count < Events)
        {
            var batch = await cursor.ReadAsync();
            var reader = new Walker(batch.Documents);
            count += reader.Walk(walks, ref sum);
        }

        return sum;
    }

    private static async Task<long> ReadAsync(string uri, Func<ChangeEvent, long> read)
    {
        await using var engine = Engine(uri);
        long count = 0, sum = 0;
        await foreach (var change in engine.ReadAsync())
        {
            sum += read(change);
            if (++count == Events)
            {
                break;
            }
        }

        return sum;
    }

    private static async Task<long> ReadBatchesAsync(string uri, Func<ChangeEvent, long> read)
    {
        await using var engine = Engine(uri);
        long count = 0, sum = 0;
        await foreach (var batch in engine.ReadBatchesAsync())
        {
            foreach (var change in batch)
            {
                sum += read(change);
            }

            if ((count += batch.Count) >= Events)
            {
                break;
            }
        }

        return sum;
    }

    private static long Nothing(ChangeEvent change) => 1;

    private static long Fields(ChangeEvent change)
        => (long)change.Operation + change.EventId.Length + change.Timestamp.Ticks + change.Database.Length
        + change.Table.Length + change.Key["_id"].AsBytes().Span[^1] + change.After["version"].AsInt64();

    // From the start of the double's recording, whose clock stops at its end.
    private static CdcEngine Engine(string uri) => new(
        new MongoSource(new MongoSourceOptions { ConnectionString = uri, FullDocument = FullDocumentMode.UpdateLookup,
            MinOplogWindow = TimeSpan.Zero }),
        new InMemoryOffsetStore(),
        new CdcEngineOptions { Name = "replay",
            StartFrom = StartPosition.At(MongoOffset.FromClusterTime(new BsonTimestamp(1_767_225_600, 1))) });

    private static Process StartDouble()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CdcEmbedded.MongoDb.Double.dll"));
        start.ArgumentList.Add("--replay");
        start.ArgumentList.Add(Events.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Process.Start(start) ?? throw new InvalidOperationException("The double did not start.");
    }

    /// <summary>Walks the documents of a batch, and all their fields.</summary>
    private readonly ref struct Walker(RawBson documents)
    {
        private readonly RawBson _documents = documents;

        public int Walk(bool fields, ref long sum)
        {
            var count = 0;
            var reader = new ElementReader(_documents.Span);
            while (reader.Read())
            {
                count++;
                if (fields)
                {
                    WalkDocument(reader.Value, ref sum);
                }
            }

            return count;
        }

        private static void WalkDocument(ReadOnlySpan<byte> document, ref long sum)
        {
            var reader = new ElementReader(document);
            while (reader.Read())
            {
                sum += reader.ValueLength;
                if (reader.Type is ElementType.Document or ElementType.Array)
                {
                    WalkDocument(reader.Value, ref sum);
                }
            }
        }
    }
}
