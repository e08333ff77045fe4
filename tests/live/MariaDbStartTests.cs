using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>MariaDB can return the GTID of a position in a file of its log.</summary>
public sealed class MariaDbStartTests
{
    [Theory]
    [InlineData(ServerKind.MariaDb1011)]
    [InlineData(ServerKind.MariaDb118)]
    public async Task A_start_by_file_and_position_has_GTIDs_in_its_offsets_from_the_first_change(ServerKind kind)
    {
        await using MySqlTestServer server =
            await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");
        await TellsGtidsAsync(server, 2);

        // In a second file, to which another domain has written too: what the server returns must not begin with that file.
        await server.ExecuteAsync("SET gtid_domain_id = 7; INSERT INTO d.t VALUES (100); FLUSH BINARY LOGS");
        await TellsGtidsAsync(server, 3);
        await server.ExecuteAsync("FLUSH BINARY LOGS");
        string?[] end = await Capture.LogStatusAsync(server);
        await server.ExecuteAsync($"PURGE BINARY LOGS TO '{end[0]}'");
        await TellsGtidsAsync(server, 4);
    }

    [Theory]
    [InlineData(ServerKind.MariaDb1011)]
    public async Task A_position_without_a_known_GTID_is_read_by_file(ServerKind kind)
    {
        await using MySqlTestServer server =
            await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");
        string?[] first = (await server.QueryAsync("SHOW BINARY LOGS"))[0];

        // In the middle of an event BINLOG_GTID_POS is NULL, and the dump reports the error.
        await Assert.ThrowsAnyAsync<CdcException>(
            () => Capture.ReadAsync(Capture.Source(server, "d"), MySqlOffset.FromPosition(first[0] ?? "", 300)));

        Assert.Equal(["create t {id: 1}"],
            await Capture.ReadTextsAsync(Capture.Source(server, "d"), MySqlOffset.FromPosition(first[0] ?? "", 4)));
    }

    private static async Task TellsGtidsAsync(MySqlTestServer server, int id)
    {
        string?[] end = await Capture.LogStatusAsync(server);
        string before = (await server.QueryAsync("SELECT @@GLOBAL.gtid_binlog_pos"))[0][0] ?? "";
        await server.ExecuteAsync($"INSERT INTO d.t VALUES ({id}), ({id + 10}); INSERT INTO d.t VALUES ({id + 20})");
        string after = (await server.QueryAsync("SELECT @@GLOBAL.gtid_binlog_pos"))[0][0] ?? "";
        CdcOffset start = MySqlOffset.FromPosition(end[0] ?? "", long.Parse(end[1] ?? "", CultureInfo.InvariantCulture));

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, "d"), start);

        Assert.Equal([$"create t {{id: {id}}}", $"create t {{id: {id + 10}}}", $"create t {{id: {id + 20}}}"], Capture.Texts(changes));
        Assert.Equal(MariaDbGtidPosition.Parse(before), BinlogPosition.Read(changes[0].Offset).GtidPosition);
        Assert.Equal(MariaDbGtidPosition.Parse(after), BinlogPosition.Read(changes[^1].Offset).GtidPosition);

        // Inside the transaction and after it, with the offset as it is and as an older version stored it: without GTIDs.
        for (int i = 0; i < changes.Count; i++)
        {
            string[] rest = [.. Capture.Texts(changes).Skip(i + 1)];
            Assert.Equal(rest, await Capture.ReadTextsAsync(Capture.Source(server, "d"), changes[i].Offset));
        }

        BinlogPosition inside = BinlogPosition.Read(changes[0].Offset);
        Assert.Equal(1, inside.Progress?.Rows);
        var old = new BinlogPosition
        {
            Server = inside.Server, Coordinates = inside.Coordinates,
                Progress = new TransactionProgress(default, 1, 0, inside.Progress?.Check ?? 0),
        };
        Assert.Equal(Capture.Texts(changes).Skip(1), await Capture.ReadTextsAsync(Capture.Source(server, "d"), old.ToOffset()));
    }
}
