using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Tests.Binlog;

public class RowScannerTests
{
    private static readonly TableMap IntAndText = TestEvents.Map([(byte)ColumnType.Tiny, (byte)ColumnType.VarChar, (byte)ColumnType.Tiny],
        [40, 0]);

    [Fact]
    public void Update_with_partial_images_overlays_the_after_image_on_the_before_image()
    {
        // Before: columns 1 and 2; after: columns 2 and 3, of which 2 is null.
        var rows = TestEvents.Scan(IntAndText, EventType.UpdateRows, 3, 0b011, 0b110, 0, 7, 1, (byte)'x', 0b01, 9);
        Assert.Equal((1, 2), (rows.RowCount, rows.ImageCount));
        Assert.True(rows.IsAbsent(0, 2));
        Assert.True(rows.IsAbsent(1, 0));
        Assert.True(rows.IsNull(1, 1));
        Assert.Equal(ValueKind.Absent, rows.GetValue(0, 2).Kind);
        Assert.Equal(7, rows.GetAfterValue(0, 0).AsInt64());
        Assert.True(rows.GetAfterValue(0, 1).IsNull);
        Assert.Equal(9, rows.GetAfterValue(0, 2).AsInt64());
        Assert.Equal([1, (byte)'x'], rows.GetRaw(0, 1).ToArray());
        Assert.True(rows.GetRaw(1, 1).IsEmpty);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    public void HasSame_compares_the_bytes_of_key_columns(byte before, byte after, bool equal)
    {
        var rows = TestEvents.Scan(IntAndText, EventType.UpdateRows, 3, 7, 7, 0, before, 1, (byte)'x', 1, 0, after, 1, (byte)'y', 1);
        Assert.Equal(equal, rows.HasSame(0, 1, [0]));
        Assert.False(rows.HasSame(0, 1, [1]));
        Assert.True(rows.HasSame(0, 1, [2]));
        Assert.True(rows.HasSame(0, 1, []));
    }

    [Theory]
    [InlineData(0b001, 0b010, false)]
    [InlineData(0b011, 0b010, true)]
    [InlineData(0b111, 0b001, true)]
    [InlineData(0b011, 0b111, false)]
    [InlineData(0b001, 0b001, true)]
    [InlineData(0b000, 0b001, false)]
    [InlineData(0b111, 0b000, true)]
    public void A_column_that_only_the_after_image_has_is_a_change_and_one_that_it_lacks_is_none(byte before, byte after, bool unchanged)
    {
        byte[] Image(int columns) => [0, .. (columns & 1) != 0 ? (byte[])[7] : [], .. (columns & 2) != 0 ? [1, (byte)'x'] : (byte[])[],
            .. (columns & 4) != 0 ? (byte[])[9] : []];
        byte[] First(int columns) => columns == 0 ? [] : Image(columns);
        var rows = TestEvents.Scan(IntAndText, EventType.UpdateRows, [3, before, after, .. First(before), .. First(after)]);
        Assert.Equal(unchanged, rows.IsUnchanged(0, 1, [0, 1, 2]));
    }

    [Fact]
    public void HasSame_treats_a_column_that_the_after_image_lacks_as_unchanged()
        => Assert.True(TestEvents.Scan(IntAndText, EventType.UpdateRows, 3, 0b001, 0b100, 0, 7, 0, 9).HasSame(0, 1, [0]));

    [Theory]
    [InlineData(new byte[] { 3, 7, 0 }, "extends past the end")]
    [InlineData(new byte[] { 3, 7, 0, 1, 5, 65, 66 }, "extends past the end")]
    [InlineData(new byte[] { 3, 7, 0, 1, 1, 65 }, "extends past the end")]
    [InlineData(new byte[] { 3, 7, 0, 1, 1, 65, 2, 0 }, "row 1 extends")]
    [InlineData(new byte[] { 3, 7 }, "extends past the end")]
    [InlineData(new byte[] { 2, 3, 0, 1 }, "2 columns, but the table map of db.t has 3")]
    [InlineData(new byte[] { 3, 0, 1 }, "a row that has no columns")]
    [InlineData(new byte[] { 3 }, "are left")]
    public void Rows_that_do_not_fill_the_event_are_rejected_with_the_position(byte[] rest, string message)
    {
        var e = Assert.Throws<CdcProtocolException>(() => TestEvents.Scan(IntAndText, EventType.WriteRows, rest));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal("WRITE_ROWS_EVENT", e.EventType);
        Assert.True(e.PayloadOffset >= 10);
    }

    [Fact]
    public void A_row_without_any_column_is_one_row()
    {
        var rows = TestEvents.Scan(IntAndText, EventType.WriteRows, 3, 0);
        Assert.Equal(1, rows.RowCount);
        Assert.True(rows.GetValue(0, 1).IsAbsent);
    }

    [Fact]
    public void Version_1_events_have_no_extra_row_info()
    {
        var rows = TestEvents.Scan(IntAndText, EventType.DeleteRowsV1, 3, 7, 0b010, 5, 6);
        Assert.Equal(RowsOperation.Delete, rows.Operation);
        Assert.Equal((5, true, 6), (rows.GetValue(0, 0).AsInt64(), rows.GetValue(0, 1).IsNull, rows.GetValue(0, 2).AsInt64()));
    }

    [Fact]
    public void Events_above_64_KiB_use_wide_offsets()
    {
        var map = TestEvents.Map([(byte)ColumnType.Blob], [3]);
        var rows = TestEvents.Scan(map, EventType.WriteRows, [1, 1, 0, 0x70, 0x11, 1, .. new byte[70_000], 0, 1, 0, 0, 42]);
        Assert.Equal(2, rows.RowCount);
        Assert.Equal([42], rows.GetValue(1, 0).AsBytes().ToArray());
        Assert.Equal(8, rows.OffsetBytes);
    }

    [Fact]
    public void Scan_allocates_two_bytes_per_column_of_each_row()
    {
        byte[] rest = [3, 7, .. Enumerable.Range(0, 500).SelectMany(i => new byte[] { 0, (byte)i, 1, 65, 2 })];
        byte[] body = [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, .. rest];
        var scanner = new RowScanner();
        var header = RowsHeader.Read(EventType.WriteRows, body, TestEvents.Format);
        scanner.Scan(IntAndText, header, body, 0, body.Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = scanner.Scan(IntAndText, header, body, 0, body.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 3000, 3000 + 200);
        Assert.Equal(500, rows.RowCount);
    }
}
