using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Transforms;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>Change events with damaged bytes, and what a stream makes of them.</summary>
internal static class DamagedEvents
{
    private static readonly StreamIdentity _stream = new() { Name = "test", SetName = "rs0", Scope = new StreamScope(null, null) };

    /// <summary>An update of <c>shop.orders</c> with one damaged field.</summary>
    /// <param name="part">Which: note, flag, text (nested), length (of a nested document), name, key, news (of the description), or
    /// none.</param>
    /// <param name="id">The document's number; also the time.</param>
    public static RawBson Update(string part, int id = 1) => Damage(RawBson.Parse($$$"""
        {"_id":{"_data":"{{{Token(id)}}}"},"operationType":"update","clusterTime":{"$timestamp":{"t":{{{id}}},"i":1}},
        "fullDocument":{"_id":{{{id}}},"note":"NOTE","flag":true,"lines":[{"n":1},{"text":"TEXT","len":{"a":1}}],"NAME":1,"last":7},
        "ns":{"db":"shop","coll":"orders"},"documentKey":{"_id":{{{id}}},"region":"KEYS"},
        "updateDescription":{"updatedFields":{"note":"NEWS"},"removedFields":[]}}
        """), part);

    public static string Token(int id)
        => $"82{id:X8}000000012B042C0100296E5A1004{"00112233445566778899AABBCCDDEEFF"}461E5F6964002B{id * 2:X2}0004";

    /// <summary>An event whose fields cannot be found, because the length of one of them is wrong.</summary>
    public static RawBson Torn(int id)
    {
        var bytes = Update("none", id).Bytes.ToArray();
        bytes[At(bytes, "fullDocument\0"u8) + 13]++;
        return new RawBson(bytes);
    }

    public static ChangeStreamAssembler Assembler(bool skips = false)
        => new(_stream, StreamPoint.At(new ClusterTime(0, 1), false), [], true, null, skipsUndecodable: skips);

    public static MongoBatch Batch(params RawBson[] events)
    {
        var documents = new BsonArray(events.Select(static one => one.ToRawDocument()));
        return new MongoBatch(new RawBson(new BsonDocument("cursor", new BsonDocument
        {
            { "id", 1L }, { "ns", "a.b" }, { "nextBatch", documents },
        }).ToBson()));
    }

    /// <summary>The change of an event.</summary>
    public static ChangeEvent Change(RawBson one, params Transform[] transforms)
    {
        var set = Assert.Single(Assembler().Process(Batch(one)).Entries).Changes!;
        return (TransformSet.Create(transforms)?.ViewOf(set) ?? set).ToEvent(0);
    }

    private static RawBson Damage(RawBson document, string part)
    {
        var bytes = document.Bytes.ToArray();
        switch (part)
        {
            case "none":
                break;
            case "flag":
                bytes[At(bytes, "flag\0"u8) + 5] = 2;
                break;
            case "length":
                bytes[At(bytes, "len\0"u8) + 4]++;
                break;
            default:
                // No UTF-8.
                bytes[At(bytes, part switch
                {
                    "note" => "NOTE"u8, "text" => "TEXT"u8, "name" => "NAME"u8, "key" => "KEYS"u8, _ => "NEWS"u8,
                })] = 0xC3;
                break;
        }

        return new RawBson(bytes);
    }

    private static int At(byte[] bytes, ReadOnlySpan<byte> text) => bytes.AsSpan().IndexOf(text);
}
