using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Where Debezium, Maxwell and Canal stop, reading resumes: nothing is skipped, and at most one transaction comes again.</summary>
public sealed class OtherReadersTests
{
    [Theory]
    [InlineData(ServerKind.MySql97, true)]
    [InlineData(ServerKind.MySql97, false)]
    [InlineData(ServerKind.MySql56, false)]
    [InlineData(ServerKind.MariaDb1011, true)]
    [InlineData(ServerKind.MariaDb118, true)]
    public async Task Reading_resumes_from_each_place_where_another_reader_may_have_stopped(ServerKind kind, bool hasGtids)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions
        {
            Owned = true, Arguments = hasGtids || kind != ServerKind.MySql97 ? [] : ["--gtid-mode=OFF"],
        }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        string?[] end = await Capture.LogStatusAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1), (2); ALTER TABLE d.t ADD v INT; BEGIN; INSERT INTO d.t VALUES (3, 3); "
            + "UPDATE d.t SET v = 4 WHERE id = 3; COMMIT; INSERT INTO d.t VALUES (5, 5)");
        List<CapturedChange> all = await Capture.ReadAsync(Capture.Source(server, "d"),
            MySqlOffset.FromPosition(end[0] ?? "", long.Parse(end[1] ?? "", CultureInfo.InvariantCulture)));
        Assert.Equal(5, all.Count);
        int places = 0;
        int done = 0;
        foreach (string?[] e in await server.QueryAsync($"SHOW BINLOG EVENTS IN '{end[0]}' FROM {end[1]}"))
        {
            (string place, string type, string info) = (e[1] ?? "", e[2] ?? "", e[5] ?? "");
            bool isEnd = type == "Xid" || info.Contains("COMMIT", StringComparison.Ordinal);
            bool isBegin = info.Contains("BEGIN", StringComparison.Ordinal);
            bool isDdl = info.Contains("ALTER", StringComparison.Ordinal);
            if (isEnd || isBegin || isDdl)
            {
                places++;
                string canal = $$"""{"postion":{"included":false,"journalName":"{{end[0]}}","position":{{place}},"gtid":"" } }""";
                string debezium = $$"""{"file":"{{end[0]}}","pos":{{place}},"row":1,"event":2}""";
                done += isEnd ? int.Min(2, all.Count - done) : 0;
                Assert.Equal(all.Skip(done).Select(change => change.Text),
                    await Capture.ReadTextsAsync(Capture.Source(server, "d"), MySqlOffset.FromCanal(canal)));
                Assert.Equal(all.Skip(done).Select(change => change.Text),
                    await Capture.ReadTextsAsync(Capture.Source(server, "d"), MySqlOffset.FromDebezium(debezium)));
            }
        }

        Assert.True(places >= 7, $"Only {places} places were tried.");
        string? gtids = kind switch
        {
            ServerKind.MySql97 when hasGtids => (await server.QueryAsync("SELECT @@GLOBAL.gtid_executed"))[0][0],
            ServerKind.MariaDb1011 or ServerKind.MariaDb118 => (await server.QueryAsync("SELECT @@GLOBAL.gtid_binlog_pos"))[0][0],
            _ => null,
        };
        string?[] last = await Capture.LogStatusAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (6, 6)");
        Assert.Equal(["create t {id: 6, v: 6}"], await Capture.ReadTextsAsync(Capture.Source(server, "d"),
            MySqlOffset.FromMaxwell(gtids, last[0], long.Parse(last[1] ?? "", CultureInfo.InvariantCulture))));
        Assert.Equal(["create t {id: 6, v: 6}"], await Capture.ReadTextsAsync(Capture.Source(server, "d"),
            MySqlOffset.FromDebezium($$"""{"file":"{{last[0]}}","pos":{{last[1]}},"gtids":"{{gtids?.ReplaceLineEndings("")}}" }""")));
    }
}
