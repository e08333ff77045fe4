using System.Diagnostics;
using System.Globalization;
using CdcEmbedded.MongoDb;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.Benchmarks;

/// <summary>How fast a snapshot reads a collection, against a raw <c>find</c> through the driver, from a double in another process: CPU
/// time of this one.</summary>
internal static class SnapshotMongo
{
    private const int ChunkRows = 10_000;
    private const int InsertRows = 5_000;

    public static async Task RunAsync(int passes, int documents)
    {
        using var server = StartDouble();
        var uri = (await server.StandardOutput.ReadLineAsync() ?? "")["READY ".Length..];
        var collection = new MongoClient(uri).GetDatabase("cdcbench").GetCollection<BsonDocument>("orders");
        Console.WriteLine($"Writing {documents:N0} documents …");
        for (var start = 0; start < documents; start += InsertRows)
        {
            await collection.InsertManyAsync(Enumerable.Range(start, Math.Min(InsertRows, documents - start)).Select(DocumentOf));
        }

        var workload = new Workload("orders", "", 0, documents);
        Console.WriteLine($"{documents:N0} documents of {DocumentOf(1).ToBson().Length} bytes, every value read");
        var raw = await Pass.MeasureAsync("driver, RawBsonDocument, bare walk", passes, workload, () => RawAsync(uri));
        await Pass.MeasureAsync("driver, BsonDocument", passes, workload, () => TypedAsync(collection), raw);
        await Pass.MeasureAsync("consistent view", passes, workload, () => ViewAsync(uri, true), raw);
        await Pass.MeasureAsync("consistent view, no value read", passes, workload, () => ViewAsync(uri, false), raw);
        await Pass.MeasureAsync("chunks of 10,000", passes, workload, () => ChunksAsync(uri), raw);
        server.StandardInput.Close();
        await server.WaitForExitAsync();
    }

    private static BsonDocument DocumentOf(int number) => new()
    {
        { "_id", (long)number }, { "qty", number % 100 }, { "name", $"customer {number}" }, { "price", number * 0.01 },
        { "at", new BsonDateTime(1_767_225_600_000L + number) }, { "flag", number % 2 == 0 },
        { "lines", new BsonArray { new BsonDocument { { "sku", $"s{number % 1000}" }, { "n", 2 } } } },
    };

    private static async Task<long> RawAsync(string uri)
    {
        var raw = new MongoClient(uri).GetDatabase("cdcbench").GetCollection<RawBsonDocument>("orders");
        var options = new FindOptions<RawBsonDocument> { Sort = new BsonDocument("_id", 1), BatchSize = ChunkRows };
        using var cursor = await raw.FindAsync(new BsonDocument(), options);
        long count = 0, sink = 0;
        while (await cursor.MoveNextAsync())
        {
            foreach (var document in cursor.Current)
            {
                using (document)
                {
                    foreach (var element in document)
                    {
                        sink += element.Name.Length + (int)element.Value.BsonType;
                    }
                }

                count++;
            }
        }

        Loop.Sink += sink;
        return count;
    }

    private static async Task<long> TypedAsync(IMongoCollection<BsonDocument> collection)
    {
        var options = new FindOptions<BsonDocument> { Sort = new BsonDocument("_id", 1), BatchSize = ChunkRows };
        using var cursor = await collection.FindAsync(new BsonDocument(), options);
        long count = 0, sink = 0;
        while (await cursor.MoveNextAsync())
        {
            foreach (var document in cursor.Current)
            {
                sink += document["_id"].AsInt64 + document["name"].AsString.Length + document["lines"].AsBsonArray.Count;
                count++;
            }
        }

        Loop.Sink += sink;
        return count;
    }

    private static async Task<long> ViewAsync(string uri, bool isRead)
    {
        await using var reader = await OpenAsync(uri);
        var table = await FindAsync(reader);
        await using var view = await reader.OpenConsistentViewAsync([table], 1, CancellationToken.None);
        await using var cursor = await view.OpenTableAsync(0, table, null, CancellationToken.None);
        long count = 0;
        while (await cursor.ReadAsync(ChunkRows, CancellationToken.None) is { } chunk)
        {
            count += Read(chunk, isRead);
        }

        return count;
    }

    private static async Task<long> ChunksAsync(string uri)
    {
        await using var reader = await OpenAsync(uri);
        var table = await FindAsync(reader);
        var last = await reader.GetLastKeyAsync(table, null, CancellationToken.None);
        long count = 0;
        for (SnapshotKey? after = null; ;)
        {
            await reader.GetWatermarkAsync(CancellationToken.None);
            var chunk = await reader.ReadChunkAsync(table, after, last, ChunkRows, null, CancellationToken.None);
            await reader.GetHighWatermarkAsync(CancellationToken.None);
            count += Read(chunk, true);
            if (chunk.IsLast)
            {
                return count;
            }

            after = chunk.GetPlace(chunk.Count - 1);
        }
    }

    private static int Read(SnapshotChunk chunk, bool isRead)
    {
        long sink = 0;
        for (var row = 0; isRead && row < chunk.Count; row++)
        {
            sink += Loop.ReadAll(chunk.GetRow(row), Reading.Values);
        }

        Loop.Sink += sink;
        return chunk.Count;
    }

    private static async Task<SnapshotTable> FindAsync(SnapshotReader reader)
        => await reader.FindTableAsync("cdcbench", "orders", CancellationToken.None)
            ?? throw new InvalidOperationException("cdcbench.orders is missing.");

    private static ValueTask<SnapshotReader> OpenAsync(string uri)
        => new MongoSource(new MongoSourceOptions { ConnectionString = uri, Include = ["cdcbench.*"], MinOplogWindow = TimeSpan.Zero })
            .OpenSnapshotAsync(
                new SourceContext
                {
                    Name = "benchmark",
                    LoggerFactory = NullLoggerFactory.Instance,
                    TimeProvider = TimeProvider.System,
                    MaxBatchSize = 1000,
                },
                CancellationToken.None);

    private static Process StartDouble()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CdcEmbedded.MongoDb.Double.dll"));
        return Process.Start(start) ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The double did not start in {AppContext.BaseDirectory}."));
    }
}
