using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.Rows;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Typed reading goes from the bytes to the type. It must give what the conversion of the <see cref="DataValue"/> gives, errors
/// included: a set that has only values is the model.</summary>
public sealed class TypedReadingTests
{
    private static readonly Func<DataRecord, int, string, object?>[][] Reads =
    [
        Read((r, i) => r.GetBoolean(i), (r, n) => r.GetBoolean(n), r => r.Boolean(0)),
        Read((r, i) => r.GetBooleanOrNull(i), (r, n) => r.GetBooleanOrNull(n), r => r.BooleanOrNull(0)),
        Read((r, i) => r.GetInt32(i), (r, n) => r.GetInt32(n), r => r.Int32(0)),
        Read((r, i) => r.GetInt32OrNull(i), (r, n) => r.GetInt32OrNull(n), r => r.Int32OrNull(0)),
        Read((r, i) => r.GetInt64(i), (r, n) => r.GetInt64(n), r => r.Int64(0)),
        Read((r, i) => r.GetInt64OrNull(i), (r, n) => r.GetInt64OrNull(n), r => r.Int64OrNull(0)),
        Read((r, i) => r.GetUInt64(i), (r, n) => r.GetUInt64(n), r => r.UInt64(0)),
        Read((r, i) => r.GetUInt64OrNull(i), (r, n) => r.GetUInt64OrNull(n), r => r.UInt64OrNull(0)),
        Read((r, i) => r.GetSingle(i), (r, n) => r.GetSingle(n), r => r.Single(0)),
        Read((r, i) => r.GetSingleOrNull(i), (r, n) => r.GetSingleOrNull(n), r => r.SingleOrNull(0)),
        Read((r, i) => r.GetDouble(i), (r, n) => r.GetDouble(n), r => r.Double(0)),
        Read((r, i) => r.GetDoubleOrNull(i), (r, n) => r.GetDoubleOrNull(n), r => r.DoubleOrNull(0)),
        Read((r, i) => r.GetDecimal(i), (r, n) => r.GetDecimal(n), r => r.Decimal(0)),
        Read((r, i) => r.GetDecimalOrNull(i), (r, n) => r.GetDecimalOrNull(n), r => r.DecimalOrNull(0)),
        Read((r, i) => r.GetBigDecimal(i), (r, n) => r.GetBigDecimal(n), r => r.BigDecimal(0)),
        Read((r, i) => r.GetBigDecimalOrNull(i), (r, n) => r.GetBigDecimalOrNull(n), r => r.BigDecimalOrNull(0)),
        Read((r, i) => r.GetString(i), (r, n) => r.GetString(n), r => r.String(0)),
        Read((r, i) => r.GetStringOrNull(i), (r, n) => r.GetStringOrNull(n), r => r.StringOrNull(0)),
        Read((r, i) => Hex(r.GetBytes(i)), (r, n) => Hex(r.GetBytes(n)), r => Hex(r.Bytes(0))),
        Read((r, i) => Hex(r.GetBytesOrNull(i)), (r, n) => Hex(r.GetBytesOrNull(n)), r => Hex(r.BytesOrNull(0))),
        Read((r, i) => r.GetDate(i), (r, n) => r.GetDate(n), r => r.Date(0)),
        Read((r, i) => r.GetDateOrNull(i), (r, n) => r.GetDateOrNull(n), r => r.DateOrNull(0)),
        Read((r, i) => r.GetTimeSpan(i), (r, n) => r.GetTimeSpan(n), r => r.TimeSpan(0)),
        Read((r, i) => r.GetTimeSpanOrNull(i), (r, n) => r.GetTimeSpanOrNull(n), r => r.TimeSpanOrNull(0)),
        Read((r, i) => Text(r.GetDateTime(i)), (r, n) => Text(r.GetDateTime(n)), r => Text(r.DateTime(0))),
        Read((r, i) => Text(r.GetDateTimeOrNull(i)), (r, n) => Text(r.GetDateTimeOrNull(n)), r => Text(r.DateTimeOrNull(0))),
        Read((r, i) => r.GetDateTimeOffset(i), (r, n) => r.GetDateTimeOffset(n), r => r.DateTimeOffset(0)),
        Read((r, i) => r.GetDateTimeOffsetOrNull(i), (r, n) => r.GetDateTimeOffsetOrNull(n), r => r.DateTimeOffsetOrNull(0)),
        Read((r, i) => r.GetGuid(i), (r, n) => r.GetGuid(n), r => r.Guid(0)),
        Read((r, i) => r.GetGuidOrNull(i), (r, n) => r.GetGuidOrNull(n), r => r.GuidOrNull(0)),
        Read((r, i) => r.TryGetUtf8(i, out var utf8) ? Hex(utf8) : "none", (r, n) => r.TryGetUtf8(n, out var utf8) ? Hex(utf8) : "none",
            r => r.Value(0).TryGetUtf8(out var utf8) ? Hex(utf8) : "none"),
        Read((_, _) => null, (_, _) => null, r => (r.SByteOrNull(0), r.ByteOrNull(0), r.Int16OrNull(0), r.UInt16OrNull(0))),
        Read((_, _) => null, (_, _) => null, r => (r.UInt32OrNull(0), r.TimeOfDayOrNull(0), r.CalendarOrNull(0))),
    ];

