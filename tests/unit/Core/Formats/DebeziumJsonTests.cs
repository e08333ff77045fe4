using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using CdcEmbedded.Formats;

namespace CdcEmbedded.Tests.Formats;

/// <summary>The shape and the encodings that Debezium documents for its MySQL connector, with data of our own.</summary>
public sealed class DebeziumJsonTests
{
    private static readonly TableSchema Customers = new("inventory", "customers",
        [Column("id", "int", isKey: true), Column("first_name", "varchar(255)"), Column("email", "varchar(255)")], [0]);

    private static readonly DebeziumJsonOptions Defaults = new() { TimeProvider = new FixedTime(0) };

    [Fact]
    public void An_update_has_the_members_of_the_envelope()
    {
        var change = new OneChange(ChangeOperation.Update, Customer("Anne"), Customer("Anne Marie")).Event;
        var json = Parse(Defaults, change);

        Assert.Equal(["before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns"], json.AsObject().Select(m => m.Key));
        Assert.Equal("""{"id":1004,"first_name":"Anne","email":"annek@noanswer.org"}""", json["before"]?.ToJsonString());
        Assert.Equal("""{"id":1004,"first_name":"Anne Marie","email":"annek@noanswer.org"}""", json["after"]?.ToJsonString());
        Assert.Equal(("u", null), ((string?)json["op"], json["transaction"]));
        var source = json["source"];
        Assert.Equal(("mysql", "tail", "false", "shop", "orders"), ((string?)source?["connector"], (string?)source?["name"],
            (string?)source?["snapshot"], (string?)source?["db"], (string?)source?["table"]));
        var time = OneChange.CommitTime.ToUnixTimeMilliseconds();
        Assert.Equal((time, time * 1000, time * 1_000_000), ((long?)source?["ts_ms"], (long?)source?["ts_us"], (long?)source?["ts_ns"]));
        Assert.Equal(("binlog.000007", 4), ((string?)source?["file"], (int?)source?["pos"]));
    }

    [Theory]
    [InlineData(ChangeOperation.Create, "c")]
    [InlineData(ChangeOperation.Delete, "d")]
    [InlineData(ChangeOperation.Read, "r")]
    [InlineData(ChangeOperation.Truncate, "t")]
    public void Operations_have_the_letters_of_Debezium(ChangeOperation operation, string letter)
        => Assert.Equal(letter, (string?)Parse(Defaults, new OneChange(operation, default, default).Event)["op"]);

