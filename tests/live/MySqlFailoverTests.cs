using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Another server replaces the one that was read, two readers use the same id, and logs are gone.</summary>
public sealed class MySqlFailoverTests(MySql97Fixture mySql97)
{
    private const string Foreign = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    [Fact]
    public async Task By_GTID_reading_continues_at_the_next_host_without_loss_or_repetition()
    {
        await using MySqlTestServer first = await mySql97.StartOwnAsync("--server-id=71");
        await using MySqlTestServer second = await mySql97.StartOwnAsync("--server-id=72");
        await ReplicateAsync(first, second, delay: 0);
        await first.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        CdcOffset start = await Capture.EndOfLogAsync(first);
        MySqlSource source = Source(first, second);
        await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.At(start)));
        for (int i = 0; i < 50; i++)
        {
            await first.ExecuteAsync($"INSERT INTO d.t VALUES ({2 * i}), ({(2 * i) + 1})");
        }

        await live.CountAsync(60);
        await UntilAsync(second, "SELECT COUNT(*) FROM d.t", "100");
        await first.KillAsync();
        await second.ExecuteAsync("STOP REPLICA; INSERT INTO d.t VALUES (1000), (1001)");
        await live.CountAsync(102);

        Assert.Equal(Enumerable.Range(0, 100).Append(1000).Append(1001).Select(id => $"create t {{id: {id}}}"), live.Texts);
        Assert.True(live.Engine.Status.Reconnects > 0);
    }

    [Fact]
    public async Task A_replica_that_lags_behind_the_position_is_waited_for()
    {
        await using MySqlTestServer first = await mySql97.StartOwnAsync("--server-id=73");
        await using MySqlTestServer second = await mySql97.StartOwnAsync("--server-id=74");
        await first.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        await ReplicateAsync(first, second, delay: 4);
        CdcOffset start = await Capture.EndOfLogAsync(first);
        await using var live = new LiveCapture(Source(first, second), LiveCapture.From(StartPosition.At(start)));
        await first.ExecuteAsync("INSERT INTO d.t VALUES (1), (2); INSERT INTO d.t VALUES (3)");
        await live.CountAsync(3);
        string executed = (await first.QueryAsync("SELECT @@GLOBAL.gtid_executed"))[0][0] ?? "";
        await UntilAsync(
            second, $"SELECT GTID_SUBSET('{executed}', (SELECT RECEIVED_TRANSACTION_SET FROM "
                + "performance_schema.replication_connection_status))", "1");

        await first.KillAsync();
        await live.UntilAsync(() => live.Engine.Status.Failure?.Message.Contains("is a replica", StringComparison.Ordinal) == true,
            () => "the failure does not mention the replica");
        await UntilAsync(second, "SELECT COUNT(*) FROM d.t", "3");
        await second.ExecuteAsync("STOP REPLICA; INSERT INTO d.t VALUES (4)");
        await live.CountAsync(4);

        Assert.Equal(Enumerable.Range(1, 4).Select(id => $"create t {{id: {id}}}"), live.Texts);
    }

    [Fact]
    public async Task A_host_that_has_purged_the_position_is_skipped_for_one_that_has_it()
    {
        await using MySqlTestServer first = await mySql97.StartOwnAsync("--server-id=75");
        await using MySqlTestServer second = await mySql97.StartOwnAsync("--server-id=76");
        await ReplicateAsync(first, second, delay: 0);
        await first.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        CdcOffset start = await Capture.EndOfLogAsync(first);
        await first.ExecuteAsync("INSERT INTO d.t VALUES (1); FLUSH BINARY LOGS; PURGE BINARY LOGS TO 'binlog.000002'");
        await UntilAsync(second, "SELECT COUNT(*) FROM d.t", "1");

        Assert.Equal(["create t {id: 1}"], await Capture.ReadTextsAsync(Source(first, second), start));

        await second.ExecuteAsync("FLUSH BINARY LOGS; PURGE BINARY LOGS TO 'binlog.000002'");
        var lost = await Assert.ThrowsAsync<OffsetLostException>(() => Capture.ReadAsync(Source(first, second), start));
        Assert.Contains("None of 2 hosts", lost.Message, StringComparison.Ordinal);
        Assert.Contains("purged", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transactions_that_a_copied_server_never_logged_are_in_the_set_of_its_next_file()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync($"RESET BINARY LOGS AND GTIDS; SET GLOBAL gtid_purged = '{Foreign}:1-100'; CREATE DATABASE d; CREATE "
            + "TABLE d.t (id INT PRIMARY KEY)");
        string?[] end = await Capture.LogStatusAsync(server);
        CdcOffset file =
            MySqlOffset.FromPosition(end[0] ?? "", long.Parse(end[1] ?? "", System.Globalization.CultureInfo.InvariantCulture));
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1); FLUSH BINARY LOGS; INSERT INTO d.t VALUES (2); INSERT INTO d.t VALUES (3)");

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, "d"), file);

        Assert.Equal(3, changes.Count);
        Assert.Contains($"{Foreign}:1-100", changes[1].Offset.ToString(), StringComparison.Ordinal);
        Assert.Equal(["create t {id: 3}"], await Capture.ReadTextsAsync(Capture.Source(server, "d"), changes[1].Offset));
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    [InlineData(ServerKind.MariaDb1011)]
    [InlineData(ServerKind.MariaDb118)]
    public async Task Two_readers_with_the_same_chosen_id_do_not_disconnect_each_other_for_ever(ServerKind kind)
    {
        await using MySqlTestServer server =
            await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        MySqlSource Source()
            => new(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["d.*"], ServerId = 4711 });
        await using var older = new LiveCapture(Source(), LiveCapture.From(StartPosition.At(start)));
        await older.CaughtUpAsync();
        await using var newer = new LiveCapture(Source(), LiveCapture.From(StartPosition.At(start)));
        await newer.CaughtUpAsync();
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1)");
        await newer.CountAsync(1);

        if (kind is ServerKind.MySql97 or ServerKind.MySql56)
        {
            // Each reader has a UUID of its own, by which MySQL distinguishes them; MariaDB knows only the id.
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
    public async Task A_purged_position_resumes_where_the_options_say_after_a_notice(OffsetLostPolicy policy)
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        CdcOffset lost = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1); FLUSH BINARY LOGS; INSERT INTO d.t VALUES (2); PURGE BINARY LOGS TO "
            + "'binlog.000002'");
        var store = new InMemoryOffsetStore();
        await store.SaveAsync("test", lost.ToString(), 0);
        using var patience = new CancellationTokenSource(Capture.Patience);
        await using var engine = new CdcEngine(Capture.Source(server, "d"), store,
            new CdcEngineOptions { Name = "test", OnOffsetLost = policy });
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

    /// <summary>Makes a source of one database with two hosts.</summary>
    internal static MySqlSource Source(MySqlTestServer first, MySqlTestServer second) => new(new MySqlSourceOptions
    {
        ConnectionString = first.ConnectionString.Replace("127.0.0.1", $"127.0.0.1:{first.Port},127.0.0.1:{second.Port}",
            StringComparison.Ordinal),
        Include = ["d.*"],
    });

    private static Task ReplicateAsync(MySqlTestServer source, MySqlTestServer replica, int delay) => replica.ExecuteAsync($"""
        RESET BINARY LOGS AND GTIDS;
        CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = {source.Port}, SOURCE_USER = '{source.AdminUser}',
          SOURCE_PASSWORD = '{source.AdminPassword}', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1, SOURCE_DELAY = {delay};
        START REPLICA;
        """);

    private static async Task UntilAsync(MySqlTestServer server, string query, string expected)
    {
        long started = TimeProvider.System.GetTimestamp();
        string? found = null;
        while (found != expected)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Capture.Patience, $"After {Capture.Patience} '{query}' gives "
                + $"{found}, not {expected}.");
            await Task.Delay(20);
            try
            {
                found = (await server.QueryAsync(query))[0][0];
            }
            catch (SqlStatementException e)
            {
                // The replica does not have the table yet.
                found = e.Message;
            }
        }
    }
}
