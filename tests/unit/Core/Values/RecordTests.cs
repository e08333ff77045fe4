using CdcEmbedded.Sources;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Values;

public sealed class RecordTests
{
    private static readonly TableSchema Schema = new("shop", "orders",
        [new ColumnSchema { Name = "id", TypeName = "bigint" }, new ColumnSchema { Name = "Note", TypeName = "text" }], [0]);

    [Fact]
    public void Fields_read_by_place_and_by_name_whatever_its_case_in_a_schema()
    {
        var record = new DataRecord(new SchemaSet(), 0);
        Assert.Equal(2, record.Count);
        Assert.Equal(7, record[0].AsInt64());
        Assert.Equal(7, record["id"].AsInt64());
        Assert.Equal("hi", record["note"].AsString());
        Assert.Equal("{id: 7, Note: hi}", record.ToString());
        Assert.Contains("id, Note", Assert.Throws<KeyNotFoundException>(() => record["nothing"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => record[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => record.GetName(-1));
    }

    [Fact]
    public void A_document_without_the_field_gives_absent()
    {
        var record = new DataRecord(new DetachedRecordSet(null, ["a"], [DataValue.Null]), 0);
        Assert.True(record["b"].IsAbsent);
        Assert.True(record.TryGetValue("a", out var value) && value.IsNull);
        Assert.False(record.TryGetValue("b", out _));
    }

    [Fact]
    public void No_record_has_no_fields_and_says_so()
    {
        DataRecord none = default;
        Assert.False(none.HasValue);
        Assert.Equal("", none.ToString());
        Assert.Empty(none);
        Assert.Throws<InvalidOperationException>(() => none["id"]);
        Assert.False(none.Detach().HasValue);
    }

    [Fact]
    public void Detach_copies_names_and_values()
    {
        var copy = new DataRecord(new SchemaSet(), 0).Detach();
        Assert.Equal("{id: 7, Note: hi}", copy.ToString());
        Assert.Same(Schema, copy.Schema);
    }

    [Fact]
    public void TableSchema_finds_columns_and_refuses_two_of_one_name()
    {
        Assert.Equal(1, Schema.IndexOf("NOTE"));
        Assert.Equal(-1, Schema.IndexOf("x"));
        Assert.Equal("shop.orders", Schema.FullName);
        var column = new ColumnSchema { Name = "a", TypeName = "int" };
        Assert.Throws<ArgumentException>(() => new TableSchema("d", "t", [column, column], []));
    }

    [Fact]
    public void ChangeEventBuilder_builds_events_as_a_source_would()
    {
        var change = ChangeEventBuilder.Update("shop.orders", ScriptedRow.Of(("id", 1), ("total", 2m)),
            ScriptedRow.Of(("id", 1), ("total", 3m)))
            .WithTransaction(4, 2).Build();

        Assert.Equal(ChangeOperation.Update, change.Operation);
        Assert.Equal(("shop", "orders"), (change.Database, change.Table));
        Assert.Equal(1, change.Key["id"].AsInt64());
        Assert.Equal((2m, 3m), (change.Before["total"].AsDecimal(), change.After["total"].AsDecimal()));
        Assert.Equal(2, change.TotalOrder);
        Assert.Equal("scripted:4", change.Transaction?.Id);
        Assert.False(ChangeEventBuilder.Truncate("a.b").Build().After.HasValue);
        Assert.Throws<ArgumentException>(() => ChangeEventBuilder.Insert("orders", ("id", 1)).Build());
        Assert.Throws<ArgumentException>(() => ChangeEventBuilder.Insert("a.b", ("id", 1)).WithKey("other").Build());
        Assert.Throws<ArgumentException>(() => ScriptedValue.From(new object()));
    }

    [Fact]
    public void A_scripted_SET_or_ENUM_reads_as_one_of_a_server()
    {
        var change = ChangeEventBuilder.Insert("a.b", ("s", (string[])["a", "c"]), ("t", ScriptedValue.Set("c,a", "a", "b", "c")),
            ("e", ScriptedValue.Enum("y", "x", "y")), ("n", Array.Empty<string>())).Build();

        Assert.Equal((ValueKind.Set, "a,c"), (change.After["s"].Kind, change.After["s"].AsString()));
        Assert.Equal(["a", "c"], change.After["t"].AsStrings());
        Assert.Equal(5UL, change.After["t"].AsUInt64());
        Assert.Equal((ValueKind.Enum, "y", 2), (change.After["e"].Kind, change.After["e"].AsString(), change.After["e"].AsInt32()));
        Assert.Empty(change.After["n"].AsStrings());
        Assert.Throws<ArgumentException>(() => ScriptedValue.Set("a,d", "a", "b"));
        Assert.Throws<ArgumentException>(() => ScriptedValue.Set("", new string[65]));
        Assert.Throws<ArgumentException>(() => ScriptedValue.Enum("z", "x", "y"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"v":1}""")]
    [InlineData("""{"v":2,"source":"x"}""")]
    [InlineData("""{"v":"1","source":"x"}""")]
    [InlineData("""{"v":1,"source":""}""")]
    [InlineData("""{"v":1,"source":5}""")]
    [InlineData("""{"v":1,"source":"x"} {""")]
    [InlineData("""{"v":1,"source":"x"}x""")]
    [InlineData("""{"v":1.5,"source":"x"}""")]
    [InlineData("""{"v":3,"source":{"kind":"x"},"position":{}}""")]
    [InlineData("""{"v":2,"source":{"kind":"x"},"position":{},"notes":{"a":"\ud800"}}""")]
    [InlineData("""{"v":2,"source":{"kind":"x"},"position":{},"notes":{"\udc00":"a"}}""")]
    public void Offset_Parse_refuses_what_is_no_offset(string text) => Assert.Throws<OffsetFormatException>(() => CdcOffset.Parse(text));

    [Fact]
    public void Offset_keeps_its_text_and_compares_by_it()
    {
        const string Text = """{"v":1,"source":"mysql","file":"b.1"}""";
        var offset = CdcOffset.Parse(Text);
        Assert.Equal("mysql", offset.Connector);
        Assert.Equal(Text, offset.ToString());
        Assert.Equal(CdcOffset.Parse(Text), offset);
        Assert.NotEqual(CdcOffset.Parse("""{"v":1,"source":"mysql"}"""), offset);
    }

    private sealed class SchemaSet : RecordSet
    {
        public override TableSchema? Schema => RecordTests.Schema;

        public override int GetFieldCount(int record) => 2;

        public override string GetFieldName(int record, int field) => RecordTests.Schema.Columns[field].Name;

        public override int IndexOf(int record, string name) => RecordTests.Schema.IndexOf(name);

        public override DataValue GetValue(int record, int field)
            => field < GetFieldCount(record) ? field == 0 ? DataValue.FromInt64(7) : DataValue.FromText("hi")
            : throw new ArgumentOutOfRangeException(nameof(field));
    }
}
