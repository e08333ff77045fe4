using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Tests.Bson;

public sealed class BsonWriterTests
{
    [Fact]
    public void A_command_with_arrays_and_documents_is_written_in_order()
    {
        var writer = new BsonWriter(1);
        writer.WriteInt32("aggregate", 1);
        writer.StartArray("pipeline"u8);
        writer.StartDocument(default);
        writer.StartDocument("$changeStream"u8);
        writer.WriteString("fullDocument"u8, "updateLookup");
        writer.End();
        writer.End();
        for (var i = 0; i < 11; i++)
        {
            writer.WriteInt64(default, i);
        }

        writer.End();
        writer.WriteString("$db"u8, "admin"u8);
        var document = writer.ToDocument();
        document.Validate();
        Assert.Equal(
            "{\"aggregate\":1,\"pipeline\":[{\"$changeStream\":{\"fullDocument\":\"updateLookup\"}},0,1,2,3,4,5,6,7,8,9,10],\"$db\":\"admin\"}",
            document.ToString());
        Assert.Equal("11", document["pipeline"].AsDocument().Last().Name);
    }

    [Fact]
    public void Misuse_is_refused()
    {
        var writer = new BsonWriter();
        Assert.Throws<InvalidOperationException>(() => writer.WriteNull(default));
        Assert.Throws<ArgumentException>(() => writer.WriteNull("a\0b"));
        Assert.Throws<ArgumentException>(() => writer.WriteValue("a"u8, default));
        writer.StartArray("a"u8);
        Assert.Throws<InvalidOperationException>(() => writer.WriteNull("name"u8));
        _ = writer.ToDocument();
        Assert.Throws<InvalidOperationException>(() => writer.WriteNull("late"u8));
    }

    [Fact]
    public void Replies_are_read_by_type_and_refused_by_the_protocol_exception()
    {
        var reply = RawBson.Parse("""
            {"ok":1.0,"s":"x","n":{"$numberLong":"5000000000"},"doc":{"a":1},"arr":[],"t":{"$timestamp":{"t":1,"i":2}}}
            """);
        Assert.True(reply.IsTrue("ok"u8));
        Assert.Equal(1, reply.GetInt32("ok"u8));
        Assert.Equal(5_000_000_000, reply.GetInt64("n"u8));
        Assert.Equal("x", reply.GetString("s"u8));
        Assert.Equal(1, reply.GetDocument("doc"u8)["a"].AsInt32());
        Assert.True(reply.GetArray("arr"u8).IsEmpty);
        Assert.True(reply.TryGetTimestamp("t"u8, out var t) && t.Ordinal == 2);
        Assert.False(reply.IsTrue("missing"u8));
        Assert.Throws<CdcProtocolException>(() => reply.GetInt32("n"u8));
        Assert.Throws<CdcProtocolException>(() => reply.GetString("ok"u8));
        Assert.Throws<CdcProtocolException>(() => reply.GetArray("doc"u8));
        Assert.Throws<CdcProtocolException>(() => reply.GetBinary("missing"u8));
    }
}