    public static TheoryData<string> Recordings => RecordedTruth.Whole;

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Recorded_rows_are_read_as_their_values_convert(string name)
    {
        var run = await FeedRun.ReadAsync(FeedRun.Files(Recording.Get(name)));

        // Most ways of reading a value fail, and failures are slow: one row of each table and operation of each recording is enough.
        var seen = new Dictionary<string, int>();
        foreach (var change in run.Changes)
        {
            var table = $"{change.Database}.{change.Table} {change.Operation}";
            seen[table] = seen.GetValueOrDefault(table) + 1;
            if (seen[table] == 1)
            {
                CheckAll(change.Before);
                CheckAll(change.After);
                CheckAll(change.Key);
            }
        }

        Assert.NotEmpty(seen);
        CheckJson(run.Changes);
    }

    /// <summary>A writer expects of a column what it found there before. That must not show.</summary>
    private static void CheckJson(IEnumerable<ChangeEvent> changes)
    {
        var options = new EnvelopeJsonOptions { TimeProvider = new StandingTime(), UndecodableText = UndecodableText.Bytes };
        using var experienced = new EnvelopeJson(options);
        foreach (var change in changes.Take(500))
        {
            using var fresh = new EnvelopeJson(options);
            Assert.Equal(fresh.ToJson(change), experienced.ToJson(change));
        }
    }

    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }

    [Theory]
    [InlineData("tinyint", (byte)ColumnType.Tiny, new byte[0], 1)]
    [InlineData("tinyint unsigned", (byte)ColumnType.Tiny, new byte[0], 1)]
    [InlineData("smallint", (byte)ColumnType.Short, new byte[0], 2)]
    [InlineData("smallint unsigned", (byte)ColumnType.Short, new byte[0], 2)]
    [InlineData("mediumint", (byte)ColumnType.Int24, new byte[0], 3)]
    [InlineData("mediumint unsigned", (byte)ColumnType.Int24, new byte[0], 3)]
    [InlineData("int", (byte)ColumnType.Long, new byte[0], 4)]
    [InlineData("int unsigned", (byte)ColumnType.Long, new byte[0], 4)]
    [InlineData("bigint", (byte)ColumnType.LongLong, new byte[0], 8)]
    [InlineData("bigint unsigned", (byte)ColumnType.LongLong, new byte[0], 8)]
    [InlineData("float", (byte)ColumnType.Float, new byte[] { 4 }, 4)]
    [InlineData("double", (byte)ColumnType.Double, new byte[] { 8 }, 8)]
    [InlineData("decimal(10,2)", (byte)ColumnType.NewDecimal, new byte[] { 10, 2 }, 5)]
    [InlineData("decimal(18,18)", (byte)ColumnType.NewDecimal, new byte[] { 18, 18 }, 8)]
    [InlineData("decimal(3,0)", (byte)ColumnType.NewDecimal, new byte[] { 3, 0 }, 2)]
    [InlineData("decimal(19,4)", (byte)ColumnType.NewDecimal, new byte[] { 19, 4 }, 9)]
    [InlineData("decimal(65,30)", (byte)ColumnType.NewDecimal, new byte[] { 65, 30 }, 30)]
    [InlineData("year", (byte)ColumnType.Year, new byte[0], 1)]
    [InlineData("bit(12)", (byte)ColumnType.Bit, new byte[] { 4, 1 }, 2)]
    [InlineData("date", (byte)ColumnType.Date, new byte[0], 3)]
    [InlineData("time", (byte)ColumnType.Time, new byte[0], 3)]
    [InlineData("time(3)", (byte)ColumnType.Time2, new byte[] { 3 }, 5)]
    [InlineData("datetime", (byte)ColumnType.DateTime, new byte[0], 8)]
    [InlineData("datetime", (byte)ColumnType.DateTime2, new byte[] { 0 }, 5)]
    [InlineData("datetime(3)", (byte)ColumnType.DateTime2, new byte[] { 3 }, 7)]
    [InlineData("datetime(6)", (byte)ColumnType.DateTime2, new byte[] { 6 }, 8)]
    [InlineData("timestamp", (byte)ColumnType.Timestamp, new byte[0], 4)]
    [InlineData("timestamp", (byte)ColumnType.Timestamp2, new byte[] { 0 }, 4)]
    [InlineData("timestamp(5)", (byte)ColumnType.Timestamp2, new byte[] { 5 }, 7)]
    [InlineData("char(10) utf8mb4", (byte)ColumnType.String, new byte[] { 254, 40 }, -1)]
    [InlineData("varchar(10) utf8mb4", (byte)ColumnType.VarChar, new byte[] { 40, 0 }, -1)]
    [InlineData("varchar(10) latin1", (byte)ColumnType.VarChar, new byte[] { 10, 0 }, -1)]
    [InlineData("varchar(10) ascii", (byte)ColumnType.VarChar, new byte[] { 10, 0 }, -1)]
    [InlineData("varchar(10) sjis", (byte)ColumnType.VarChar, new byte[] { 20, 0 }, -1)]
    [InlineData("varchar(100) utf8mb4", (byte)ColumnType.VarChar, new byte[] { 144, 1 }, -2)]
    [InlineData("text utf8mb4", (byte)ColumnType.Blob, new byte[] { 2 }, -2)]
    [InlineData("tinytext utf8mb4", (byte)ColumnType.Blob, new byte[] { 1 }, -1)]
    [InlineData("blob", (byte)ColumnType.Blob, new byte[] { 2 }, -2)]
    [InlineData("binary(10)", (byte)ColumnType.String, new byte[] { 254, 10 }, -1)]
    [InlineData("enum('a','b')", (byte)ColumnType.String, new byte[] { 247, 1 }, 1)]
    [InlineData("set('a','b')", (byte)ColumnType.String, new byte[] { 248, 1 }, 1)]
    [InlineData("json", (byte)ColumnType.Json, new byte[] { 4 }, -4)]
    [InlineData("geometry", (byte)ColumnType.Geometry, new byte[] { 4 }, -4)]
    public void Every_type_is_read_as_its_value_converts_whatever_its_bytes(string type, byte columnType, byte[] metadata, int length)
    {
        var charset = type.Split(' ') is [var text, "utf8mb4" or "latin1" or "ascii" or "sjis"] ? type[(text.Length + 1)..] : null;
        var definition = new MySql.Binlog.Columns.ColumnDefinition("v", charset is null ? type : type.Split(' ')[0], true, charset);
        Assert.True(TestEvents.Map([columnType], metadata).TryBind([definition], false, out var map, out var mismatch), mismatch);
        var random = new Random(11);
        var failures = 0;
        for (var run = 0; run < 60; run++)
        {
            failures += CheckAll(new DataRecord(TestEvents.Scan(map, EventType.WriteRows, [1, 1, 0, .. Bytes(random, length, run)]), 0));
        }

        Assert.True(failures > 0, "No reading failed, so errors were not compared.");
        CheckAll(new DataRecord(TestEvents.Scan(map, EventType.WriteRows, [1, 1, 1]), 0));

        // An update whose image after it lacks the column, and one whose both images lack it.
        var lacking = TestEvents.Scan(map, EventType.UpdateRows, [1, 1, 0, 0, .. Bytes(random, length, 3)]);
        CheckAll(new DataRecord(lacking, 1));
        if (columnType != (byte)ColumnType.NewDecimal)
        {
            // Random bytes are seldom a DECIMAL.
            Assert.False(new DataRecord(lacking, 1)[0].IsAbsent);
        }

        var absent = TestEvents.Scan(map, EventType.UpdateRows, 1, 0, 0);
        CheckAll(new DataRecord(absent, 1));
        Assert.True(new DataRecord(absent, 1)[0].IsAbsent);
    }

    [Fact]
    public void Names_are_found_ignoring_case_as_often_as_they_are_asked_for()
    {
        Assert.True(TestEvents.Map("int").TryBind([new("Total", "int", true)], false, out var map, out _));
        var record = new DataRecord(TestEvents.Scan(map, EventType.WriteRows, 1, 1, 0, 7, 0, 0, 0), 0);
        for (var i = 0; i < 3000; i++)
        {
            Assert.Equal((7, 7), (record.GetInt32("Total"), record.GetInt32("total")));
            Assert.Equal(-1, map.Schema?.IndexOf("other"));
        }
    }

    [Fact]
    public void An_index_that_is_no_column_and_a_missing_record_are_errors_of_the_caller()
    {
        Assert.True(TestEvents.Map("int").TryBind([new("v", "int", true)], false, out var map, out _));
        var record = new DataRecord(TestEvents.Scan(map, EventType.WriteRows, 1, 1, 0, 7, 0, 0, 0), 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => record.GetInt64(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => record.GetStringOrNull(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => record.TryGetUtf8(1, out _));
        Assert.Throws<InvalidOperationException>(() => default(DataRecord).GetInt64(0));
        Assert.Throws<InvalidOperationException>(() => default(DataRecord).GetInt64("v"));
        Assert.Throws<InvalidOperationException>(() => default(DataRecord).TryGetUtf8("v", out _));
        Assert.False(record.TryGetUtf8("other", out _));
    }

    private static byte[] Bytes(Random random, int length, int run)
    {
        if (length >= 0)
        {
            var fixedBytes = new byte[length];
            if (run > 0)
            {
                random.NextBytes(fixedBytes);
                if (run % 3 == 0)
                {
                    fixedBytes.AsSpan(Math.Min(1, length - 1)).Clear();
                }
            }

            return fixedBytes;
        }

        var content = new byte[random.Next(0, 10)];
        for (var i = 0; i < content.Length; i++)
        {
            content[i] = (byte)(run % 4 == 0 ? random.Next(256) : random.Next(32, 127));
        }

        return [(byte)content.Length, .. new byte[-length - 1], .. content];
    }

    /// <returns>The number of readings that failed, in both.</returns>
    private static int CheckAll(DataRecord record)
    {
        if (!record.HasValue)
        {
            return 0;
        }

        var model = new DataRecord(new ValuesOnly(record), 0);
        var failures = 0;
        for (var field = 0; field < record.Count; field++)
        {
            var name = record.GetName(field);
            foreach (var ways in Reads)
            {
                foreach (var way in ways)
                {
                    var expected = Outcome(() => way(model, field, name));
                    var actual = Outcome(() => way(record, field, name));
                    Assert.Equal(expected, actual);
                    failures += expected is string text && text.StartsWith("! ", StringComparison.Ordinal) ? 1 : 0;
                }
            }
        }

        Assert.Equal(Outcome(() => RowJson.Of(model)), Outcome(() => RowJson.Of(record)));
        return failures;
    }

    private static object? Outcome(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is DataConversionException or CdcProtocolException or OverflowException)
        {
            return $"! {e.GetType().Name}: {e.Message}";
        }
    }

    private static Func<DataRecord, int, string, object?>[] Read(Func<DataRecord, int, object?> byIndex,
        Func<DataRecord, string, object?> byName, Func<RowReader, object?> byReader)
        => [(r, i, _) => byIndex(r, i), (r, _, n) => byName(r, n), (r, _, n) => byReader(new RowColumns(n).Open(r))];

    private static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexString(bytes);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    private static string? Text(DateTime? time) => time is { } t ? $"{t:O} {t.Kind}" : null;
}