    public static TheoryData<string, DataValue, string, string, string> Encodings => new()
    {
        { "decimal(5,2)", DataValue.FromDecimal(123.45m), "\"MDk=\"", "123.45", "\"123.45\"" },
        { "decimal(5,2)", DataValue.FromDecimal(-1.28m), "\"gA==\"", "-1.28", "\"-1.28\"" },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Decimals_are_precise_double_or_string(string type, DataValue value, string precise, string asDouble, string text)
    {
        Assert.Equal(precise, Value(type, value, new()));
        Assert.Equal(asDouble, Value(type, value, new() { Decimals = DecimalHandling.Double }));
        Assert.Equal(text, Value(type, value, new() { Decimals = DecimalHandling.String }));
    }

    public static TheoryData<string, DataValue, string, string, string> Times => new()
    {
        { "date", DataValue.FromDate(2018, 6, 20), "17702", "17702", "17702" },
        { "time", DataValue.FromTime(3_723_000_000), "3723000000", "3723000", "3723000" },
        { "time(6)", DataValue.FromTime(3_723_000_004, 6), "3723000004", "3723000004", "3723000" },
        { "datetime", DataValue.FromDateTime(new CalendarDateTime(2018, 6, 20, 6, 37, 3)), "1529476623000", "1529476623000", "1529476623000" },
        {
            "datetime(6)", DataValue.FromDateTime(new CalendarDateTime(2018, 6, 20, 6, 37, 3, 123_456), 6), "1529476623123456",
            "1529476623123456", "1529476623123"
        },
        {
            "timestamp", DataValue.FromTimestamp(1_529_476_623_000_000), "\"2018-06-20T06:37:03Z\"", "\"2018-06-20T06:37:03Z\"",
            "\"2018-06-20T06:37:03Z\""
        },
        { "year", DataValue.FromInt64(2018), "2018", "2018", "2018" },
    };

    [Theory]
    [MemberData(nameof(Times))]
    public void Times_follow_the_precision_mode(string type, DataValue value, string microseconds, string adaptive, string connect)
    {
        Assert.Equal(microseconds, Value(type, value, new()));
        Assert.Equal(adaptive, Value(type, value, new() { Times = TimeHandling.Adaptive }));
        Assert.Equal(connect, Value(type, value, new() { Times = TimeHandling.Connect }));
    }

    [Fact]
    public void Bytes_are_base64_base64_for_URLs_or_hexadecimal()
    {
        var value = DataValue.FromBinary([0xfb, 0xff], 0, 2);
        Assert.Equal("\"+/8=\"", Value("varbinary(9)", value, new()));
        Assert.Equal("\"+/8=\"", Value("varbinary(9)", value, new() { Binary = BinaryHandling.Base64 }));
        Assert.Equal("\"-_8\"", Value("varbinary(9)", value, new() { Binary = BinaryHandling.Base64UrlSafe }));
        Assert.Equal("\"fbff\"", Value("varbinary(9)", value, new() { Binary = BinaryHandling.Hex }));
    }

    public static TheoryData<string, DataValue, string> Others => new()
    {
        { "bit(1)", DataValue.FromUInt64(1), "true" },
        { "bit(10)", DataValue.FromUInt64(0x201), "\"AQI=\"" },
        { "json", DataValue.FromJson("{\"a\": 1}"), """
            "{\"a\": 1}"
            """ },
        { "enum('s','m')", DataValue.FromEnum(2, ["s", "m"]), "\"m\"" },
        { "set('a','b')", DataValue.FromSet(3, ["a", "b"]), "\"a,b\"" },
        { "bigint unsigned", DataValue.FromUInt64(ulong.MaxValue), "18446744073709551615" },
        { "datetime", DataValue.FromDateTime(default), "0" },
        { "date", DataValue.FromDate(2024, 0, 15), "0" },
        { "timestamp", DataValue.FromZeroTimestamp(), "\"1970-01-01T00:00:00Z\"" },
        { "varchar(9)", DataValue.Null, "null" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Other_types_have_the_encodings_of_Debezium(string type, DataValue value, string expected)
        => Assert.Equal(expected, Value(type, value, new()));

    [Fact]
    public void A_zero_date_of_a_nullable_column_is_null()
    {
        var schema = new TableSchema("shop", "orders", [new ColumnSchema { Name = "v", TypeName = "date", IsNullable = true }], []);
        Assert.Equal("null", Value(schema, DataValue.FromDate(0, 0, 0), new()));
    }

    [Fact]
    public void The_schema_describes_envelope_rows_and_key()
    {
        var options = new DebeziumJsonOptions { IncludeSchema = true };
        var change = new OneChange(ChangeOperation.Create, default, Customer("Anne"), CustomerKey()).Event;
        var json = Parse(options, change);

        Assert.Equal(["schema", "payload"], json.AsObject().Select(m => m.Key));
        Assert.Equal("tail.inventory.customers.Envelope", (string?)json["schema"]?["name"]);
        var fields = json["schema"]?["fields"]?.AsArray();
        Assert.Equal(["before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns"], fields?.Select(f => (string?)f?["field"]));
        Assert.Equal("tail.inventory.customers.Value", (string?)fields?[1]?["name"]);
        Assert.Equal("""{"type":"int32","optional":false,"field":"id"}""", fields?[1]?["fields"]?[0]?.ToJsonString());
        Assert.Equal("io.debezium.connector.mysql.Source", (string?)fields?[2]?["name"]);

        using var format = new DebeziumJson(options);
        var output = new ArrayBufferWriter<byte>();
        Assert.True(format.TryWriteKey(output, change));
        Assert.Equal("""
            {"schema":{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":false,"name":"tail.inventory.customers.Key"},"payload":{"id":1004}}
            """.Trim(), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Semantic_types_have_their_names_and_parameters()
    {
        var schema = new TableSchema("shop", "orders", [Column("v", "decimal(10,2)"), Column("t", "datetime(6)")], []);
        var row = OneChange.RowOf(schema, ("v", DataValue.FromDecimal(1)), ("t", DataValue.Null));
        var fields = Parse(new() { IncludeSchema = true }, new OneChange(ChangeOperation.Create, default, row).Event)
            ["schema"]?["fields"]?[1]?["fields"];
        Assert.Equal("org.apache.kafka.connect.data.Decimal", (string?)fields?[0]?["name"]);
        Assert.Equal("2", (string?)fields?[0]?["parameters"]?["scale"]);
        Assert.Equal("io.debezium.time.MicroTimestamp", (string?)fields?[1]?["name"]);
    }

    [Fact]
    public void A_tombstone_follows_a_delete_with_a_key()
    {
        using var format = new DebeziumJson();
        using var without = new DebeziumJson(new DebeziumJsonOptions { Tombstones = false });
        var delete = new OneChange(ChangeOperation.Delete, Customer("Anne"), default, CustomerKey()).Event;
        var create = new OneChange(ChangeOperation.Create, default, Customer("Anne"), CustomerKey()).Event;
        var keyless = new OneChange(ChangeOperation.Delete, Customer("Anne"), default).Event;
        Assert.Equal([true, false, false, false], new[]
        {
            format.HasTombstone(delete), format.HasTombstone(create), format.HasTombstone(keyless), without.HasTombstone(delete),
        });
    }

    [Fact]
    public void Absent_columns_are_omitted_and_the_transaction_is_written_on_request()
    {
        var row = OneChange.RowOf(Customers, ("id", DataValue.FromInt64(1)), ("first_name", DataValue.Absent), ("email", DataValue.Null));
        var json = Parse(new() { IncludeTransaction = true }, new OneChange(ChangeOperation.Create, default, row).Event);
        Assert.Equal("""{"id":1,"email":null}""", json["after"]?.ToJsonString());
        Assert.Equal((5, 2), ((int?)json["transaction"]?["total_order"], (int?)json["transaction"]?["data_collection_order"]));
    }

    [Fact]
    public void An_option_that_is_none_of_its_enumeration_is_refused()
        => Assert.Contains("Decimals", Assert.Throws<ArgumentException>(() =>
            new DebeziumJson(new DebeziumJsonOptions { Decimals = (DecimalHandling)9 })).Message, StringComparison.Ordinal);

    private static string Value(string type, DataValue value, DebeziumJsonOptions options)
        => Value(new TableSchema("shop", "orders", [Column("v", type)], []), value, options);

    private static string Value(TableSchema schema, DataValue value, DebeziumJsonOptions options)
    {
        var change = new OneChange(ChangeOperation.Create, default, OneChange.RowOf(schema, ("v", value))).Event;
        var text = Write(options, change);
        const string Start = "\"after\":{\"v\":";
        var start = text.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        return text[start..text.IndexOf("},\"source\"", StringComparison.Ordinal)];
    }

    private static JsonNode Parse(DebeziumJsonOptions options, ChangeEvent change)
        => JsonNode.Parse(Write(options, change)) ?? throw new InvalidOperationException("The JSON is null.");

    private static string Write(DebeziumJsonOptions options, ChangeEvent change)
    {
        using var format = new DebeziumJson(options);
        var output = new ArrayBufferWriter<byte>();
        format.Write(output, change);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static DataRecord Customer(string name) => OneChange.RowOf(Customers, ("id", DataValue.FromInt64(1004)),
        ("first_name", DataValue.FromText(name)), ("email", DataValue.FromText("annek@noanswer.org")));

    private static DataRecord CustomerKey() => OneChange.RowOf(
        new TableSchema("inventory", "customers", [Column("id", "int", isKey: true)], [0]), ("id", DataValue.FromInt64(1004)));

    private static ColumnSchema Column(string name, string type, bool isKey = false)
        => new() { Name = name, TypeName = type, IsPrimaryKey = isKey };
}
