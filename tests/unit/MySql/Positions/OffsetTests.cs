using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.Positions;

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
}
