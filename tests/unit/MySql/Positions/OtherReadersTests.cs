using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.Positions;

/// <summary>Places where other readers of a binlog stopped.</summary>
public sealed class OtherReadersTests
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    [Theory]
    [InlineData("""{"transaction_id":null,"ts_sec":1661595997,"file":"mysql-bin.000002","pos":8592550,"gtids":"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-37","row":1,"server_id":1,"event":2}""",
        "[GTIDs '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-37' of an unnamed server]")]
    [InlineData("""{"ts_sec":1725644339,"file":"mysql-bin.000004","pos":138466,"row":1,"server_id":223344,"event":2}""",
        "[at mysql-bin.000004:138466 of an unnamed server]")]
    [InlineData("""{"file":"mariadb-bin.000003","pos":900,"gtids":"0-1-42,7-2-9","server_id":1}""", "[GTIDs '0-1-42,7-2-9' of an unnamed server]")]
    [InlineData("""{"snapshot":"INITIAL","snapshot_completed":true,"file":"binlog.000007","pos":157,"gtids":""}""",
        "[at binlog.000007:157 of an unnamed server]")]
    [InlineData("""{"offsets":[{"partition":{"server":"shop"},"offset":{"file":"binlog.000007","pos":157,"incremental_snapshot_collections":"[]"}}]}""",
        "[at binlog.000007:157 of an unnamed server]")]
    public void An_offset_of_Debezium_is_read(string json, string expected)
        => Assert.Equal(expected, BinlogPosition.Read(MySqlOffset.FromDebezium(json)).ToString());

    [Theory]
    [InlineData("offsets", "Not the JSON")]
    [InlineData("[1]", "JSON object")]
    [InlineData("""{"ts_sec":1}""", "file '' and position 0")]
    [InlineData("""{"file":7,"pos":157}""", "\"file\"")]
    [InlineData("""{"file":"binlog.000007","pos":"x"}""", "\"pos\"")]
    [InlineData("""{"file":"binlog.000007","pos":157,"gtids":"nonsense"}""", "'nonsense'")]
    [InlineData("""{"file":"binlog.000007","pos":157,"snapshot":true}""", "snapshot had not ended")]
    [InlineData("""{"file":"binlog.000007","pos":157,"snapshot":"INITIAL","snapshot_completed":false}""", "snapshot had not ended")]
    [InlineData("""{"file":"binlog.000007","pos":157,"snapshot":"BLOCKING"}""", "snapshot had not ended")]
    [InlineData("""{"file":"binlog.000007","pos":157,"incremental_snapshot_collections":"[{\"incremental_snapshot_collections_id\":\"shop.orders\"}]"}""",
        "shop.orders")]
    [InlineData("""{"offsets":[]}""", "one partition")]
    [InlineData("""{"offsets":[{"partition":{},"offset":{"file":"a.1","pos":4}},{"partition":{},"offset":{"file":"a.2","pos":4}}]}""", "one partition")]
    public void What_is_no_finished_offset_of_Debezium_is_refused_with_the_reason(string json, string reason)
    {
        var error = Assert.Throws<OffsetFormatException>(() => MySqlOffset.FromDebezium(json));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Uuid + ":1-9", "binlog.000004", 700, "[GTIDs '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9' of an unnamed server]")]
    [InlineData(null, "binlog.000004", 700, "[at binlog.000004:700 of an unnamed server]")]
    [InlineData("", "binlog.000004", 700, "[at binlog.000004:700 of an unnamed server]")]
    public void A_row_of_Maxwell_is_read(string? gtids, string? file, long position, string expected)
        => Assert.Equal(expected, BinlogPosition.Read(MySqlOffset.FromMaxwell(gtids, file, position)).ToString());

    [Theory]
    [InlineData(null, null, 700)]
    [InlineData(null, "binlog.000004", 3)]
    [InlineData(null, "/var/lib/binlog.000004", 700)]
    [InlineData("no set", "binlog.000004", 700)]
    public void A_row_of_Maxwell_without_a_place_is_refused(string? gtids, string? file, long position)
        => Assert.Throws<OffsetFormatException>(() => MySqlOffset.FromMaxwell(gtids, file, position));

    [Fact]
    public void The_cursor_of_a_client_of_Canal_is_read()
    {
        const string Cursor = """
            {"identity":{"slaveId":-1,"sourceAddress":{"address":"db1","port":3306}},"postion":{"gtid":"","included":false,
            "journalName":"binlog.008335","position":221691106,"serverId":88888,"timestamp":1524294834000}}
            """;
        const string Meta = $$"""
            {"clientDatas":[{"clientIdentity":{"clientId":1000,"destination":"shop","filter":""},"cursor":null},
            {"clientIdentity":{"clientId":1001,"destination":"shop","filter":".*\\..*"},"cursor":{{Cursor}}}],"destination":"shop"}
            """;

        Assert.Equal(BinlogPosition.At("binlog.008335", 221691106).ToOffset(), MySqlOffset.FromCanal(Meta));
        Assert.Equal(BinlogPosition.At("binlog.008335", 221691106).ToOffset(), MySqlOffset.FromCanal(Cursor));
        foreach (int client in (int[])[1000, 1002])
        {
            Assert.Contains($"client {client}", Assert.Throws<OffsetFormatException>(() => MySqlOffset.FromCanal(Meta, client)).Message,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"postion":{"journalName":"binlog.000001","position":"x"}}""")]
    [InlineData("""{"postion":{"journalName":"binlog.000001","position":0}}""")]
    [InlineData("""{"clientDatas":{}}""")]
    public void What_is_no_cursor_of_Canal_is_refused(string json)
        => Assert.Throws<OffsetFormatException>(() => MySqlOffset.FromCanal(json));
}
