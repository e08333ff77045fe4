using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.Positions;

/// <summary>Offsets as they are written, as version 1 wrote them, and as people write them.</summary>
public sealed class OffsetTests
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    [Fact]
    public void An_offset_reads_back_as_it_was_written()
    {
        var position = new BinlogPosition
        {
            Server = Uuid, Executed = new ExecutedGtids(GtidSet.Parse($"{Uuid}:1-5:tag:7")),
                Coordinates = new BinlogCoordinates("binlog.000007", 1L << 33),
            Progress = new TransactionProgress(TransactionGtid.Parse($"{Uuid}:tag:8"), 12, 0, ulong.MaxValue - 5),
        };

        var read = BinlogPosition.Read(position.ToOffset());

        Assert.Equal(position.ToOffset(), read.ToOffset());
        Assert.Equal((position.Server, position.Coordinates, position.Progress), (read.Server, read.Coordinates, read.Progress));
    }

    [Theory]
    [InlineData("""{"v":1,"source":"mysql","server":"3e11fa47-71ca-11e1-9e33-c80aa9429562","gtid":"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:tag:7","file":"binlog.000007","pos":1570}""",
        "[GTIDs '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:tag:7' at binlog.000007:1570 of 3e11fa47-71ca-11e1-9e33-c80aa9429562]")]
    [InlineData("""{"v":1,"source":"mysql","server":"mariadb-1@db:3306","gtid_pos":"0-1-42,7-2-9","file":"log.000002","pos":900,"tx":{"gtid":"0-1-43","rows":3,"check":"00000000000000ff"}}""",
        "[GTIDs '0-1-42,7-2-9' at log.000002:900 after 3 changes of a transaction of mariadb-1@db:3306]")]
    [InlineData("""{"v":1,"source":"mysql","file":"binlog.000003","pos":8589934592,"tx":{"ddl":1,"rows":0,"check":"0000000000000000"}}""",
        "[at binlog.000003:8589934592 after 0 changes of a transaction of an unnamed server]")]
    [InlineData("""{"v":1,"source":"mysql","file":"binlog.000003"}""", "[at binlog.000003:4 of an unnamed server]")]
    [InlineData("""{"v":1,"source":"mysql","gtid":""}""", "[GTIDs '' of an unnamed server]")]
    public void An_offset_of_version_1_is_read(string text, string expected)
    {
        var position = BinlogPosition.Read(CdcOffset.Parse(text));

        Assert.Equal(expected, position.ToString());
        Assert.Equal(expected, BinlogPosition.Read(position.ToOffset()).ToString());
    }

    [Fact]
    public void An_offset_of_version_1_keeps_its_open_XA_transactions_and_its_progress()
    {
        var position = BinlogPosition.Read(CdcOffset.Parse($$"""
            {"v":1,"source":"mysql","gtid":"{{Uuid}}:1-5","file":"binlog.000002","pos":900,"tx":{"gtid":"{{Uuid}}:6","ddl":2,"rows":3,"check":"fffffffffffffffa"},
            "xa":[{"xid":"X'78',X'',1","gtid":"{{Uuid}}:3","file":"binlog.000001","pos":300},{"xid":"X'79',X'',1","gtid":"0-1-3","before":"0-1-2","file":"a.000001","pos":4}]}
            """));

        Assert.Equal(new TransactionProgress(TransactionGtid.Parse($"{Uuid}:6"), 3, 2, ulong.MaxValue - 5), position.Progress);
        Assert.Equal(
            [
                new PendingXa("X'78',X'',1", TransactionGtid.Parse($"{Uuid}:3"), null, new BinlogCoordinates("binlog.000001", 300)),
                new PendingXa("X'79',X'',1", TransactionGtid.Parse("0-1-3"), MariaDbGtidPosition.Parse("0-1-2"),
                    new BinlogCoordinates("a.000001", 4)),
            ],
            position.Pending);
        Assert.Equal(position.Pending, BinlogPosition.Read(position.ToOffset()).Pending);
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
    public void A_damaged_offset_is_refused(string text)
        => Assert.Throws<OffsetFormatException>(() => BinlogPosition.Read(CdcOffset.Parse(text)));

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
