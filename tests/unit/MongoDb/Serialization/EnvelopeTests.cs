using System.Text.Json;
using System.Text.Json.Nodes;
using CdcEmbedded.Formats;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Tests.Feed;

namespace CdcEmbedded.MongoDb.Tests.Serialization;

/// <summary>Events of MongoDB as JSON lines.</summary>
public sealed class EnvelopeTests
{
    private const string EveryType = """
        {"_id":{"$oid":"65ec4d1a9b1e8a0012c0ffee"},"int":{"$numberInt":"1"},"long":{"$numberLong":"9007199254740993"},"double":{"$numberDouble":"1.5"},
        "decimal":{"$numberDecimal":"1.10"},"text":"ü\"","true":true,"null":null,
        "date":{"$date":{"$numberLong":"1710000000123"}},"far":{"$date":{"$numberLong":"-99999999999999"}},
        "bytes":{"$binary":{"base64":"AQI=","subType":"00"}},"uuid":{"$uuid":"3b241101-e2bb-4255-8caf-4136c566a962"},
        "time":{"$timestamp":{"t":1,"i":2}},"expression":{"$regularExpression":{"pattern":"a+","options":"i"}},"code":{"$code":"f()"},
        "min":{"$minKey":1},"max":{"$maxKey":1},"nested":{"a":[{"$numberInt":"1"},{"b":{"$numberLong":"2"}},[]],"e":{}}}
        """;

