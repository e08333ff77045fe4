using System.Buffers;
using CdcEmbedded.Formats;
using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>Documents whose bytes are damaged: who reads them learns which field of which collection, where, and what the bytes
/// are (R77).</summary>
public sealed class UndecodableValueTests
{
    public static TheoryData<string, string, string, string, string> Ways => new()
    {
        { "note", "typed", "note", "string", "05000000c34f544500" },
        { "note", "typed by index", "note", "string", "05000000c34f544500" },
        { "note", "envelope", "note", "string", "05000000c34f544500" },
        { "note", "debezium", "note", "string", "05000000c34f544500" },
        { "flag", "typed", "flag", "bool", "02" },
        { "flag", "by index", "flag", "bool", "02" },
        { "flag", "by name", "flag", "bool", "02" },
        { "flag", "enumerated", "flag", "bool", "02" },
        { "flag", "envelope", "flag", "bool", "02" },
        { "flag", "detached", "flag", "bool", "02" },
        { "text", "nested", "lines.1.text", "string", "05000000c345585400" },
        { "text", "envelope", "lines.1.text", "string", "05000000c345585400" },
        { "text", "debezium", "lines.1.text", "string", "05000000c345585400" },
        { "text", "array as text", "lines.1.text", "string", "05000000c345585400" },
        { "length", "nested", "lines.1.len", "object", "0d000000106100010000000000" },
        { "length", "envelope", "lines.1.len", "object", "0d000000106100010000000000" },
        { "name", "enumerated", "\ufffdAME", "int", "01000000" },
        { "name", "name by index", "\ufffdAME", "int", "01000000" },
        { "key", "key", "region", "string", "05000000c345595300" },
        { "key", "envelope", "region", "string", "05000000c345595300" },
        { "news", "update", "updateDescription.updatedFields.note", "string", "05000000c345575300" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_damaged_field_is_refused_with_its_path_collection_position_type_and_bytes(string part, string way, string path,
        string type, string bytes)
    {
        var change = DamagedEvents.Change(DamagedEvents.Update(part));

        var failure = Assert.Throws<ValueDecodingException>(() => Read(change, way));

        Assert.Equal(("shop", "orders", path, type), (failure.Database, failure.Table, failure.Column, failure.ServerType));
        Assert.Equal(change.EventId, failure.Position);
        Assert.Equal(bytes, Convert.ToHexStringLower(failure.RawBytes.Span));
        Assert.StartsWith($"Field '{path}' of shop.orders ({type}) at {change.EventId} cannot be decoded: ", failure.Message,
            StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public void Other_fields_and_other_documents_can_be_read()
    {
        var changes = DamagedEvents.Assembler().Process(DamagedEvents.Batch(
            DamagedEvents.Update("flag", 1), DamagedEvents.Update("none", 2), DamagedEvents.Update("note", 3))).Entries[0].Changes!;

        Assert.Equal([7L, 7L, 7L], Enumerable.Range(0, 3).Select(i => changes.ToEvent(i).After.GetInt64("last")));
        var failure = Assert.Throws<ValueDecodingException>(() => changes.ToEvent(2).After.GetString("note"));
        Assert.Equal(changes.ToEvent(2).EventId, failure.Position);
    }

    [Fact]
    public void A_document_whose_fields_cannot_be_found_is_refused_with_its_collection_and_position()
    {
        var change = DamagedEvents.Change(DamagedEvents.Update("length"));
        var inner = change.After["lines"].AsValues()[1].AsRecord();
        foreach (var read in (Action[])[() => _ = inner.Count, () => _ = inner["gone"], () => inner.TryGetValue("gone", out _)])
        {
            var failure = Assert.Throws<ValueDecodingException>(read);
            Assert.Equal(("orders", "lines.1.len", change.EventId), (failure.Table, failure.Column, failure.Position));
        }
    }

    [Fact]
    public void A_field_that_a_record_does_not_have_is_out_of_range_before_and_after_its_fields()
    {
        var record = RawBson.Parse("""{"a":1,"b":2}""").ToRecord();
        Assert.Throws<ArgumentOutOfRangeException>(() => record[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => record[2]);
    }

    [Fact]
    public void A_nested_value_that_was_copied_out_of_its_batch_does_not_keep_the_batch()
    {
        var (value, batch) = Detached();
        GC.Collect();
        Assert.False(batch.IsAlive);
        Assert.Equal("""{"a":1}""", value.ToString());
        Assert.Equal(1, value.AsRecord()["a"].AsInt64());
    }

    [Theory]
    [InlineData("flag")]
    [InlineData("note")]
    public void The_bytes_of_a_hidden_field_are_in_no_exception(string part)
    {
        var mapped = DamagedEvents.Change(DamagedEvents.Update(part), Transform.Truncate("shop.orders.note", 2),
            Transform.Hash("shop.orders.flag", "a salt of enough length")).After;
        foreach (var read in (Action<DataRecord>[])[record => _ = record.GetString(part), record => _ = record[part].AsString(),
            record => _ = record[record.Select(field => field.Name).TakeWhile(name => name != part).Count()].AsString()])
        {
            var failure = Assert.ThrowsAny<CdcProtocolException>(() => read(mapped));
            Assert.True(failure is not ValueDecodingException value || (value.RawBytes.IsEmpty && value.InnerException is null));
        }
    }

    [Fact]
    public void A_mask_needs_no_value()
        => Assert.Equal("***", DamagedEvents.Change(DamagedEvents.Update("flag"), Transform.Mask("shop.orders.flag")).After[2].AsString());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_event_whose_fields_cannot_be_found_ends_the_stream_or_is_skipped_with_a_notice(bool skips)
    {
        var assembler = DamagedEvents.Assembler(skips);
        var entries = assembler.Process(DamagedEvents.Batch(
            DamagedEvents.Update("none", 1), DamagedEvents.Torn(2), DamagedEvents.Update("none", 3))).Entries;

        Assert.Equal(1L, entries[0].Changes!.ToEvent(0).After.GetInt64("_id"));
        if (!skips)
        {
            Assert.Single(entries);
            var failure = Assert.Throws<ValueDecodingException>(() => assembler.Failure!.Throw());
            Assert.Equal(("fullDocument", DamagedEvents.Token(2), "object"), (failure.Column, failure.Position, failure.ServerType));
            Assert.NotEqual(0, failure.RawLength);
            Assert.Equal(ResumeTokens.TextOf(assembler.Point.Token), DamagedEvents.Token(1));
            return;
        }

        var notice = Assert.IsType<Notice>(entries[1].Item);
        Assert.Equal(NoticeKind.EventSkipped, notice.Kind);
        Assert.Contains(DamagedEvents.Token(2), notice.Message, StringComparison.Ordinal);
        Assert.Contains(DamagedEvents.Token(2), notice.Offset.ToString(), StringComparison.Ordinal);
        Assert.Equal(3L, entries[2].Changes!.ToEvent(0).After.GetInt64("_id"));
        Assert.Null(assembler.Failure);
    }

    private static (DataValue Value, WeakReference Batch) Detached()
    {
        var change = DamagedEvents.Change(DamagedEvents.Update("none"));
        var value = change.After["lines"].AsValues()[1].AsRecord()["len"];
        return (value.Detach(), new WeakReference(MemoryMarshalOf(value)));
    }

    private static byte[] MemoryMarshalOf(DataValue value)
        => System.Runtime.InteropServices.MemoryMarshal.TryGetArray(value.AsBytes(), out var bytes) ? bytes.Array! : [];

    private static void Read(DataRecord nested)
    {
        nested.GetString("text");
        _ = nested["len"];
    }

    private static void Read(ChangeEvent change, string way)
    {
        var after = change.After;
        switch (way)
        {
            case "typed" when after["flag"].Kind == ValueKind.Boolean: after.GetString("note"); break;
            case "typed": after.GetBoolean("flag"); break;
            case "typed by index": after.GetString(1); break;
            case "by index": _ = after[2]; break;
            case "by name": _ = after["flag"]; break;
            case "enumerated": foreach (var _ in after) { } break;
            case "name by index": after.GetName(4); break;
            case "detached": _ = after.Detach()["flag"]; break;
            case "nested": Read(after["lines"].AsValues()[1].AsRecord()); break;
            case "array as text": after["lines"].AsString(); break;
            case "key": change.Key.GetString("region"); break;
            case "update": ((MongoSourceInfo)change.Source).UpdateDescription.UpdatedFields.GetString("note"); break;
            case "envelope": new EnvelopeJson().ToJson(change); break;
            case "debezium": new DebeziumJson().Write(new ArrayBufferWriter<byte>(), change); break;
            default: throw new ArgumentOutOfRangeException(nameof(way));
        }
    }
}
