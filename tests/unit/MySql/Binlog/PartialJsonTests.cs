using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Binlog.Json;
using CdcEmbedded.MySql.Binlog.Rows;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Updates of JSON columns that are logged as differences.</summary>
public class PartialJsonTests
{
    private static readonly KeyedValues Before = new()
    {
        ["a"] = new List<object?> { 1L, new List<object?> { "x", null }, new KeyedValues { ["n"] = 2.5 } },
        ["bb"] = "text",
        ["a b"] = true,
        ["é\"\\"] = 7L,
    };

    [Fact]
    public void Random_differences_give_the_same_document_as_a_model()
        => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var model = PartialJsonEvents.RandomObject(random, 4);
            var before = BinaryJsonWriter.Document(model, random.Next(4) == 0);
            var diffs = Enumerable.Range(0, random.Next(30)).SelectMany(_ => PartialJsonEvents.Change(random, model) ?? []).ToArray();

            var rows = PartialJsonEvents.Scan(PartialJsonEvents.Map, PartialJsonEvents.Body(before, diffs));

            var wanted = JsonBinary.Instance.ToJsonText(BinaryJsonWriter.Document(model));
            Assert.True(rows.IsPartial(1, 1));
            Assert.Equal(wanted, rows.GetValue(1, 1).AsString());
            Assert.Equal(wanted, rows.GetAfterValue(0, 1).Detach().AsString());
            Assert.Equal(JsonBinary.Instance.ToJsonText(before), rows.GetValue(0, 1).AsString());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Theory]
    [InlineData("$.bb", """{"a": [1, ["x", null], {"n": 2.5}], "bb": 9, "a b": true, "é\"\\": 7}""")]
    [InlineData("$.\"a b\"", """{"a": [1, ["x", null], {"n": 2.5}], "bb": "text", "a b": 9, "é\"\\": 7}""")]
    [InlineData("$.\"\\u00e9\\\"\\\\\"", """{"a": [1, ["x", null], {"n": 2.5}], "bb": "text", "a b": true, "é\"\\": 9}""")]
    [InlineData("$.a[last].n", """{"a": [1, ["x", null], {"n": 9}], "bb": "text", "a b": true, "é\"\\": 7}""")]
    [InlineData("$.a[last-1][0]", """{"a": [1, [9, null], {"n": 2.5}], "bb": "text", "a b": true, "é\"\\": 7}""")]
    public void Paths_lead_to_members_and_cells(string path, string expected)
        => Assert.Equal(expected, After(PartialJsonEvents.Diff(JsonDiffOperation.Replace, path, 9L)).AsString());

    [Theory]
    [InlineData(0, "$.nosuch")]
    [InlineData(0, "$.a[3]")]
    [InlineData(0, "$.a[last-3]")]
    [InlineData(0, "$.a.n")]
    [InlineData(0, "$[0]")]
    [InlineData(0, "$.bb.c")]
    [InlineData(0, "$.bb[0]")]
    [InlineData(0, "$")]
    [InlineData(1, "$")]
    [InlineData(1, "$.bb")]
    [InlineData(1, "$.a.n")]
    [InlineData(1, "$[0]")]
    [InlineData(1, "$.no.such")]
    [InlineData(2, "$.nosuch")]
    [InlineData(2, "$.a[3]")]
    [InlineData(2, "$")]
    [InlineData(0, "")]
    [InlineData(0, "a")]
    [InlineData(0, "$.")]
    [InlineData(0, "$..a")]
    [InlineData(0, "$.*")]
    [InlineData(0, "$.a[*]")]
    [InlineData(0, "$.a[]")]
    [InlineData(0, "$.a[-1]")]
    [InlineData(0, "$.a[+1]")]
    [InlineData(0, "$.a[1")]
    [InlineData(0, "$.a[last+1]")]
    [InlineData(0, "$.a[lastly]")]
    [InlineData(0, "$.a[99999999999]")]
    [InlineData(0, "$.\"a")]
    [InlineData(0, "$.\"a\\x\"")]
    [InlineData(0, "$.\"\\u12\"")]
    [InlineData(0, "$.\"\\ud800\"")]
    [InlineData(0, "$.\"\\ud800\\u0041\"")]
    [InlineData(0, "$.\"\\udc00\"")]
    [InlineData(0, "$ .a")]
    internal void What_does_not_fit_the_document_names_table_column_and_path(byte operation, string path)
    {
        var value = After(PartialJsonEvents.Diff((JsonDiffOperation)operation, path, 9L));

        var e = Assert.Throws<CdcProtocolException>(value.AsString);

        Assert.Contains("db.t, column 2", e.Message, StringComparison.Ordinal);
        Assert.Contains($"'{path}'", e.Message, StringComparison.Ordinal);
        Assert.Equal("PARTIAL_UPDATE_ROWS_EVENT", e.EventType);
    }

    [Fact]
    public void A_value_is_inserted_before_a_cell_and_after_the_last_one_if_there_is_no_such_cell()
    {
        var model = new List<object?> { 1L };
        byte[] diffs = [.. PartialJsonEvents.Diff(JsonDiffOperation.Insert, "$[9]", 3L),
            .. PartialJsonEvents.Diff(JsonDiffOperation.Insert, "$[1]", 2L),
            .. PartialJsonEvents.Diff(JsonDiffOperation.Insert, "$[last-7]", 0L),
                .. PartialJsonEvents.Diff(JsonDiffOperation.Remove, "$[1]")];

        Assert.Equal("[0, 2, 3]", After(diffs, model).AsString());
    }

    [Fact]
    public void Without_differences_the_document_stays_as_it_was()
    {
        Assert.Equal("""{"a": [1, ["x", null], {"n": 2.5}], "bb": "text", "a b": true, "é\"\\": 7}""", After([]).AsString());
        Assert.Equal("null", PartialJsonEvents.Scan(PartialJsonEvents.Map, PartialJsonEvents.Body([], [])).GetValue(1, 1).AsString());
    }

    [Fact]
    public void Without_the_old_document_the_value_is_the_patch()
    {
        byte[] diffs = [.. PartialJsonEvents.Diff(JsonDiffOperation.Replace, "$.a", 2.0),
            .. PartialJsonEvents.Diff(JsonDiffOperation.Insert, "$.\"q\\\"\"", Before),
            .. PartialJsonEvents.Diff(JsonDiffOperation.Remove, "$.c[1]")];
        byte[] body = [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 1, 2, 0, 1, 1, 1, 0, .. BitConverter.GetBytes(diffs.Length), .. diffs];
        var value = PartialJsonEvents.Scan(PartialJsonEvents.Map, body).GetAfterValue(0, 1);

        Assert.Equal(ValueKind.JsonPatch, value.Kind);
        Assert.Equal("[{\"op\": \"replace\", \"path\": \"$.a\", \"value\": 2.0}, "
            + "{\"op\": \"insert\", \"path\": \"$.\\\"q\\\\\\\"\\\"\", \"value\": "
            + "{\"a\": [1, [\"x\", null], {\"n\": 2.5}], \"bb\": \"text\", \"a b\": true, \"é\\\"\\\\\": 7}}, "
                + "{\"op\": \"remove\", \"path\": \"$.c[1]\"}]", value.AsString());
        Assert.Equal(value.AsString(), value.Detach().AsString());
        Assert.Equal(value.AsString(), value.ToString());
    }

    [Theory]
    [InlineData(".a")]
    [InlineData("[0]")]
    public void A_path_of_two_hundred_thousand_parts_is_refused_without_depth(string part)
    {
        var diffs = PartialJsonEvents.Diff(JsonDiffOperation.Replace, "$" + string.Concat(Enumerable.Repeat(part, 200_000)), 1L);

        Assert.Throws<CdcProtocolException>(() => After(diffs).AsString());
    }

    [Fact]
    public void A_document_that_differences_make_null_or_like_a_mark_is_marked_as_one()
    {
        Assert.True(ValueJson.NeedsMark(PartialJsonEvents.Scan(PartialJsonEvents.Map,
            PartialJsonEvents.Body(BinaryJsonWriter.Document(null), [])).GetValue(1, 1)));
        Assert.True(ValueJson.NeedsMark(After(PartialJsonEvents.Diff(JsonDiffOperation.Insert, "$.\"$json\"", null), new KeyedValues())));
        Assert.False(ValueJson.NeedsMark(After(PartialJsonEvents.Diff(JsonDiffOperation.Replace, "$[0]", null), new List<object?> { 1L })));
    }

    [Fact]
    public void Differences_of_a_null_are_rejected()
    {
        byte[] diffs = PartialJsonEvents.Diff(JsonDiffOperation.Remove, "$.a");
        byte[] body = [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 3, 3, 2, 1, 1, 1, 0, 1, .. BitConverter.GetBytes(diffs.Length), .. diffs];
        var rows = PartialJsonEvents.Scan(PartialJsonEvents.Map, body);

        Assert.True(rows.GetValue(0, 1).IsNull);
        Assert.Contains("db.t, column 2", Assert.Throws<CdcProtocolException>(() => rows.GetValue(1, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_row_and_column_has_its_own_partial_flag()
    {
        // Nine JSON columns and a number between them; the after image lacks the first, so the bitmap counts more columns than
        // the image has.
        byte[] types = [245, 1, 245, 245, 245, 245, 245, 245, 245, 245];
        var map = TestEvents.Map(types, [4, 4, 4, 4, 4, 4, 4, 4, 4]);
        byte[] one = [3, 0, 0, 0, 5, 1, 0];
        byte[] array = [8, 0, 0, 0, 2, 1, 0, 7, 0, 5, 1, 0];
        byte[] diff = PartialJsonEvents.Diff(JsonDiffOperation.Replace, "$[0]", 2L);
        byte[] diffs = [.. BitConverter.GetBytes(diff.Length), .. diff];
        byte[] before = [0, 0, .. one, 7, .. one, .. one, .. one, .. one, .. one, .. one, .. one, .. array];
        byte[] partial = [1, 0, 1, 0, 0, 7, .. one, .. one, .. one, .. one, .. one, .. one, .. one, .. diffs];
        byte[] plain = [0, 2, 0, 8, .. one, .. one, .. one, .. one, .. one, .. one, .. array];
        byte[] allNull = [1, 0xff, 1, 0xfe, 1, 9];
        byte[] body = [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 10, 0xff, 3, 0xfe, 3, .. before, .. partial, .. before, .. plain, .. before,
            .. allNull];

        var rows = PartialJsonEvents.Scan(map, body);

        Assert.Equal(3, rows.RowCount);
        Assert.Equal([9], Enumerable.Range(0, 10).Where(c => rows.IsPartial(1, c)));
        Assert.Equal("[2]", rows.GetValue(1, 9).AsString());
        Assert.Equal(diffs, rows.GetRaw(1, 9).ToArray());
        Assert.Equal("1", rows.GetValue(1, 8).AsString());
        Assert.True(rows.IsAbsent(1, 0));
        Assert.Equal((7L, 8L, 9L), (rows.GetValue(1, 1).AsInt64(), rows.GetValue(3, 1).AsInt64(), rows.GetValue(5, 1).AsInt64()));
        Assert.True(rows.GetValue(3, 2).IsNull);
        Assert.Equal("[1]", rows.GetValue(3, 9).AsString());
        Assert.All(Enumerable.Range(2, 8), c => Assert.True(rows.IsNull(5, c)));
        Assert.False(rows.HasSame(0, 1, [9]));
        Assert.True(rows.HasSame(2, 3, [9]));
    }

    [Theory]
    [InlineData(new byte[] { 0, 1 }, "ends before the options")]
    [InlineData(new byte[] { 0, 1, 1 }, "ends in the bitmap")]
    [InlineData(new byte[] { 0, 1, 2, 0, 1 }, "unknown options: 2")]
    [InlineData(new byte[] { 0, 1, 252, 1, 0 }, "unknown options: 252")]
    [InlineData(new byte[] { 0, 1, 1, 1, 0, 9, 0, 0, 0 }, "extends past the end of the event")]
    public void A_damaged_head_is_rejected_with_its_position(byte[] rows, string message)
    {
        byte[] body = [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 1, 2, .. rows];

        var e = Assert.Throws<CdcProtocolException>(() => PartialJsonEvents.Scan(PartialJsonEvents.Map, body));

        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal("PARTIAL_UPDATE_ROWS_EVENT", e.EventType);
        Assert.True(e.PayloadOffset >= 13);
    }

    [Fact]
    public void The_memory_of_a_large_document_with_one_difference_does_not_grow_with_its_values()
    {
        var values = new List<object?>(Enumerable.Range(0, 100_000).Select(i => (object?)(long)(i % 100)));
        var before = BinaryJsonWriter.Document(values);
        var value = PartialJsonEvents.Scan(PartialJsonEvents.Map,
            PartialJsonEvents.Body(before, PartialJsonEvents.Diff(JsonDiffOperation.Replace, "$[50000]", "new")))
            .GetValue(1, 1);
        _ = value.AsString();
        var start = GC.GetAllocatedBytesForCurrentThread();
        var text = value.AsString();

        // The text in UTF-16 and little besides: its UTF-8 is in a pooled buffer.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - start, 0, (text.Length * 2) + 10_000);
        Assert.Contains(", 99, \"new\", 1, ", text, StringComparison.Ordinal);
    }

    private static DataValue After(byte[] diffs, object? before = null)
        => PartialJsonEvents.Scan(PartialJsonEvents.Map, PartialJsonEvents.Body(BinaryJsonWriter.Document(before ?? Before), diffs))
            .GetValue(1, 1);
}
