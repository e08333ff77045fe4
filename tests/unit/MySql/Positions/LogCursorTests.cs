using System.Buffers.Binary;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.Positions;

/// <summary>The reader's coordinates in 64 bits, counted from headers that have 32.</summary>
public sealed class LogCursorTests
{
    [Fact]
    public void A_cursor_counts_on_past_32_bits_and_ignores_artificial_events()
    {
        var cursor = new LogCursor(new BinlogCoordinates("binlog.000001", (1L << 32) - 50));
        Assert.Equal((1L << 32) - 50, cursor.Pass(Header(next: 50, length: 100)));
        Assert.Equal((1L << 32) + 50, cursor.Position);
        Assert.Equal(cursor.Position, cursor.Pass(Header(next: 9999, length: 30, flags: 0x20)));
        Assert.Equal(cursor.Position, cursor.Pass(Header(next: 0, length: 30)));
        Assert.Equal((1L << 32) + 50, cursor.Position);
        cursor.MoveTo("binlog.000002", 4);
        Assert.Equal(4, cursor.Pass(Header(next: 104, length: 100)));
    }

    [Fact]
    public void A_transaction_that_crosses_32_bits_twice_keeps_its_events_in_order()
    {
        const int Length = 1 << 30;
        var cursor = new LogCursor(new BinlogCoordinates("binlog.000001", 4));
        long end = 4;
        for (var i = 0; i < 9; i++)
        {
            end += Length;
            Assert.Equal(end - Length, cursor.Pass(Header((uint)end, Length)));
            Assert.Equal(end, cursor.Position);
        }

        Assert.True(end > 2L << 32);
    }

    private static EventHeader Header(uint next, int length, ushort flags = 0)
    {
        // The body is not read: events of a gigabyte need no gigabyte.
        var header = Scripted.BinlogFile.Event(2, 0, next, flags, [], checksum: false);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(9), length);
        return EventHeader.Read(header);
    }
}
