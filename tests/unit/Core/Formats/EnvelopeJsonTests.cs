using System.Buffers;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Formats;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Formats;

public sealed class EnvelopeJsonTests
{
    private static readonly FixedTime Clock = new(1_710_000_000_123);

    private static EnvelopeJson Writer(bool transactions = false)
        => new(new EnvelopeJsonOptions { IncludeTransaction = transactions, TimeProvider = Clock });

    [Fact]
    public void An_update_has_all_members_in_their_order()
    {
        using var json = Writer();
        var change = new OneChange(
            ChangeOperation.Update,
            OneChange.Row(("id", DataValue.FromInt64(7)), ("qty", DataValue.FromInt64(1))),
            OneChange.Row(("id", DataValue.FromInt64(7)), ("qty", DataValue.FromInt64(2))),
            OneChange.Row(("id", DataValue.FromInt64(7))));

        Assert.Equal(
            """{"before":{"id":7,"qty":1},"after":{"id":7,"qty":2},"source":"""
            + """{"connector":"mysql","name":"tail","ts_ms":1709987638123,"snapshot":"false","db":"shop","table":"orders","""
            + "\"file\":\"binlog.000007\","
            + "\"pos\":4},\"op\":\"u\",\"ts_ms\":1710000000123,\"transaction\":null,\"key\":{\"id\":7}}",
            json.ToJson(change.Event));
    }

