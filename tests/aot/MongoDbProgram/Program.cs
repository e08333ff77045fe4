using CdcEmbedded;
using CdcEmbedded.Aot;
using CdcEmbedded.MongoDb;
using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

// CONNECTION COLLECTIONS OFFSETS: prints every change of the collections as JSON, from the offset in the file to the end of the log.
if (args is not [var connection, var collections, var offsets])
{
    Console.Error.WriteLine("usage: CONNECTION COLLECTIONS OFFSETS");
    return 2;
}

var source = new MongoSource(new MongoSourceOptions { ConnectionString = connection, Include = [collections] });
return await PrintedStream.RunAsync(source, offsets, static change =>
{
    if (change.After is not { HasValue: true } after || after.ToBsonDocument()["_id"] == after.Deserialize<Order>().Id)
    {
        return true;
    }

    Console.Error.WriteLine($"{change} is read as {after.ToBsonDocument()}");
    return false;
});

/// <summary>A document as a class of the application.</summary>
internal sealed class Order
{
    public int Id { get; set; }

    [BsonElement("total")]
    public int Total { get; set; }

    [BsonElement("customer")]
    public string? Customer { get; set; }

    [BsonElement("lines")]
    public BsonArray? Lines { get; set; }
}
