using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Losses that other readers shipped, each named after its report, on real servers.</summary>
public sealed class LossesElsewhereTests(MySql97Fixture mySql97, MatrixServers servers) : IClassFixture<MatrixServers>
{
    [Theory]
    [InlineData("FULL", "update t {id: 1, j: {\"a\": 1, \"b\": [1, 2]}} -> {id: 1, j: {\"a\": 2, \"b\": [1, 2]}}")]
    [InlineData("MINIMAL", "update t {id: 1} -> {id: 1, j: [{\"op\": \"replace\", \"path\": \"$.a\"")]
    public async Task PeerDB_4538_and_readyset_1605_a_session_that_turns_partial_JSON_on_while_reading_loses_no_update(
        string image, string expected)
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("pj");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, j JSON)", database);
        await using var live = new LiveCapture(
            Capture.Source(server, database), LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server))));
        await server.ExecuteAsync("INSERT INTO t VALUES (1, '{\"a\": 1, \"b\": [1, 2]}')", database);
        await live.CountAsync(1);

        await server.ExecuteAsync($"""
            SET SESSION binlog_row_value_options = PARTIAL_JSON, binlog_row_image = {image};
            UPDATE t SET j = JSON_SET(j, '$.a', 2);
            UPDATE t SET j = JSON_SET(j, '$.a', 3);
            """, database);
        await live.CountAsync(3);

        Assert.StartsWith(expected, live.Texts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flink_39372_reading_passes_from_file_999999_to_file_1000000_and_restarts_on_either_side()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        await server.StopAsync();
        foreach (string old in Directory.GetFiles(server.DataDirectory, "binlog.0*").Order(StringComparer.Ordinal).SkipLast(1))
        {
            File.Delete(old);
        }

        File.Move(Directory.GetFiles(server.DataDirectory, "binlog.0*").Single(), server.BinlogPath("binlog.999998"));
        await File.WriteAllTextAsync(server.BinlogPath("binlog.index"), "./binlog.999998\n");
        await server.RestartAsync();
        await server.ExecuteAsync(
            "INSERT INTO d.t VALUES (1); FLUSH BINARY LOGS; INSERT INTO d.t VALUES (2); FLUSH BINARY LOGS; INSERT INTO d.t VALUES (3)");

        List<CapturedChange> whole = await Capture.ReadAsync(Capture.Source(server, "d"), Capture.UpToNow(StartPosition.Earliest));

        Assert.Equal(["create t {id: 1}", "create t {id: 2}", "create t {id: 3}"], Capture.Texts(whole));
        Assert.Equal(
            ["binlog.999999", "binlog.1000000", "binlog.1000001"],
            whole.Select(change => BinlogPosition.Read(change.Offset).Coordinates?.File));
        foreach (bool hasGtids in (bool[])[true, false])
        {
            for (int i = 0; i < whole.Count; i++)
            {
                var position = BinlogPosition.Read(whole[i].Offset);
                CdcOffset start = hasGtids ? whole[i].Offset
                    : MySql.MySqlOffset.FromPosition(position.Coordinates?.File ?? "", position.Coordinates?.Position ?? 0);
                Assert.Equal(Capture.Texts(whole.Skip(i + 1)), await Capture.ReadTextsAsync(Capture.Source(server, "d"), start));
            }
        }
    }

    [Fact]
    public async Task Debezium_dbz_2227_a_server_with_a_purged_history_is_read_from_its_start_from_now_and_after_a_restart()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); INSERT INTO d.t VALUES (1); "
            + "FLUSH BINARY LOGS");
        string file = (await Capture.LogStatusAsync(server))[0] ?? "";
        await server.ExecuteAsync($"PURGE BINARY LOGS TO '{file}'; INSERT INTO d.t VALUES (2)");
        Assert.NotEqual("", (await server.QueryAsync("SELECT @@GLOBAL.gtid_purged"))[0][0]);
        var store = new InMemoryOffsetStore();

        string[] earliest = Capture.Texts(await Capture.ReadAsync(
            Capture.Source(server, "d"), Capture.UpToNow(StartPosition.Earliest), store));
        await server.ExecuteAsync("INSERT INTO d.t VALUES (3)");
        string[] restarted = Capture.Texts(await Capture.ReadAsync(
            Capture.Source(server, "d"), Capture.UpToNow(StartPosition.Latest), store));
        await using var live = new LiveCapture(Capture.Source(server, "d"), LiveCapture.From(StartPosition.Latest));
        await live.CaughtUpAsync();
        await server.ExecuteAsync("INSERT INTO d.t VALUES (4)");
        await live.CountAsync(1);

        Assert.Equal(["create t {id: 2}"], earliest);
        Assert.Equal(["create t {id: 3}"], restarted);
        Assert.Equal(["create t {id: 4}"], live.Texts);
    }

    [Fact]
    public async Task Flink_39149_and_deltaforge_3_a_server_whose_executed_set_has_holes_is_read_without_loss()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        const string Other = "cccccccc-0000-0000-0000-000000000003";
        await server.ExecuteAsync(string.Concat(((int[])[5, 1, 3]).Select(n =>
            $"SET gtid_next = '{Other}:{n}'; INSERT INTO d.t VALUES ({n}); SET gtid_next = AUTOMATIC;")));

        List<CapturedChange> first = await Capture.ReadAsync(Capture.Source(server, "d"), start);
        await server.ExecuteAsync(string.Concat(((int[])[2, 4]).Select(n =>
            $"SET gtid_next = '{Other}:{n}'; INSERT INTO d.t VALUES ({n}); SET gtid_next = AUTOMATIC;")));
        string[] rest = await Capture.ReadTextsAsync(Capture.Source(server, "d"), first[^1].Offset);

        Assert.Equal(["create t {id: 5}", "create t {id: 1}", "create t {id: 3}"], Capture.Texts(first));
        Assert.Contains($"{Other}:1:3:5", BinlogPosition.Read(first[^1].Offset).GtidSet?.ToString(), StringComparison.Ordinal);
        Assert.Equal(["create t {id: 2}", "create t {id: 4}"], rest);
    }

    [Fact]
    public async Task Flink_39149_a_failover_between_servers_whose_sets_have_different_holes_loses_and_repeats_nothing()
    {
        const string Origin = "cccccccc-0000-0000-0000-000000000003";
        static string Under(int number, string sql) => $"SET gtid_next = '{Origin}:{number}'; {sql}; SET gtid_next = AUTOMATIC;";
        static string Insert(int number) => Under(number, $"INSERT INTO d.t VALUES ({number})");
        await using MySqlTestServer first = await mySql97.StartOwnAsync("--server-id=81");
        await using MySqlTestServer second = await mySql97.StartOwnAsync("--server-id=82");
        foreach (MySqlTestServer server in (MySqlTestServer[])[first, second])
        {
            await server.ExecuteAsync("RESET BINARY LOGS AND GTIDS;" + Under(20, "CREATE DATABASE d")
                + Under(22, "CREATE TABLE d.t (id INT PRIMARY KEY)"));
        }

        // Two replicas that apply the transactions of a third server in parallel, each in its own order.
        await second.ExecuteAsync("CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1, SOURCE_AUTO_POSITION = 1, "
            + "SOURCE_CONNECT_RETRY = 60; START REPLICA SQL_THREAD");
        CdcOffset start = await Capture.EndOfLogAsync(first);
        await using var live = new LiveCapture(MySqlFailoverTests.Source(first, second), LiveCapture.From(StartPosition.At(start)));
        await first.ExecuteAsync(Insert(5) + Insert(1) + Insert(3));
        await live.CountAsync(3);
        await second.ExecuteAsync(Insert(1) + Insert(2) + Insert(5));

        await first.KillAsync();
        await live.UntilAsync(() => live.Engine.Status.Failure?.Message.Contains("is a replica", StringComparison.Ordinal) == true,
            () => "the second server lacks a transaction that was read, and nothing says so");
        Assert.Equal(3, live.Changes.Count);
        await second.ExecuteAsync(Insert(3) + Insert(4));
        await live.CountAsync(5);

        Assert.Equal(((int[])[5, 1, 3, 2, 4]).Select(id => $"create t {{id: {id}}}"), live.Texts);
        Assert.Contains($"{Origin}:1-5:20:22", BinlogPosition.Read(live.Changes[^1].Offset).GtidSet?.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MySQL 9.7 FULL", "MyISAM")]
    [InlineData("MariaDB 11.8 FULL", "MyISAM")]
    [InlineData("MariaDB 11.8 FULL", "Aria")]
    public async Task PeerDB_4539_changes_of_an_engine_without_transactions_move_the_offset(string combination, string engine)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combination));
        string database = await server.CreateDatabaseAsync("nt");
        await server.ExecuteAsync($"CREATE TABLE t (id INT PRIMARY KEY) ENGINE = {engine}", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO t VALUES (1), (2); DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (3)", database);

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        Assert.Equal(["create t {id: 1}", "create t {id: 2}", "delete t {id: 1}", "create t {id: 3}"], Capture.Texts(changes));
        Assert.Empty(await Capture.ReadTextsAsync(Capture.Source(server, database), changes[^1].Offset));
        Assert.True(BinlogPosition.Read(changes[^1].Offset).IsTransactionEnd);
    }

    [Theory]
    [InlineData("MySQL 9.7 MINIMAL", "FULL")]
    [InlineData("MySQL 9.7 MINIMAL", "MINIMAL")]
    [InlineData("MariaDB 11.8 NO_LOG", "FULL")]
    [InlineData("MariaDB 11.8 NO_LOG", "MINIMAL")]
    public async Task Debezium_dbz_2322_deletes_after_an_ALTER_are_delivered_though_the_log_names_no_columns(
        string combination, string image)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combination));
        string database = await server.CreateDatabaseAsync("dd");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 1), (2, 2), "
            + "(3, 3), (4, 4)", database);
        var store = new InMemoryOffsetStore();
        StartPosition start = StartPosition.At(await Capture.EndOfLogAsync(server));
        var deleted = new List<string>();
        string[] steps = ["ADD COLUMN b INT FIRST", "DROP COLUMN a", "MODIFY b BIGINT NOT NULL DEFAULT 1 AFTER id", "COMMENT = 'none'"];
        for (int i = 0; i < steps.Length; i++)
        {
            await server.ExecuteAsync(
                $"SET SESSION binlog_row_image = {image}, sql_mode = ''; ALTER TABLE t {steps[i]}; DELETE FROM t "
                    + $"WHERE id = {i + 1}", database);
            List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), Capture.UpToNow(start), store);
            deleted.AddRange(changes.Select(change => $"{change.Event.Operation} {change.Key}"));
        }

        Assert.Equal(["Delete {id: 1}", "Delete {id: 2}", "Delete {id: 3}", "Delete {id: 4}"], deleted);
    }
}
