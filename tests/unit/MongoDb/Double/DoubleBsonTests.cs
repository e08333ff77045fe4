using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>The double's own BSON.</summary>
public sealed class DoubleBsonTests
{
    [Fact]
    public void Document_with_every_type_comes_back_as_it_went()
    {
        var document = new Doc
        {
            { "double", 1.5 }, { "string", "é\0x" }, { "document", new Doc { { "a", 1 } } }, { "array", new object?[] { 1, null, "x" } },
            { "binary", new DocBinary(5, [1, 2]) }, { "undefined", DocMarker.Undefined }, { "id", new DocId(1, 2) }, { "bool", true },
            { "date", new DocDate(-1) }, { "null", null }, { "regex", new DocRegex("a", "im") },
            { "pointer", new DocPointer("a.b", new DocId(3, 4)) },
            { "code", new DocCode("f()") }, { "symbol", new DocSymbol("s") }, { "scoped", new DocCode("g()", new Doc { { "x", 1 } }) },
            { "int", -7 },
            { "timestamp", new DocTimestamp(1, 2) }, { "long", long.MinValue }, { "decimal", new DocDecimal(1, 0x3040000000000000) },
            { "max", DocMarker.MaxKey }, { "min", DocMarker.MinKey }, { "", "empty name" }, { "int", "twice" },
        };
        byte[] bytes = DocWriter.ToBytes(document);
        Doc read = DocReader.Read(bytes);
        Assert.Equal(bytes, DocWriter.ToBytes(read));
        Assert.Equal(document.Names, read.Names);
        Assert.Equal(DocJson.Write(document), DocJson.Write(read));
    }

    [Fact]
    public void Bytes_cut_anywhere_are_a_format_error()
    {
        byte[] bytes = DocWriter.ToBytes(new Doc { { "a", "text" }, { "b", new Doc { { "c", new object?[] { 1L, 2.5 } } } } });
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<FormatException>(() => DocReader.Read(bytes.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData("""{"a": {"$numberLong": "5"}, "b": {"$oid": "0102030405060708090a0b0c"}, "c": [{"$timestamp": {"t": 1, "i": 2}}]}""")]
    [InlineData("""{"$$exists": true, "$set": {"a": {"$numberDouble": "5"}, "b": [{"$minKey": 1}]}}""")]
    [InlineData("""{"a": 1.5, "b": {"$date": {"$numberLong": "-5"}}, "c": {"$binary": {"base64": "AQI=", "subType": "04"}}, "d": null}""")]
    public void Extended_json_comes_back_as_it_went(string json) => Assert.Equal(json, DocJson.Write(DocJson.Parse(json)));
}
