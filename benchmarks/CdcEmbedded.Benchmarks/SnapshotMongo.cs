using System.Diagnostics;
using System.Globalization;
using CdcEmbedded.MongoDb;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.Benchmarks;

/// <summary>How fast a snapshot reads a collection, against a raw <c>find</c> through the driver, from a double in another process: CPU
/// time of this one.</summary>
internal static class SnapshotMongo
{
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

        var source = new MongoSource(new MongoSourceOptions
        {
            ConnectionString = uri, Include = ["cdcbench.*"], MinOplogWindow = TimeSpan.Zero,
        });
        var workload = new Workload("orders", "", 0, documents);
        Console.WriteLine($"{documents:N0} documents of {DocumentOf(1).ToBson().Length} bytes, every value read");
        var raw = await Pass.MeasureAsync("driver, RawBsonDocument, bare walk", passes, workload, () => RawAsync(uri));
        await Pass.MeasureAsync("driver, BsonDocument", passes, workload, () => TypedAsync(collection), raw);
        await Pass.MeasureAsync("consistent view", passes, workload, () => SnapshotLoop.ViewAsync(source, "orders", 1), raw);
        await Pass.MeasureAsync("consistent view, no value read", passes, workload,
            () => SnapshotLoop.ViewAsync(source, "orders", 1, isRead: false), raw);
        await Pass.MeasureAsync("chunks of 10,000", passes, workload, () => SnapshotLoop.ChunksAsync(source, "orders"), raw);
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
        var options = new FindOptions<RawBsonDocument> { Sort = new BsonDocument("_id", 1), BatchSize = SnapshotLoop.ChunkRows };
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
        var options = new FindOptions<BsonDocument> { Sort = new BsonDocument("_id", 1), BatchSize = SnapshotLoop.ChunkRows };
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

    private static Process StartDouble()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CdcEmbedded.MongoDb.Double.dll"));
        return Process.Start(start) ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The double did not start in {AppContext.BaseDirectory}."));
    }
}
