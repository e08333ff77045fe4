using System.Text;
using System.Text.Json;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Documents;

using Decimal128 = MongoDB.Bson.Decimal128;

public sealed class RecordTests
{
    private const string Json = """
        {"_id":{"$oid":"57e193d7a9cc81b4027498b5"},"name":"Zoë","n":{"$numberInt":"7"},"big":{"$numberLong":"7000000000"},"d":1.5,
        "when":{"$date":"2024-02-29T12:00:00.123Z"},"price":{"$numberDecimal":"12.50"},"tags":["a",{"x":1},null],"sub":{"été":true},
        "uuid":{"$uuid":"73ffd264-44b3-4c69-90e8-e7d1dfc035d4"},"blob":{"$binary":{"base64":"AQI=","subType":"80"}},
        "re":{"$regularExpression":{"pattern":"a+","options":"i"}},"nil":null,"ts":{"$timestamp":{"t":5,"i":6}}}
        """;

    private static readonly DataRecord Sample = RawBson.Parse(Json).ToRecord();

    [Theory]
    [InlineData(250)]
    [InlineData(1_000_000)]
    public void A_document_that_nests_without_end_is_refused_whatever_it_is_to_become(int levels)
    {
        var bytes = new byte[5 + (levels * 8)];
        for (var i = 0; i <= levels; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i * 7), 5 + ((levels - i) * 8));
            (i < levels ? "\u0003a"u8 : default).CopyTo(bytes.AsSpan((i * 7) + 4));
        }

        var record = new RawBson(bytes).ToRecord();
        Assert.Throws<FormatException>(() => record.ToBsonDocument());
        Assert.Throws<FormatException>(() => record["a"].ToBsonValue());
        Assert.Throws<FormatException>(() => record.Deserialize<Dictionary<string, object>>());
        Assert.Throws<CdcProtocolException>(() => record.ToExtendedJson());
        Assert.Throws<FormatException>(() => RawBson.Parse(string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1"));
        Assert.Equal(levels + 1, RawBson.Parse($$"""{"a":"{{new string('{', levels)}}\"","b":1}""")["a"u8].AsString().Length);
    }

    [Fact]
    public void Fields_read_by_name_as_their_kinds()
    {
        Assert.Equal("57e193d7a9cc81b4027498b5", Sample["_id"].AsString());
        Assert.Equal(ValueKind.ObjectId, Sample["_id"].Kind);
        Assert.Equal(12, Sample["_id"].AsBytes().Length);
        Assert.Equal("Zoë", Sample["name"].AsString());
        Assert.Equal(7, Sample["n"].AsInt32());
        Assert.Equal(7_000_000_000, Sample["big"].AsInt64());
        Assert.Equal(1.5, Sample["d"].AsDouble());
        Assert.Equal(new DateTime(2024, 2, 29, 12, 0, 0, 123, DateTimeKind.Utc), Sample["when"].AsDateTime());
        Assert.Equal("2024-02-29 12:00:00.123", Sample["when"].ToString());
        Assert.Equal(12.50m, Sample["price"].AsDecimal());
        Assert.Equal("12.50", Sample["price"].ToString());
        Assert.Equal(Guid.Parse("73ffd264-44b3-4c69-90e8-e7d1dfc035d4"), Sample["uuid"].AsGuid());
        Assert.Equal(new byte[] { 1, 2 }, Sample["blob"].AsBytes().ToArray());
        Assert.Equal(0x80, Sample["blob"].BinarySubtype);
        Assert.True(Sample["nil"].IsNull);
        Assert.True(Sample["not there"].IsAbsent);
        Assert.False(Sample.TryGetValue("not there", out _));
    }

    [Fact]
    public void Nested_documents_and_arrays_read_lazily()
    {
        Assert.True(Sample["sub"].AsRecord()["été"].AsBoolean());
        var tags = Sample["tags"].AsValues();
        Assert.Equal(3, tags.Count);
        Assert.Equal("a", tags[0].AsString());
        Assert.Equal(1, tags[1].AsRecord()["x"].AsInt32());
        Assert.Equal(["a", "{\"x\":1}", "NULL"], tags.Select(v => v.ToString()));
        Assert.Equal("[\"a\",{\"x\":1},null]", Sample["tags"].ToString());
        Assert.Throws<InvalidCastException>(() => Sample["n"].AsRecord());
        Assert.Throws<InvalidCastException>(() => Sample["sub"].AsValues());
    }

    [Fact]
    public void Types_of_bson_alone_print_as_extended_json_and_lead_back()
    {
        var value = Sample["re"];
        Assert.Equal(ValueKind.SourceSpecific, value.Kind);
        Assert.Equal((byte)ElementType.RegularExpression, value.SourceType);
        Assert.Equal("{\"$regularExpression\":{\"pattern\":\"a+\",\"options\":\"i\"}}", value.ToString());
        Assert.Equal(new BsonTimestamp(5, 6), Sample["ts"].ToBsonValue());
        Assert.Equal(new BsonRegularExpression("a+", "i"), Sample["re"].ToBsonValue());
    }

    [Fact]
    public void A_record_writes_itself_as_the_json_of_its_source()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Assert.True(RawBson.TryFrom(Sample, out var document));
            Assert.True(new BsonRecordSet(new DocumentBuffer(document.Buffer)).TryWriteJson(document.Offset, writer));
        }

        Assert.Equal(RawBson.Parse(Json).ToJson(), Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void Many_documents_of_one_buffer_share_a_set()
    {
        var one = RawBson.Parse(Json).Bytes;
        const int Count = 500;
        var buffer = new byte[one.Length * Count];
        for (var i = 0; i < Count; i++)
        {
            one.CopyTo(buffer.AsMemory(i * one.Length));
        }

        var set = new BsonRecordSet(new DocumentBuffer(buffer));
        Parallel.For(0, Count * 4, i =>
        {
            var record = set.At(i % Count * one.Length);
            Assert.Equal(14, record.Count);
            Assert.Equal("ts", record.GetName(13));
            Assert.Equal(7, record[2].AsInt32());
            Assert.Equal(14, record.Count(field => !field.Value.IsAbsent));
        });
    }

    [Fact]
    public void A_document_with_more_fields_than_the_stack_holds_is_enumerated()
    {
        var record = new BsonDocument(Enumerable.Range(0, 1000).Select(static i => new BsonElement($"f{i}", i))).ToDataRecord();
        Assert.Equal(Enumerable.Range(0, 1000), record.Select(field => field.Value.AsInt32()));
        Assert.Equal(999, record["f999"].AsInt32());
    }

    [Theory]
    [InlineData(long.MaxValue, "+292278994-08-17 07:12:55.807")]
    [InlineData(long.MinValue, "-292275055-05-16 16:47:04.192")]
    [InlineData(253402300800000, "+10000-01-01 00:00:00.000")]
    [InlineData(-62135596800001, "+0000-12-31 23:59:59.999")]
    [InlineData(-62135596800000, "0001-01-01 00:00:00.000")]
    public void Dates_of_all_64_bits_print(long milliseconds, string text)
    {
        var value = new BsonDocument("d", new BsonDateTime(milliseconds)).ToDataRecord()["d"];
        Assert.Equal(text, value.ToString());
        Assert.Equal(milliseconds, value.AsUnixMilliseconds());
        if (text[0] is '+' or '-')
        {
            Assert.Throws<OverflowException>(() => value.AsDateTime());
            Assert.Throws<OverflowException>(() => value.AsCalendar());
        }
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1E+6111")]
    [InlineData("1E-6176")]
    [InlineData("9999999999999999999999999999999999")]
    public void Decimals_that_no_CLR_decimal_holds_print_and_refuse(string text)
    {
        var value = new BsonDocument("d", Decimal128.Parse(text)).ToDataRecord()["d"];
        Assert.Equal(text, value.ToString());
        Assert.Equal(Decimal128.Parse(text), value.ToDecimal128());
        Assert.Throws<OverflowException>(() => value.AsDecimal());
    }

    [Fact]
    public void The_sign_of_a_zero_survives()
        => Assert.Equal("-0.0", new BsonDocument("d", Decimal128.Parse("-0.0")).ToDataRecord()["d"].ToString());

    [Fact]
    public void Nesting_beyond_the_limit_is_refused_and_below_it_is_read()
    {
        // { "d": { "d": … } }, composed from the inside.
        static RawBson Nested(int depth)
        {
            var bytes = new List<byte[]> { RawBson.Empty.Bytes.ToArray() };
            var length = bytes[0].Length;
            for (var i = 1; i < depth; i++)
            {
                length += 4 + 1 + 2 + 1;
                bytes.Insert(0, [.. BitConverter.GetBytes(length), 3, (byte)'d', 0]);
                bytes.Add([0]);
            }

            return new RawBson([.. bytes.SelectMany(static part => part)]);
        }

        Nested(200).Validate();
        Assert.Equal(200 * "{\"d\":".Length - "\"d\":".Length + 200, Nested(200).ToJson().Length);
        Assert.Throws<CdcProtocolException>(() => Nested(201).Validate());
        Assert.Throws<CdcProtocolException>(() => Nested(20_000).ToJson());
        Assert.Throws<CdcProtocolException>(() => DocumentEquality.Hash(Nested(20_000)));
    }

    [Fact]
    public void A_single_look_up_allocates_nothing()
    {
        var record = RawBson.Parse(Json).ToRecord();
        _ = record["uuid"].AsGuid();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _ = record["uuid"].AsGuid();
            _ = record["missing"].IsAbsent;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Values_of_every_kind_reach_the_driver()
    {
        var document = Sample.ToBsonDocument();
        Assert.Equal(new ObjectId("57e193d7a9cc81b4027498b5"), Sample["_id"].ToObjectId());
        Assert.Equal(Decimal128.Parse("12.50"), Sample["price"].ToDecimal128());
        Assert.Equal((Decimal128)7, Sample["n"].ToDecimal128());
        foreach (var field in Sample)
        {
            var expected = document[field.Name];
            Assert.Equal(expected.IsInt32 ? new BsonInt64(expected.AsInt32) : expected, field.Value.ToBsonValue());
        }

        Assert.Throws<ArgumentException>(() => Sample["not there"].ToBsonValue());
        Assert.Throws<ArgumentException>(() => DataValue.FromDate(2024, 2, 29).ToBsonValue());
        Assert.Throws<InvalidCastException>(() => Sample["n"].ToObjectId());
        Assert.Throws<InvalidCastException>(() => Sample["name"].ToDecimal128());
    }

    [Fact]
    public void A_vector_of_floats_is_a_vector_of_the_core_and_of_the_driver()
    {
        var vector = new BsonBinaryData([0x27, 0, .. BitConverter.GetBytes(127f), .. BitConverter.GetBytes(7f)], BsonBinarySubType.Vector);
        var value = new BsonDocument("vector", vector).ToDataRecord()["vector"];
        Assert.Equal(ValueKind.Vector, value.Kind);
        Assert.Equal([127f, 7f], value.AsVector());
        Assert.Equal(vector, value.ToBsonValue());
        Assert.Equal(ValueKind.Binary, new BsonDocument("v", new BsonBinaryData([3, 0, 1], BsonBinarySubType.Vector))
            .ToDataRecord()["v"].Kind);
    }

    [Fact]
    public void Class_maps_read_a_record_and_a_record_of_another_source_is_refused()
    {
        var order = new BsonDocument { { "_id", 7 }, { "Customer", "Zoë" },
            { "Lines", new BsonArray { new BsonDocument("Sku", "a") } } }.ToDataRecord();
        var read = order.Deserialize<Order>();
        Assert.Equal((7, "Zoë", "a"), (read.Id, read.Customer, Assert.Single(read.Lines).Sku));
        Assert.Throws<FormatException>(() => Sample.Deserialize<Order>());

        var other = new DataRecord(new Sources.DetachedRecordSet(null, ["a"], [DataValue.FromInt64(1)]), 0);
        Assert.Contains("MongoSource", Assert.Throws<ArgumentException>(() => other.ToBsonDocument()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => other.ToRawBsonDocument());
        Assert.Throws<ArgumentException>(() => other.Deserialize<Order>());
        Assert.Throws<ArgumentException>(() => default(DataRecord).ToExtendedJson());
        Assert.Contains("HasValue", Assert.Throws<ArgumentException>(() => default(DataRecord).ToBsonDocument()).Message,
            StringComparison.Ordinal);
    }

    private sealed class Order
    {
        public int Id { get; set; }

        public string Customer { get; set; } = "";

        public List<Line> Lines { get; set; } = [];
    }

    private sealed class Line
    {
        public string Sku { get; set; } = "";
    }
}