    [Fact]
    public async Task Documents_are_relaxed_extended_json_whatever_they_hold()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync(EveryType);
        var reading = await fixture.OpenAsync(StartPosition.Earliest);
        await reading.NextAsync<SchemaChange>();
        var change = await reading.ChangeAsync();
        using var json = new EnvelopeJson();
        var envelope = JsonNode.Parse(json.ToJson(change))!;
        Assert.Equal(RawBson.Parse(EveryType).ToJson(), envelope["after"]!.ToJsonString(Relaxed));
        Assert.Null(envelope["before"]);
        Assert.Equal(
            ["connector", "name", "ts_ms", "snapshot", "db", "table", "rs", "collection", "ord", "lsid", "txnNumber", "wallTime",
                "operationType",
                "after_state", "before_state"],
            envelope["source"]!.AsObject().Select(p => p.Key));
    }

    [Theory]
    [InlineData("""{"$numberInt":"1"}""")]
    [InlineData("""{"$numberLong":"1"}""")]
    [InlineData("""{"$numberDouble":"1.0"}""")]
    [InlineData("""{"$numberDecimal":"1"}""")]
    [InlineData("""{"$oid":"65ec4d1a9b1e8a0012c0ffee"}""")]
    [InlineData("""{"$date":{"$numberLong":"1710000000123"}}""")]
    [InlineData("""{"$binary":{"base64":"OyQRAeK7QlWMr0E2xWapYg==","subType":"04"}}""")]
    [InlineData("""{"b":{"$numberInt":"1"},"a":{"$numberLong":"2"}}""")]
    [InlineData("\"1\"")]
    public async Task Keys_are_canonical_extended_json_so_that_keys_of_different_types_never_look_alike(string id)
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync($$"""{"_id":{{id}}}""");
        var reading = await fixture.OpenAsync(StartPosition.Earliest, items: false);
        using var json = new EnvelopeJson();
        var change = await reading.ChangeAsync();
        Assert.EndsWith($$$""","key":{"_id":{{{id}}}}}""", json.ToJson(change), StringComparison.Ordinal);
        Assert.EndsWith($$$""","key":{"_id":{{{id}}}}}""", json.ToJson(Kept(change)), StringComparison.Ordinal);

        // Reading the key by its fields first changes nothing.
        static ChangeEvent Kept(ChangeEvent change) => change.Key.Count == 1 ? change : throw new InvalidOperationException();
    }

    [Fact]
    public async Task Transactions_and_schema_changes_have_lines_of_their_own()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.TransactAsync(StreamFixture.Insert("""{"_id":1}"""), StreamFixture.Update(1, """{"$set":{"a":{"b":[1,2]}}}"""));
        await fixture.WriteAsync("""{"renameCollection":"shop.orders","to":"archive.orders"}""", "admin");
        await fixture.WriteAsync("""{"dropDatabase":1}""", "archive");
        var reading = await fixture.OpenAsync(StartPosition.Earliest);
        using var json = new EnvelopeJson(new EnvelopeJsonOptions { IncludeTransaction = true });

        var create = JsonNode.Parse(json.ToJson(await reading.NextAsync<SchemaChange>()))!;
        Assert.Equal(["schema_change", "operation", "source", "to", "details", "ts_ms"], create.AsObject().Select(p => p.Key));
        Assert.Equal(("create", "create", "orders"),
            ((string?)create["schema_change"], (string?)create["operation"], (string?)create["source"]!["table"]));
        var begin = JsonNode.Parse(json.ToJson(await reading.NextAsync<TransactionBegin>()))!;
        var insert = JsonNode.Parse(json.ToJson(await reading.ChangeAsync()))!;
        var update = JsonNode.Parse(json.ToJson(await reading.ChangeAsync()))!;
        Assert.Equal(("BEGIN", (string?)begin["id"]), ((string?)begin["status"], (string?)insert["transaction"]!["id"]));
        Assert.Equal((2, 2), ((int?)update["transaction"]!["total_order"], (int?)update["transaction"]!["data_collection_order"]));
        Assert.Equal("""{"a":{"b":[1,2]}}""", update["source"]!["updateDescription"]!["updatedFields"]!.ToJsonString());
        Assert.Equal(1, (int?)update["source"]!["txnNumber"]);
        Assert.NotNull((string?)update["source"]!["lsid"]);
        var end = JsonNode.Parse(json.ToJson(await reading.NextAsync<TransactionEnd>()))!;
        Assert.Equal(("END", 2), ((string?)end["status"], (int?)end["event_count"]));

        var rename = JsonNode.Parse(json.ToJson(await reading.NextAsync<SchemaChange>()))!;
        Assert.Equal(("rename", """{"db":"archive","table":"orders"}"""), ((string?)rename["schema_change"], rename["to"]!.ToJsonString()));
        var drop = JsonNode.Parse(json.ToJson(await reading.NextAsync<SchemaChange>()))!;
        Assert.Equal(("drop", null), ((string?)drop["schema_change"], drop["to"]));
        var all = JsonNode.Parse(json.ToJson(await reading.NextAsync<SchemaChange>()))!;
        Assert.Equal(("drop_database", "dropDatabase", "archive", ""), ((string?)all["schema_change"], (string?)all["operation"],
            (string?)all["source"]!["db"], (string?)all["source"]!["table"]));
    }

    [Fact]
    public async Task An_invalidate_is_yielded_before_the_stream_ends()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        fixture.Options = new MongoSourceOptions { Database = "shop", Collection = "orders", ShowExpandedEvents = false };
        var reading = await fixture.OpenAsync();
        await fixture.WriteAsync("""{"drop":"orders"}""");
        using var json = new EnvelopeJson();
        Assert.StartsWith("{\"schema_change\":\"drop\",", json.ToJson(await reading.NextAsync<SchemaChange>()), StringComparison.Ordinal);
        Assert.StartsWith("{\"schema_change\":\"invalidate\",", json.ToJson(await reading.NextAsync<SchemaChange>()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_document_is_named_and_nothing_is_written()
    {
        var bytes = RawBson.Parse("""{"text":"abc"}""").Bytes.ToArray();
        bytes[^3] = 0xFF;
        var record = new RawBson(bytes).ToRecord();
        using var json = new EnvelopeJson();
        var e = Assert.Throws<ValueDecodingException>(() => json.ToJson(new OneDocument(record).Event));
        Assert.Contains("shop.orders", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_were_copied_out_of_their_document_read_the_same()
    {
        var document = RawBson.Parse(EveryType).ToRecord();
        string[] names = [.. document.Select(field => field.Name)];
        DataValue[] values = [.. document.Select(field => field.Value.Detach())];
        using var json = new EnvelopeJson();
        var after =
            JsonNode.Parse(json.ToJson(new OneDocument(new DataRecord(new Sources.DetachedRecordSet(null, names, values), 0)).Event))![
            "after"]!;
        Assert.Equal("\"65ec4d1a9b1e8a0012c0ffee\"", after["_id"]!.ToJsonString());
        Assert.Equal("\"1.10\"", after["decimal"]!.ToJsonString());
        Assert.Equal("\"3b241101-e2bb-4255-8caf-4136c566a962\"", after["uuid"]!.ToJsonString());
        Assert.Equal("\"AQI=\"", after["bytes"]!.ToJsonString());
        Assert.Equal("\"-1199-02-15 14:13:20.001\"", after["far"]!.ToJsonString());
        Assert.Equal("""{"a":[1,{"b":2},[]],"e":{}}""", after["nested"]!.ToJsonString());
        Assert.Equal("""{"$timestamp":{"t":1,"i":2}}""", after["time"]!.ToJsonString());
        Assert.Equal("""{"$minKey":1}""", after["min"]!.ToJsonString());
    }

    private static JsonSerializerOptions Relaxed { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
