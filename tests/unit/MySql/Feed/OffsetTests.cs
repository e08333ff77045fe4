using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Tests.Scripted;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Feed;

/// <summary>Offsets, positions, and the sum that guards a restart inside a transaction.</summary>
public sealed class OffsetTests
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    [Fact]
    public void An_offset_reads_back_as_it_was_written()
    {
        var position = new BinlogPosition
        {
            Server = Uuid, Executed = new ExecutedGtids(GtidSet.Parse($"{Uuid}:1-5:tag:7")), Coordinates = new BinlogCoordinates("binlog.000007", 1L << 33),
            Progress = new TransactionProgress(TransactionGtid.Parse($"{Uuid}:tag:8"), 12, 0, ulong.MaxValue - 5),
        };

        var read = BinlogPosition.Read(position.ToOffset());

        Assert.Equal(position.ToOffset(), read.ToOffset());
        Assert.Equal((position.Server, position.Coordinates, position.Progress), (read.Server, read.Coordinates, read.Progress));
    }

    [Theory]
    [InlineData("""{"v":1,"source":"mongodb","file":"b.1","pos":4}""")]
    [InlineData("""{"v":1,"source":"mysql"}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":3}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":"4"}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":1e99}""")]
    [InlineData("""{"v":1,"source":"mysql","file":7,"pos":4}""")]
    [InlineData("""{"v":1,"source":"mysql","gtid":"nonsense"}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":4,"tx":null}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":4,"tx":{}}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":4,"tx":{"rows":1}}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":4,"tx":{"rows":1,"check":null}}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":4,"tx":{"rows":1,"check":"xyz"}}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":4,"tx":{"rows":0,"check":"1"}}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":4,"tx":{"rows":-1,"check":"1"}}""")]
    [InlineData("""{"v":1,"source":"mysql","gtid":"","tx":{"rows":1,"check":"1"}}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"b.1","pos":4,"tx":{"gtid":"x","rows":1,"check":"1"}}""")]
    public void A_damaged_offset_is_refused(string text) => Assert.Throws<OffsetFormatException>(() => BinlogPosition.Read(CdcOffset.Parse(text)));

    [Fact]
    public void MySqlOffset_makes_offsets_of_what_people_know()
    {
        var position = BinlogPosition.Read(MySqlOffset.FromPosition("binlog.000003", 157));
        Assert.Equal(("binlog.000003", (long?)157), (position.Coordinates?.File, position.Coordinates?.Position));
        Assert.Equal($"{Uuid}:1-9", BinlogPosition.Read(MySqlOffset.FromGtidSet(GtidSet.Parse($"{Uuid}:1-9"))).GtidSet?.ToString());
        Assert.True(BinlogPosition.Read(MySqlOffset.FromGtidSet(GtidSet.Empty)).GtidSet?.IsEmpty);
        Assert.Throws<ArgumentException>(() => MySqlOffset.FromPosition("/var/lib/binlog.1", 4));
        Assert.Throws<ArgumentException>(() => MySqlOffset.FromPosition(" ", 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => MySqlOffset.FromPosition("b", 3));
        Assert.Throws<ArgumentNullException>(() => MySqlOffset.FromGtidSet(null!));
    }

    [Theory]
    [InlineData("binlog.000001", 5, "binlog.000001", 4, 1)]
    [InlineData("binlog.000001", 5, "binlog.000002", 4, -1)]
    [InlineData("binlog.999999", 5, "binlog.1000000", 4, -1)]
    [InlineData("", 5, "binlog.000001", 4, -1)]
    [InlineData("binlog.000001", 4, "binlog.000001", 4, 0)]
    [InlineData("binlog.000009", 4, "binlog.10", 4, -1)]
    [InlineData("mysql-bin.000009", 4, "binlog.000010", 4, null)]
    [InlineData("copy", 4, "binlog.000010", 4, null)]
    [InlineData("copy.bin", 5, "copy.bin", 4, 1)]
    public void Coordinates_are_ordered_by_file_number_then_position(string fileA, long a, string fileB, long b, int? order)
    {
        var (x, y) = (new BinlogCoordinates(fileA, a), new BinlogCoordinates(fileB, b));

        Assert.Equal(order, x.CompareTo(y) is { } compared ? Math.Sign(compared) : null);
        Assert.Equal(-order, y.CompareTo(x) is { } reversed ? Math.Sign(reversed) : null);
    }

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

    [Fact]
    public void The_check_does_not_depend_on_how_rows_are_split()
        => Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 5), 12).ToArbitrary(), Gen.Choose(1, 7).ToArbitrary(), (tables, cut) =>
        {
            // One at a time, and in runs of a table cut after so many.
            ulong single = 0, runs = 0;
            for (var i = 0; i < tables.Length; i++)
            {
                single = DeliveryCheck.Add(single, Hash(tables[i]), 1);
            }

            for (var i = 0; i < tables.Length;)
            {
                var count = tables.Skip(i).TakeWhile(t => t == tables[i]).Take(cut).Count();
                runs = DeliveryCheck.Add(runs, Hash(tables[i]), count);
                i += count;
            }

            return single == runs;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_check_depends_on_order_and_tables()
        => Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 3), 8).ToArbitrary(), Gen.ArrayOf(Gen.Choose(0, 3), 8).ToArbitrary(),
            (a, b) => a.SequenceEqual(b) == (Sum(a) == Sum(b))).QuickCheckThrowOnFailure();

    [Fact]
    public void The_check_tells_places_apart_that_add_up_to_the_same()
        => Assert.NotEqual(Sum([0, 1, 1, 0]), Sum([1, 0, 0, 1]));

    [Fact]
    public void The_check_holds_for_counts_beyond_32_bits()
        => Assert.Equal(DeliveryCheck.Add(DeliveryCheck.Add(0, 7, 1L << 40), 7, 1L << 41), DeliveryCheck.Add(0, 7, 3L << 40));

    private static ulong Sum(int[] tables)
    {
        ulong sum = 0;
        for (var i = 0; i < tables.Length; i++)
        {
            sum = DeliveryCheck.Add(sum, Hash(tables[i]), 1);
        }

        return sum;
    }

    private static ulong Hash(int table) => DeliveryCheck.HashOf("db", $"t{table}");

    private static EventHeader Header(uint next, int length, ushort flags = 0)
    {
        // The body is not read: events of a gigabyte need no gigabyte.
        var header = Scripted.BinlogFile.Event(2, 0, next, flags, [], checksum: false);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(9), length);
        return EventHeader.Read(header);
    }
}
