using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Bounds;
using CdcEmbedded.MySql.Transactions;
using CdcEmbedded.Testing;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Rows go from their bytes to JSON. The text must be that of their values: a set that has only values is the model.</summary>
public sealed class RowJsonTests
{
    private const int Columns = 72;

    private static readonly string[] Types = ["bigint", "varchar(50)", "decimal(10,2)", "int unsigned", "datetime(3)", "tinyint"];

    private static readonly string[] Texts =
    [
        "", "a", "plain text", new('x', 15), new('y', 16), "text that is longer than one vector of bytes", "with \"quotes\"", "C:\\path",
        "two\nlines", "tab\there", "Zürich", "日本", "😀", "<b>&'</b>", "\u007f", "\0",
    ];

    private static readonly byte[] NotUtf8 = [0x61, 0xff, 0x62];

    // A name that is longer than a vector, and one that JSON escapes.
    private static string NameOf(int column) => column switch
    {
        5 => "a_name_that_is_longer_than_a_vector",
        6 => "quoted \"name\"",
        7 => "straße",
        _ => $"c{column}",
    };

    private static TableMap Map()
    {
        byte[] types = [8, 15, 246, 3, 18, 1];
        byte[] metadata = [200, 0, 10, 2, 3];
        var kinds = Enumerable.Range(0, Columns).Select(i => types[i % types.Length]).ToArray();
        var all = Enumerable.Repeat(metadata, Columns / types.Length).SelectMany(m => m).ToArray();
        var definitions = Enumerable.Range(0, Columns).Select(i => new ColumnDefinition(NameOf(i), Types[i % Types.Length], true,
            Types[i % Types.Length] == "varchar(50)" ? "utf8mb4" : null)).ToList();
        Assert.True(TestEvents.Map(kinds, all).TryBind(definitions, false, out var map, out var mismatch), mismatch);
        return map;
    }

    /// <summary>An image: the bitmap of nulls over the columns that are present, then those that are not null.</summary>
    private static byte[] Image(Random random, IEnumerable<int> present, int nullEvery)
    {
        var columns = present.ToList();
        var nulls = new byte[(columns.Count + 7) / 8];
        var values = new List<byte>();
        for (var i = 0; i < columns.Count; i++)
        {
            if (nullEvery > 0 && random.Next(nullEvery) == 0)
            {
                nulls[i >> 3] |= (byte)(1 << (i & 7));
            }
            else
            {
                values.AddRange(Value(random, columns[i] % Types.Length));
            }
        }

        return [.. nulls, .. values];
    }

