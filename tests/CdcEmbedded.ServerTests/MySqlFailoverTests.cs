using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Another server takes the place of the one that was read, two readers meet under one id, and logs are gone.</summary>
public sealed class MySqlFailoverTests(MySql97Fixture mySql97)
{
    [Fact]
    public async Task By_GTID_reading_goes_on_at_the_next_host_without_loss_or_repetition()
    {
        await using MySqlTestServer first = await mySql97.StartOwnAsync("--server-id=71");
        await using MySqlTestServer second = await mySql97.StartOwnAsync("--server-id=72");
        await second.ExecuteAsync($"""
            RESET BINARY LOGS AND GTIDS;
            CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = {first.Port}, SOURCE_USER = '{first.AdminUser}',
              SOURCE_PASSWORD = '{first.AdminPassword}', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1;
            START REPLICA;
            """);
        await first.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        Offset start = await Capture.EndOfLogAsync(first);
        string both = first.ConnectionString.Replace("127.0.0.1", $"127.0.0.1:{first.Port},127.0.0.1:{second.Port}", StringComparison.Ordinal);
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = both, Include = ["d.*"] });
        await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.At(start)));
        for (int i = 0; i < 50; i++)
        {
            await first.ExecuteAsync($"INSERT INTO d.t VALUES ({2 * i}), ({(2 * i) + 1})");
        }

        await live.CountAsync(60);
        while ((await second.QueryAsync("SELECT COUNT(*) FROM d.t"))[0][0] != "100")
        {
            await Task.Delay(20);
        }

        await first.KillAsync();
        await second.ExecuteAsync("STOP REPLICA; INSERT INTO d.t VALUES (1000), (1001)");
        await live.CountAsync(102);

        Assert.Equal(Enumerable.Range(0, 100).Append(1000).Append(1001).Select(id => $"create t {{id: {id}}}"), live.Texts);
        Assert.True(live.Engine.Status.Reconnects > 0);
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    [InlineData(ServerKind.MariaDb1011)]
    [InlineData(ServerKind.MariaDb118)]
    public async Task Two_readers_under_one_chosen_id_do_not_throw_each_other_out_for_ever(ServerKind kind)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        Offset start = await Capture.EndOfLogAsync(server);
        MySqlSource Source() => new(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["d.*"], ServerId = 4711 });
        await using var older = new LiveCapture(Source(), LiveCapture.From(StartPosition.At(start)));
        await older.CaughtUpAsync();
        await using var newer = new LiveCapture(Source(), LiveCapture.From(StartPosition.At(start)));
        await newer.CaughtUpAsync();
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1)");
        await newer.CountAsync(1);

        if (kind is ServerKind.MySql97 or ServerKind.MySql56)
        {
            // Each reader has a UUID of its own, by which MySQL tells them apart; MariaDB knows the id alone.
            await older.CountAsync(1);
        }
        else
        {
            var error = await older.FailureAsync<CdcServerException>();
            Assert.False(error.IsTransient);
            Assert.Contains("a ServerId of its own", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(OffsetLostPolicy.StartFromEarliest)]
    [InlineData(OffsetLostPolicy.StartFromLatest)]
    public async Task A_purged_position_goes_on_where_the_options_say_with_a_notice_first(OffsetLostPolicy policy)
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        Offset lost = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1); FLUSH BINARY LOGS; INSERT INTO d.t VALUES (2); PURGE BINARY LOGS TO 'binlog.000002'");
        var store = new InMemoryOffsetStore();
        await store.SaveAsync("test", lost.ToString(), 0);
        using var patience = new CancellationTokenSource(Capture.Patience);
        await using var engine = new CdcEngine(Capture.Source(server, "d"), store, new CdcEngineOptions { Name = "test", OnOffsetLost = policy });
        var items = new List<StreamItem>();
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is Notice)
            {
                await server.ExecuteAsync("INSERT INTO d.t VALUES (3)");
            }

            items.Add(item);
            if (item is ChangeEvent change && change.After["id"].AsInt32() == 3)
            {
                break;
            }
        }

        var notice = Assert.IsType<Notice>(items[0]);
        Assert.Equal(NoticeKind.PositionLost, notice.Kind);
        int[] expected = policy == OffsetLostPolicy.StartFromEarliest ? [2, 3] : [3];
        Assert.Equal(expected, items.OfType<ChangeEvent>().Select(change => change.After["id"].AsInt32()));
    }
}
