using System.Buffers;
using System.Text;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Snapshots;
using CdcEmbedded.Offsets;
using CdcEmbedded.Tests.Shared;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Dates that no calendar has, under each policy and for each way to read them.</summary>
public sealed partial class InvalidDateTests : IDisposable
{
    private static readonly string[] DateColumns = ["due", "paid", "seen"];
    private readonly DamagedLog _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Raw_dates_are_as_they_are_stored()
    {
        Write();
        var changes = await ReadAsync(InvalidDateMode.Raw);

        Assert.Equal(["0000-00-00", "0000-00-00 00:00:00.000", "0000-00-00 00:00:00"], Texts(changes[0]));
        Assert.Equal(["2024-00-15", "2023-02-30 00:00:00.000", "2023-09-12 06:06:56"], Texts(changes[1]));
        Assert.Throws<DataConversionException>(() => changes[0].After.GetDate("due"));
        Assert.Throws<DataConversionException>(() => changes[1].After.GetDateTimeOrNull("paid"));
        Assert.Throws<DataConversionException>(() => changes[0].After.To<Order>());
        Assert.False(changes[0].Schema!.Columns[changes[0].Schema!.IndexOf("due")].IsNullable);
        Assert.Contains("\"due\":\"0000-00-00\",\"paid\":\"0000-00-00 00:00:00.000\",\"seen\":\"0000-00-00 00:00:00\"", Json(changes[0]),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_replaces_them_and_the_schema_says_that_the_columns_may_be_null()
    {
        Write();
        var changes = await ReadAsync(InvalidDateMode.Null);

        foreach (var column in DateColumns)
        {
            Assert.True(changes[0].After[column].IsNull);
            Assert.True(changes[0].After.TryGetValue(column, out var value) && value.IsNull);
            Assert.True(changes[0].Schema!.Columns[changes[0].Schema!.IndexOf(column)].IsNullable);
        }

        Assert.Null(changes[0].After.GetDateOrNull("due"));
        Assert.Null(changes[0].After.GetDateTimeOrNull("paid"));
        Assert.Null(changes[0].After.GetDateTimeOffsetOrNull("seen"));
        Assert.Throws<DataConversionException>(() => changes[0].After.GetDate("due"));
        Assert.Equal(new Order(1, null, null, null), changes[0].After.To<Order>());
        Assert.Contains("\"due\":null,\"paid\":null,\"seen\":null}", Json(changes[0]), StringComparison.Ordinal);
        Assert.Contains("\"due\":null,\"paid\":null,\"seen\":null}", Debezium(changes[0]), StringComparison.Ordinal);

        // A partial and an impossible date, beside a valid time.
        Assert.Equal(new Order(2, null, null, DateTimeOffset.FromUnixTimeSeconds(0x65000000)), changes[1].After.To<Order>());
        AssertValid(changes[2]);
    }

    [Fact]
    public async Task Throw_refuses_them_with_names_position_and_bytes()
    {
        var position = Write();
        var changes = await ReadAsync(InvalidDateMode.Throw);

        var change = changes[0];
        foreach (var (column, bytes) in (ReadOnlySpan<(string, string)>)
            [("due", "000000"), ("paid", "80000000000000"), ("seen", "00000000")])
        {
            AssertRefused(() => change.After[column], column, position, bytes);
            AssertRefused(() => change.After.GetStringOrNull(column), column, position, bytes);
        }

        AssertRefused(() => change.After.GetDateOrNull("due"), "due", position, "000000");
        AssertRefused(() => change.After.GetDateTimeOrNull("paid"), "paid", position, "80000000000000");
        AssertRefused(() => change.After.GetDateTimeOffsetOrNull("seen"), "seen", position, "00000000");
        AssertRefused(() => change.After.To<Order>(), "due", position, "000000");
        AssertRefused(() => Json(change), "due", position, "000000");
        AssertRefused(() => Debezium(change), "due", position, "000000");
        AssertValid(changes[2]);
    }

    [Theory]
    [InlineData(InvalidDateMode.Raw)]
    [InlineData(InvalidDateMode.Null)]
    [InlineData(InvalidDateMode.Throw)]
    public async Task A_date_of_the_primary_key_is_as_it_is_stored(InvalidDateMode mode)
    {
        using var log = new DamagedLog("due");
        log.Transaction(DamagedLog.Row(1, due: DamagedLog.Date(2024, 0, 15)));
        var change = Assert.Single(await ReadAsync(mode, log));
        Assert.Equal("2024-00-15", change.Key["due"].ToString());
        Assert.Equal("2024-00-15", change.After["due"].ToString());
        Assert.False(change.Schema!.Columns[change.Schema.IndexOf("due")].IsNullable);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Snapshots_read_all_digits_by_the_same_rule(int digits)
    {
        foreach (var mode in Enum.GetValues<InvalidDateMode>())
        {
            foreach (var type in (string[])["date", $"datetime({digits})", $"timestamp({digits})"])
            {
                var table = TableImage.TryMake(new TableDefinition("d", "t", [new ColumnDefinition("at", type, false),
                    new ColumnDefinition("n", "int", false)], null, null), isMariaDb: false, mode, out var refusal);
                Assert.True(table is not null, refusal);
                var codec = table.Map.Codecs[0];
                Assert.Equal(mode != InvalidDateMode.Raw, codec.IsCheckedDate);
                Assert.False(table.Map.Codecs[1].IsCheckedDate);
                Assert.Equal(mode == InvalidDateMode.Null, table.Schema.Columns[0].IsNullable);
            }
        }
    }

    [Theory]
    [InlineData(InvalidDateMode.Null)]
    [InlineData(InvalidDateMode.Throw)]
    public void A_table_whose_only_key_is_a_date_is_not_read_in_chunks(InvalidDateMode mode)
    {
        var definition = new TableDefinition("d", "t", [new ColumnDefinition("at", "date", false), new ColumnDefinition("n", "int", false)],
            null, "innodb");
        var facts = new TableFacts(1, 1, [new UniqueKey("by_date", ["at"])],
            new Dictionary<string, string>());
        Assert.Null(new MySqlSnapshotTable(definition, facts, isMariaDb: false).ChunkRefusal);
        var refused = new MySqlSnapshotTable(definition, facts, isMariaDb: false, invalidDates: mode);
        Assert.Contains($"by the date 'at' while InvalidDates is {mode}", refused.ChunkRefusal, StringComparison.Ordinal);
        Assert.Null(refused.ViewRefusal);
    }

    public void Dispose() => _log.Dispose();

    private static void AssertValid(ChangeEvent change)
    {
        Assert.Equal(new Order(3, new DateOnly(2024, 3, 9), new DateTime(2024, 3, 9), DateTimeOffset.FromUnixTimeSeconds(0x65000000)),
            change.After.To<Order>());
        Assert.Contains("\"due\":\"2024-03-09\",\"paid\":\"2024-03-09T00:00:00.000\",\"seen\":\"2023-09-12T06:06:56Z\"", Json(change),
            StringComparison.Ordinal);
    }

    private void AssertRefused(Func<object?> read, string column, long position, string bytes)
    {
        var failure = Assert.Throws<ValueDecodingException>(read);
        Assert.Equal((column, $"{_log.Name}:{position}", bytes), (failure.Column, failure.Position,
            Convert.ToHexStringLower(failure.RawBytes.Span)));
        Assert.Contains("InvalidDates", failure.Message, StringComparison.Ordinal);
    }

    private static string[] Texts(ChangeEvent change) => [.. DateColumns.Select(column => change.After[column].ToString())];

    private static string Json(ChangeEvent change)
    {
        using var json = new EnvelopeJson();
        return json.ToJson(change);
    }

    private static string Debezium(ChangeEvent change)
    {
        using var json = new DebeziumJson();
        var output = new ArrayBufferWriter<byte>();
        json.Write(output, change);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private long Write() => _log.Transaction(
        DamagedLog.Row(1, due: [0, 0, 0], paid: DamagedLog.DateTime(0, 0, 0), seen: [0, 0, 0, 0]),
        DamagedLog.Row(2, due: DamagedLog.Date(2024, 0, 15), paid: DamagedLog.DateTime(2023, 2, 30)),
        DamagedLog.Row(3));

    private async Task<List<ChangeEvent>> ReadAsync(InvalidDateMode mode, DamagedLog? log = null)
    {
        await using var engine = new CdcEngine(new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions
        {
            Files = [(log ?? _log).Path],
            InvalidDates = mode,
        }), new InMemoryOffsetStore(), new CdcEngineOptions { Name = "dates" });
        var changes = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(Cancellation))
        {
            changes.Add(change);
        }

        return changes;
    }

    /// <summary>A row as a type.</summary>
    [CdcRow]
    internal sealed partial record Order(long Id, DateOnly? Due, DateTime? Paid, DateTimeOffset? Seen);
}