    private static byte[] Value(Random random, int type)
    {
        var number = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
        var eight = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(eight, number);
        switch (type)
        {
            case 0:
                return eight;
            case 1:
                var text = random.Next(20) == 0 ? NotUtf8 : Encoding.UTF8.GetBytes(Texts[random.Next(Texts.Length)]);
                return [(byte)text.Length, .. text];
            case 2:
                var magnitude = random.Next(4) == 0 ? 0 : random.Next(100_000_000);
                byte[] bytes = [0, 0, 0, 0, (byte)random.Next(100)];
                BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)magnitude | 0x8000_0000);
                return random.Next(3) == 0 ? [.. bytes.Select(b => (byte)~b)] : bytes;
            case 3:
                return eight[..4];
            case 4:
                // Zero, partial and impossible dates too.
                random.NextBytes(eight);
                eight[0] |= 0x80;
                return random.Next(5) == 0 ? [0x80, 0, 0, 0, 0, 0, 0] : [.. eight[..5], (byte)random.Next(40), eight[6]];
            default:
                return eight[..1];
        }
    }

    private static byte[] Bits(IEnumerable<int> columns)
    {
        var bits = new byte[(Columns + 7) / 8];
        foreach (var column in columns)
        {
            bits[column >> 3] |= (byte)(1 << (column & 7));
        }

        return bits;
    }

    private static void CheckSame(DataRecord record)
    {
        var actual = RowJson.Of(record, UndecodableText.Bytes);
        Assert.Equal(RowJson.Of(new DataRecord(new ValuesOnly(record), 0), UndecodableText.Bytes), actual);
        JsonDocument.Parse(actual).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void Many_columns_are_written_as_their_values_whichever_of_them_are_null(int nullEvery)
    {
        var random = new Random(nullEvery);
        var map = Map();
        var all = Enumerable.Range(0, Columns).ToList();
        var keySchema = new TableSchema("db", "t", [.. new[] { 70, 1, 5 }.Select(i => map.Schema!.Columns[i])], [0, 1, 2]);
        for (var run = 0; run < 20; run++)
        {
            var images = Enumerable.Range(0, 20).SelectMany(_ => Image(random, all, nullEvery)).ToArray();
            var rows = TestEvents.Scan(map, EventType.WriteRows, [Columns, .. Bits(all), .. images]);
            var keys = new KeyRecordSet(rows, keySchema, [70, 1, 5]);
            for (var row = 0; row < rows.RowCount; row++)
            {
                CheckSame(new DataRecord(rows, row));
                CheckSame(new DataRecord(keys, row));
            }
        }
    }

    [Fact]
    public void Columns_that_an_image_lacks_are_taken_from_the_other_one_or_omitted()
    {
        var random = new Random(3);
        var map = Map();
        for (var run = 0; run < 200; run++)
        {
            var before = Enumerable.Range(0, Columns).Where(_ => random.Next(3) > 0).ToList();
            var after = Enumerable.Range(0, Columns).Where(_ => random.Next(1 + (run % 4)) == 0).ToList();
            var rows = TestEvents.Scan(map, EventType.UpdateRows, [Columns, .. Bits(before), .. Bits(after),
                .. Image(random, before, 5), .. Image(random, after, 5)]);
            CheckSame(new DataRecord(rows, 0));
            CheckSame(new DataRecord(rows, 1));
        }

        var empty = TestEvents.Scan(map, EventType.DeleteRows, [Columns, .. Bits([])]);
        Assert.Equal("{}", RowJson.Of(new DataRecord(empty, 0)));
    }

    [Fact]
    public void A_damaged_value_is_refused_with_the_name_of_its_column_and_the_next_row_is_written()
    {
        var definitions = new ColumnDefinition[] { new("id", "int", false), new("price", "decimal(10,2)", false) };
        byte[] body = [77, 0, 0, 0, 0, 0, 1, 0, 2, (byte)'d', (byte)'b', 0, 1, (byte)'t', 0, 2, 3, 246, 2, 10, 2, 0];
        Assert.True(TableMap.Read(body, TestEvents.Format).TryBind(definitions, false, out var map, out var mismatch), mismatch);
        byte[] damaged = [0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0], valid = [0, 2, 0, 0, 0, 0x80, 0, 0, 5, 7];
        var rows = TestEvents.Scan(map, EventType.WriteRows, [2, 3, .. damaged, .. valid]);
        using var text = new JsonText();
        var records = new RecordJson(text, new EnvelopeJsonOptions());
        text.Raw("first "u8);
        var e = Assert.Throws<ValueDecodingException>(() => records.Write(RowJson.Item, new DataRecord(rows, 0)));
        Assert.StartsWith("Column 'price' of ", e.Message, StringComparison.Ordinal);
        text.Clear();
        records.Write(RowJson.Item, new DataRecord(rows, 1));
        Assert.Equal("{\"id\":2,\"price\":\"5.07\"}", Encoding.UTF8.GetString(text.Written));
    }

    [Fact]
    public async Task Masks_and_new_names_are_in_the_JSON_of_rows()
    {
        var path = Path.Combine(Path.GetTempPath(), $"cdcembedded-narrow-{Guid.NewGuid():N}.000001");
        try
        {
            NarrowLog.Write(path, 1);
            var run = await FeedRun.ReadAsync(new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [path] }));
            var set = run.Changes[1].Set;
            var rules = TransformSet.Create([Transform.Mask("db.narrow.name"), Transform.RenameColumns("db.narrow.price", "cost"),
                Transform.ExcludeColumns("db.narrow.at_time")]);
            using var json = new EnvelopeJson(new EnvelopeJsonOptions { TimeProvider = new VirtualTime() });
            Assert.StartsWith("{\"before\":null,\"after\":{\"id\":1,\"qty\":31,\"name\":\"item-9E3779B1-1\",\"price\":\"1.01\","
                + "\"at_time\":\"2024-02-02T01:00:01.001\",\"flag\":1},", json.ToJson(set.ToEvent(1)), StringComparison.Ordinal);
            Assert.StartsWith("{\"before\":null,\"after\":{\"id\":1,\"qty\":31,\"name\":\"***\",\"cost\":\"1.01\",\"flag\":1},",
                json.ToJson(Assert.IsType<TransformedSet>(rules?.ViewOf(set)).ToEvent(1)), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
