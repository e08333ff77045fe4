using System.Buffers;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.Offsets;
using CdcEmbedded.Tests.Shared;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Values whose bytes are damaged: who reads them learns which, where, and what the bytes are.</summary>
public sealed class UndecodableValueTests : IDisposable
{
    private readonly DamagedLog _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Ways => new()
    {
        { "price", "by index", "ffffffff00" },
        { "price", "by name", "ffffffff00" },
        { "price", "typed", "ffffffff00" },
        { "price", "typed by index", "ffffffff00" },
        { "price", "enumerated", "ffffffff00" },
        { "price", "envelope", "ffffffff00" },
        { "price", "debezium", "ffffffff00" },
        { "wide", "by index", "80ffffffff000000000000000000" },
        { "wide", "typed", "80ffffffff000000000000000000" },
        { "wide", "envelope", "80ffffffff000000000000000000" },
        { "note", "typed", "02c328" },
        { "note", "typed by index", "02c328" },
        { "note", "envelope", "02c328" },
        { "note", "debezium", "02c328" },
        { "doc", "typed", "04000000ee010203" },
        { "doc", "envelope", "04000000ee010203" },
        { "doc", "debezium", "04000000ee010203" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_damaged_value_is_refused_with_its_names_position_type_and_bytes(string column, string way, string bytes)
    {
        var position = _log.Transaction(Damaged(column));
        var change = Assert.Single(await ReadAsync());

        var failure = Assert.Throws<ValueDecodingException>(() => Read(change, column, way));

        Assert.Equal(("shop", "orders", column), (failure.Database, failure.Table, failure.Column));
        Assert.Equal($"{_log.Name}:{position}", failure.Position);
        Assert.Equal(bytes, Convert.ToHexStringLower(failure.RawBytes.Span));
        Assert.Equal(bytes.Length / 2, failure.RawLength);
        Assert.Equal(change.Schema!.Columns[change.Schema.IndexOf(column)].TypeName, failure.ServerType);
        Assert.StartsWith($"Column '{column}' of shop.orders ({failure.ServerType}) at {_log.Name}:{position}", failure.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain(bytes, failure.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task Other_columns_of_the_row_and_other_rows_can_be_read()
    {
        _log.Transaction(DamagedLog.Row(1, price: DamagedLog.DamagedPrice), DamagedLog.Row(2));
        var changes = await ReadAsync();

        Assert.Equal([1L, 2L], changes.Select(change => change.After.GetInt64("id")));
        Assert.Equal("plain", changes[0].After.GetString("note"));
        Assert.Equal(5.07m, changes[1].After.GetDecimal("price"));
    }

    [Theory]
    [InlineData("price")]
    [InlineData("note")]
    public async Task The_bytes_of_a_hidden_column_are_in_no_exception(string column)
    {
        _log.Transaction(Damaged(column));
        var change = Assert.Single(await ReadAsync(
            column == "note" ? Transform.Truncate("shop.orders.note", 3) : Transform.Hash("shop.orders.price", "a salt of enough length"),
            Transform.RenameColumns("shop.orders." + column, "hidden")));

        foreach (var way in (string[])["by index", "typed", "envelope"])
        {
            var failure = Assert.Throws<ValueDecodingException>(() => Read(change, "hidden", way));
            Assert.Equal(("hidden", true, 0), (failure.Column, failure.RawBytes.IsEmpty, failure.RawLength));
            Assert.Null(failure.InnerException);
            Assert.NotNull(failure.Position);
        }
    }

    [Fact]
    public async Task A_mask_needs_no_value_and_a_column_that_is_not_hidden_keeps_its_bytes()
    {
        _log.Transaction(Damaged("price"), Damaged("wide"));
        var changes = await ReadAsync(Transform.Mask("shop.orders.price"));
        Assert.Equal("***", changes[0].After.GetString("price"));
        var failure = Assert.Throws<ValueDecodingException>(() => Read(changes[1], "wide", "by index"));
        Assert.Equal("80ffffffff000000000000000000", Convert.ToHexStringLower(failure.RawBytes.Span));
    }

    [Fact]
    public async Task A_long_value_is_cut()
    {
        _log.Transaction(DamagedLog.Row(1, document: [0xee, .. new byte[500]]));
        var change = Assert.Single(await ReadAsync());
        var failure = Assert.Throws<ValueDecodingException>(() => Read(change, "doc", "envelope"));
        Assert.Equal((ValueDecodingException.MaxRawBytes, 505), (failure.RawBytes.Length, failure.RawLength));
    }

    [Fact]
    public async Task A_value_that_does_not_convert_is_reported_with_its_position()
    {
        var position = _log.Transaction(DamagedLog.Row(1));
        var change = Assert.Single(await ReadAsync());
        var failure = Assert.Throws<DataConversionException>(() => change.After.GetGuid("price"));
        Assert.Equal($"{_log.Name}:{position}", failure.Position);
    }

    [Fact]
    public async Task A_rows_event_that_cannot_be_read_ends_the_stream_or_is_skipped_with_a_notice()
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(2)
            .Add(EventType.WriteRows, [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 1, 1, 0, 1, 2]).Rows(3).Xid().Transaction(2, 4);

        var failed = await list.ReadAsync();
        Assert.Equal("WRITE_ROWS_EVENT", Assert.IsType<CdcProtocolException>(failed.Failure).EventType);

        var skipped = await list.ReadAsync(faults: FaultPolicy.Skip);
        Assert.Null(skipped.Failure);
        Assert.Equal("( 2 3 ) ( 4 )", skipped.Text);
        var notice = Assert.Single(skipped.Items.OfType<Notice>());
        Assert.Equal((NoticeKind.EventSkipped, "db", "t"), (notice.Kind, notice.Database, notice.Table));
        Assert.Contains("binlog.000001:", notice.Message, StringComparison.Ordinal);

        // Restarts inside and after the transaction count the rows that there are.
        Assert.Equal("3 ) ( 4 )", (await list.ReadAsync(skipped.OffsetAfter(0), faults: FaultPolicy.Skip)).Text);
        Assert.Equal(") ( 4 )", (await list.ReadAsync(skipped.OffsetAfter(1), faults: FaultPolicy.Skip)).Text);
    }

    public void Dispose() => _log.Dispose();

    private static byte[] Damaged(string column) => column switch
    {
        "price" => DamagedLog.Row(1, price: DamagedLog.DamagedPrice),
        "wide" => DamagedLog.Row(1, wide: DamagedLog.DamagedWide),
        "note" => DamagedLog.Row(1, note: [0xc3, 0x28]),
        _ => DamagedLog.Row(1, document: DamagedLog.DamagedDocument),
    };

    private static void Read(ChangeEvent change, string column, string way)
    {
        var index = change.Schema!.IndexOf(column);
        switch (way)
        {
            case "by index": _ = change.After[index]; break;
            case "by name": _ = change.After[column]; break;
            case "typed" when column is "note" or "doc" or "hidden": change.After.GetString(column); break;
            case "typed by index" when column is "note": change.After.GetString(index); break;
            case "typed": change.After.GetBigDecimal(column); break;
            case "typed by index": change.After.GetDecimal(index); break;
            case "enumerated": foreach (var _ in change.After) { } break;
            case "envelope": new EnvelopeJson().ToJson(change); break;
            case "debezium": new DebeziumJson().Write(new ArrayBufferWriter<byte>(), change); break;
            default: throw new ArgumentOutOfRangeException(nameof(way));
        }
    }

    private async Task<List<ChangeEvent>> ReadAsync(params Transform[] transforms)
    {
        await using var engine = new CdcEngine(new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [_log.Path] }),
            new InMemoryOffsetStore(), new CdcEngineOptions { Name = "damaged", Transforms = transforms });
        var changes = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(Cancellation))
        {
            changes.Add(change);
        }

        return changes;
    }
}
