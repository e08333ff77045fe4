using System.Diagnostics.CodeAnalysis;
// <mongodb-loop>
using CdcEmbedded;
using CdcEmbedded.MongoDb;
using CdcEmbedded.Offsets;
// </mongodb-loop>
// <mongodb-documents>
using MongoDB.Bson;
// </mongodb-documents>
using MongoDB.Driver;

namespace DocSnippets;

/// <summary>What the pages show of the MongoDB source.</summary>
public static class MongoDb
{
    /// <summary>Creates the source, as the README does.</summary>
    public static MongoSource Create()
    {
        // <mongodb-source>
        var source = new MongoSource(new MongoSourceOptions
        {
            ConnectionString = "mongodb://cdc:...@db1,db2,db3/?replicaSet=rs0&tls=true",
            Include = ["shop.orders", "shop.customers"],
        });
        // </mongodb-source>
        return source;
    }

    /// <summary>Creates the source with the application's client.</summary>
    public static MongoSource CreateWith(IMongoClient client)
    {
        // <mongodb-client>
        var source = new MongoSource(new MongoSourceOptions
        {
            Client = client,
            Include = ["shop.orders"],
            Pipeline = [new BsonDocument("$match", new BsonDocument("fullDocument.status", "paid"))],
        });
        // </mongodb-client>
        return source;
    }

    /// <summary>Reads a document as the driver's types.</summary>
    public static string Describe(ChangeEvent change)
    {
        // <mongodb-documents>
        BsonDocument document = change.After.ToBsonDocument();      // a copy
        RawBsonDocument raw = change.After.ToRawBsonDocument();     // the received bytes, read when asked for
        Order order = change.After.Deserialize<Order>();            // by the driver's class maps and serializers
        // </mongodb-documents>
        return $"{document.ElementCount} {raw["_id"]} {order.Status}";
    }

    // <mongodb-aot>
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(OrderLine))]
    static Order Read(ChangeEvent change) => change.After.Deserialize<Order>();
    // </mongodb-aot>

    /// <summary>Prints every change with what is known of its document.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        // <mongodb-loop>
        var source = new MongoSource(new MongoSourceOptions
        {
            ConnectionString = "mongodb://cdc:...@db1,db2,db3/?replicaSet=rs0&tls=true", Include = ["shop.orders", "shop.customers"],
        });
        await using var engine = new CdcEngine(source, new FileOffsetStore("offsets.json"), new CdcEngineOptions { Name = "read-model" });
        await foreach (var change in engine.ReadAsync(cancellationToken))
        {
            var from = (MongoSourceInfo)change.Source;                    // says if After is exact, looked up later, or missing
            Console.WriteLine($"{from.OperationType} {change.Table} {from.KeyJson}: {change.After["status"]} ({from.AfterState})");
        }
        // </mongodb-loop>
    }

    /// <summary>An application's document.</summary>
    public sealed record Order(ObjectId Id, string Status, IReadOnlyList<OrderLine> Lines);

    /// <summary>A part of it.</summary>
    public sealed record OrderLine(string Article, int Count);
}
