using System.Buffers;
using System.Text;
using CdcEmbedded;
using CdcEmbedded.Formats;
using CdcEmbedded.MongoDb;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

// CONNECTION COLLECTIONS OFFSETS: prints every change of the collections as JSON, from the offset in the file to the end of the log.
if (args is not [var connection, var collections, var offsets])
{
    Console.Error.WriteLine("usage: CONNECTION COLLECTIONS OFFSETS");
    return 2;
}

var source = new MongoSource(new MongoSourceOptions { ConnectionString = connection, Include = [collections] });
await using var engine = new CdcEngine(source, new FileOffsetStore(offsets), new CdcEngineOptions
{
    Name = "aot",
    StartFrom = StartPosition.Earliest,
    StopWhenCaughtUp = true,
    Reconnect = ReconnectPolicy.None,
});

foreach (SourceFinding finding in await engine.ValidateAsync())
{
    Console.Error.WriteLine(finding);
}

using var json = new EnvelopeJson(new EnvelopeJsonOptions { IncludeTransaction = true });
var line = new ArrayBufferWriter<byte>();
await foreach (ChangeEvent change in engine.ReadAsync())
{
    json.Write(line, change);
    Console.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
    line.ResetWrittenCount();
    if (change.After is { HasValue: true } after && after.ToBsonDocument()["_id"] != after.Deserialize<Order>().Id)
    {
        Console.Error.WriteLine($"{change} is read as {after.ToBsonDocument()}");
        return 3;
    }
}

return 0;

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