    [Fact]
    public async Task The_time_is_that_of_the_clock_however_often_it_is_written()
    {
        using var json = new EnvelopeJson();
        var change = OneChange.Insert(("id", DataValue.FromInt64(7)));
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                // The system counts milliseconds in steps of up to 16.
                var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 20;
                var written = JsonDocument.Parse(json.ToJson(change)).RootElement.GetProperty("ts_ms").GetInt64();
                Assert.InRange(written, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            }

            await Task.Delay(25);
        }
    }

    [Fact]
    public void Both_halves_of_a_key_change_have_the_key_of_the_other()
    {
        using var json = Writer();
        var (old, current) = (OneChange.Row(("id", DataValue.FromInt64(7))), OneChange.Row(("id", DataValue.FromInt64(8))));

        Assert.EndsWith("\"key\":{\"id\":7},\"related_key\":{\"id\":8}}",
            json.ToJson(new OneChange(ChangeOperation.Delete, old, default, old, relatedKey: current).Event), StringComparison.Ordinal);
        Assert.EndsWith("\"key\":{\"id\":8},\"related_key\":{\"id\":7}}",
            json.ToJson(new OneChange(ChangeOperation.Create, default, current, current, relatedKey: old).Event), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", """{"a":{"$json":null},"b":null}""")]
    [InlineData(" null ", """{"a":{"$json": null },"b":null}""")]
    [InlineData("""{"$json": null}""", """{"a":{"$json":{"$json": null}},"b":null}""")]
    [InlineData("""{"\u0024json": 1, "b": 2}""", """{"a":{"$json":{"\u0024json": 1, "b": 2}},"b":null}""")]
    [InlineData("""{"$patch": []}""", """{"a":{"$json":{"$patch": []}},"b":null}""")]
    [InlineData("""{"$bytes": "Yf8="}""", """{"a":{"$json":{"$bytes": "Yf8="}},"b":null}""")]
    [InlineData("""{"a": {"$bytes": ""}}""", """{"a":{"a": {"$bytes": ""}},"b":null}""")]
    [InlineData("""{"b": null}""", """{"a":{"b": null},"b":null}""")]
    [InlineData("[null]", """{"a":[null],"b":null}""")]
    [InlineData("\"null\"", """{"a":"null","b":null}""")]
    public void A_JSON_document_null_is_marked_if_asked_for(string document, string after)
    {
        var bytes = Encoding.UTF8.GetBytes(document);
        foreach (var value in (DataValue[])[DataValue.FromJson(document), DataValue.FromJson(bytes, 0, bytes.Length, null)])
        {
            using var marking = new EnvelopeJson(new EnvelopeJsonOptions { MarkJsonNull = true, TimeProvider = Clock });
            using var plain = Writer();
            var change = OneChange.Insert(("a", value), ("b", DataValue.Null));

            Assert.StartsWith($"{{\"before\":null,\"after\":{after},", marking.ToJson(change), StringComparison.Ordinal);
            Assert.StartsWith($"{{\"before\":null,\"after\":{{\"a\":{document},\"b\":null}},", plain.ToJson(change),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Text_that_its_character_set_does_not_have_fails_or_is_written_as_bytes()
    {
        byte[] utf8 = [(byte)'a', 0xFF];
        byte[] other = [0x81];
        var strict = Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        var change = OneChange.Insert(("a", DataValue.FromText(utf8, 0, 2)), ("b", DataValue.FromText(other, 0, 1, strict)),
            ("c", DataValue.FromJson(utf8, 0, 2, null)), ("d", DataValue.FromText("x")));

        using var failing = Writer();
        Assert.Contains("'a'", Assert.Throws<ValueDecodingException>(() => failing.ToJson(change)).Message, StringComparison.Ordinal);
        using var lenient = new EnvelopeJson(new EnvelopeJsonOptions { UndecodableText = UndecodableText.Bytes, TimeProvider = Clock });
        Assert.StartsWith("""{"before":null,"after":{"a":{"$bytes":"Yf8="},"b":{"$bytes":"gQ=="},"c":{"$bytes":"Yf8="},"d":"x"},""",
            lenient.ToJson(change), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ChangeOperation.Create, "c")]
    [InlineData(ChangeOperation.Update, "u")]
    [InlineData(ChangeOperation.Delete, "d")]
    [InlineData(ChangeOperation.Read, "r")]
    [InlineData(ChangeOperation.Truncate, "t")]
    public void Each_operation_has_its_letter_and_missing_records_are_null(ChangeOperation operation, string letter)
    {
        using var json = Writer();
        using var document = JsonDocument.Parse(json.ToJson(new OneChange(operation, default, default).Event));
        Assert.Equal(letter, document.RootElement.GetProperty("op").GetString());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("before").ValueKind);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("after").ValueKind);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("key").ValueKind);
        Assert.Equal(operation == ChangeOperation.Read ? "true" : "false", document.RootElement.GetProperty("source")
            .GetProperty("snapshot").GetString());
    }

    [Fact]
    public void Every_kind_of_notice_and_of_schema_change_has_a_word_of_its_own()
    {
        var notices = Enum.GetValues<NoticeKind>().Select(kind => Encoding.UTF8.GetString(EnvelopeWords.Word(kind))).ToList();
        Assert.Equal(notices.Count, notices.Distinct().Count());
        var changes = Enum.GetValues<SchemaChangeKind>().Select(kind => Encoding.UTF8.GetString(EnvelopeWords.Word(kind))).ToList();
        Assert.Equal(changes.Count, changes.Distinct().Count());
    }

    [Theory]
    [InlineData(NoticeKind.PositionLost, "position_lost")]
    [InlineData(NoticeKind.Incident, "incident")]
    [InlineData(NoticeKind.StatementChange, "statement_change")]
    [InlineData(NoticeKind.TableSkipped, "table_skipped")]
    [InlineData(NoticeKind.DataLoss, "data_loss")]
    [InlineData(NoticeKind.TransactionMissed, "transaction_missed")]
    [InlineData(NoticeKind.SignalRejected, "signal_rejected")]
    [InlineData(NoticeKind.HistorySkipped, "history_skipped")]
    [InlineData(NoticeKind.EventSkipped, "event_skipped")]
    public void A_notice_has_its_kind_and_message_and_no_source_if_it_is_from_no_event(NoticeKind kind, string word)
    {
        using var json = Writer();
        var insert = OneChange.Insert();
        var position = insert.Set.GetPosition(0);

        Assert.Equal($$"""{"notice":"{{word}}","message":"gone","db":"","table":"","source":null,"ts_ms":1710000000123}""",
            json.ToJson(new Notice(kind, "gone", position)));
        var buffer = new ArrayBufferWriter<byte>();
        json.Write(buffer, new Notice(kind, "gone", position) { Database = "shop", Table = "orders", Source = insert.Source });
        Assert.StartsWith($$$"""{"notice":"{{{word}}}","message":"gone","db":"shop","table":"orders","source":{"connector":"mysql",""",
            Encoding.UTF8.GetString(buffer.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void With_the_option_the_transaction_is_written()
    {
        using var json = Writer(transactions: true);
        Assert.Contains(
            """{"id":"3e11fa47-71ca-11e1-9e33-c80aa9429562:23","total_order":5,"data_collection_order":2}""",
            json.ToJson(OneChange.Insert()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_provisional_change_says_so_in_its_transaction()
    {
        using var json = Writer(transactions: true);
        var change = new OneChange(ChangeOperation.Create, default, OneChange.Row(), isProvisional: true);
        Assert.Contains("\"data_collection_order\":2,\"provisional\":true}", json.ToJson(change.Event), StringComparison.Ordinal);
    }

    [Fact]
    public void With_the_option_a_change_without_transaction_has_null()
    {
        using var json = Writer(transactions: true);
        var change = new OneChange(ChangeOperation.Create, default, OneChange.Row(), inTransaction: false);
        Assert.Contains("\"transaction\":null", json.ToJson(change.Event), StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_field_is_omitted_and_a_null_is_null()
    {
        using var json = Writer();
        var change = OneChange.Insert(("a", DataValue.Absent), ("b", DataValue.Null), ("c", DataValue.FromInt64(1)));
        Assert.Contains("""{"b":null,"c":1}""", json.ToJson(change), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_need_escaping_are_escaped_with_and_without_a_schema()
    {
        const string name = "a\"b\\c\n";
        var schema = new TableSchema("shop", "orders", [new ColumnSchema { Name = name, TypeName = "int" }], [0]);
        var row = OneChange.RowOf(schema, (name, DataValue.FromInt64(1)));
        using var json = Writer();
        foreach (var change in new[] { new OneChange(ChangeOperation.Create, default, row).Event,
            OneChange.Insert((name, DataValue.FromInt64(1))) })
        {
            var text = json.ToJson(change);
            Assert.DoesNotContain('\n', text);
            using var document = JsonDocument.Parse(text);
            Assert.Equal(1, document.RootElement.GetProperty("after").GetProperty(name).GetInt32());
        }
    }

    [Fact]
    public void A_key_whose_fields_have_other_indexes_than_the_schemas_columns_keeps_its_own_names()
    {
        var schema = new TableSchema("shop", "orders",
            [new ColumnSchema { Name = "note", TypeName = "text" }, new ColumnSchema { Name = "id", TypeName = "int" }], [1]);
        var after = OneChange.RowOf(schema, ("note", DataValue.FromText("x")), ("id", DataValue.FromInt64(7)));
        var key = OneChange.RowOf(schema, ("id", DataValue.FromInt64(7)));
        using var json = Writer();
        var text = json.ToJson(new OneChange(ChangeOperation.Create, default, after, key).Event);
        Assert.Contains("""{"note":"x","id":7}""", text, StringComparison.Ordinal);
        Assert.EndsWith("\"key\":{\"id\":7}}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_appends_the_same_text_and_one_writer_serves_many_changes_of_many_tables()
    {
        using var json = Writer();
        var output = new ArrayBufferWriter<byte>();
        var expected = new StringBuilder();
        for (var i = 0; i < 200; i++)
        {
            var name = "column" + i % 7;
            var schema = i % 2 == 0 ? new TableSchema("shop", "t" + i, [new ColumnSchema { Name = name, TypeName = "text" }], []) : null;
            var row = OneChange.RowOf(schema, (name, DataValue.FromText(new string('x', i * 200))));
            var change = new OneChange(ChangeOperation.Create, default, row).Event;
            json.Write(output, change);
            expected.Append(json.ToJson(change));
        }

        Assert.Equal(expected.ToString(), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void A_row_of_several_megabytes_passes_and_the_next_one_too()
    {
        using var json = Writer();
        var large = json.ToJson(OneChange.Insert(("t", DataValue.FromText(new string('é', 3_000_000)))));
        Assert.True(large.Length > 3_000_000);
        var small = json.ToJson(OneChange.Insert(("t", DataValue.FromText("é"))));
        Assert.Contains("\"after\":{\"t\":\"é\"}", small, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_takes_nothing_where_a_value_is_damaged_and_serves_the_next_change()
    {
        using var json = Writer();
        var output = new ArrayBufferWriter<byte>();
        var damaged = OneChange.Insert(("a", DataValue.FromText(new string('x', 100_000))), ("b", DataValue.FromText([0xC3, 0x28], 0, 2)));
        var error = Assert.Throws<ValueDecodingException>(() => json.Write(output, damaged));
        Assert.StartsWith("A document of shop.orders, change id: Field 'b' cannot be decoded: ", error.Message, StringComparison.Ordinal);
        Assert.Equal("b", error.Column);
        Assert.Equal(0, output.WrittenCount);
        Assert.Contains("\"after\":{\"a\":1}", json.ToJson(OneChange.Insert(("a", DataValue.FromInt64(1)))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_transactions_begin_and_end_are_as_Debezium_writes_them()
    {
        using var json = Writer();
        var transaction = new OneChange.SomeTransaction();
        Assert.Equal(
            """{"status":"BEGIN","id":"3e11fa47-71ca-11e1-9e33-c80aa9429562:23","event_count":null,"""
                + "\"data_collections\":null,\"ts_ms\":1709987638123}",
            json.ToJson(new TransactionBegin(transaction, new PlainPosition())));
        Assert.Equal(
            """{"status":"END","id":"3e11fa47-71ca-11e1-9e33-c80aa9429562:23","event_count":3,"""
            + "\"data_collections\":[{\"data_collection\":\"shop.orders\","
            + "\"event_count\":2},{\"data_collection\":\"shop.lines\",\"event_count\":1}],\"ts_ms\":1709987638123}",
            json.ToJson(new TransactionEnd(transaction, 3, [new("shop.orders", 2), new("shop.lines", 1)], new PlainPosition())));
    }
}
