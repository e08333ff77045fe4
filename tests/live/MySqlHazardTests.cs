using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>What the log holds but cannot be delivered ends the stream with a typed exception, and is never skipped silently.</summary>
public sealed class MySqlHazardTests(MySql97Fixture mySql97)
{
    [Fact]
    public async Task XA_transactions_fail_if_the_options_say_so()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); CREATE TABLE d.free (id INT PRIMARY KEY)");

        await FailsAsync<SourceInconsistentException>(
            server, "XA START 'x1'; INSERT INTO d.t (id) VALUES (3); XA END 'x1'; XA PREPARE 'x1'; XA COMMIT 'x1'", "XA", xa: XaMode.Fail);
    }

    [Fact]
    public async Task Rows_that_statements_changed_are_never_skipped()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--log-bin-trust-function-creators=ON");
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); CREATE TABLE d.free (id INT PRIMARY KEY); "
            + "CREATE TABLE d.other (id INT PRIMARY KEY); INSERT INTO d.other VALUES (5), (6);\n"
            + "DELIMITER //\nCREATE FUNCTION d.f() RETURNS INT NO SQL BEGIN INSERT INTO d.t VALUES (77); RETURN 1; END //\n");
        foreach (string statement in (string[])
            [
                "INSERT INTO d.t (id) VALUES (4)", "UPDATE t SET id = 5 WHERE id = 4", "REPLACE LOW_PRIORITY INTO `d`.`t` (id) VALUES (9)",
                "DELETE other, t FROM t, other WHERE t.id = other.id", "UPDATE other JOIN t ON t.id = other.id + 4 SET t.id = 15",
                "UPDATE other AS o, t SET t.id = 6 WHERE t.id = 15", "DELETE FROM o USING other AS o JOIN t WHERE t.id = 9 AND o.id = 1",
                "INSERT INTO d.t (id) WITH c AS (SELECT 10) SELECT * FROM c",
                "WITH c AS (SELECT 10 AS i) DELETE FROM d.t WHERE id IN (SELECT i FROM c)", "DO f()",
            ])
        {
            await FailsAsync<SourceInconsistentException>(server, $"USE d; SET SESSION binlog_format = STATEMENT; {statement}",
                "binlog_format", "d.other");
        }
    }

    [Fact]
    public async Task Events_that_concern_only_excluded_tables_do_not_stop_the_stream()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("hazards");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE free (id INT PRIMARY KEY)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync($"""
            XA START '{database}'; INSERT INTO free VALUES (3); XA END '{database}'; XA PREPARE '{database}'; XA COMMIT '{database}';
            XA START '{database}'; INSERT INTO t VALUES (4); XA END '{database}'; XA COMMIT '{database}' ONE PHASE;
            SET SESSION binlog_format = STATEMENT; INSERT INTO free VALUES (4); UPDATE `free` SET id = 5 WHERE id = 4;
            DELETE FROM {database}.free WHERE id = 5; DELETE FROM free;
            SET SESSION binlog_format = ROW; INSERT INTO t VALUES (1);
            """, database);
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = [$"{database}.t"] });

        Assert.Equal(["create t {id: 4}", "create t {id: 1}"], await Capture.ReadTextsAsync(source, start));
    }

    [Fact]
    public async Task Rows_without_names_of_a_table_with_another_shape_now_are_named_by_the_log_or_rejected()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--binlog-row-metadata=MINIMAL");
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, a INT, b VARCHAR(10)); FLUSH BINARY LOGS");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1, 2, 'x')");
        string?[] status = await Capture.LogStatusAsync(server);
        Assert.Equal(["create t {id: 1, a: 2, b: x}"], await Capture.ReadTextsAsync(Capture.Source(server, "d"), start));

        foreach (string statement in (string[])["ALTER TABLE d.t MODIFY b VARCHAR(10) AFTER id", "ALTER TABLE d.t DROP COLUMN a",
            "RENAME TABLE d.t TO d.u"])
        {
            // The log before the start still has the CREATE TABLE.
            await server.ExecuteAsync(statement);
            Assert.Equal(["create t {id: 1, a: 2, b: x}"], await Capture.ReadTextsAsync(Capture.Source(server, "d"), start));
        }

        await server.ExecuteAsync($"PURGE BINARY LOGS TO '{status[0]}'");
        var refused = await Assert.ThrowsAsync<SchemaUnknownException>(() => Capture.ReadAsync(Capture.Source(server, "d"), start));

        Assert.Equal("d.t", refused.Table);
        Assert.Contains("d.t", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{status[0]}:", refused.Message, StringComparison.Ordinal);
        Assert.Contains("binlog_row_metadata=FULL", refused.Message, StringComparison.Ordinal);
    }

    private static async Task FailsAsync<T>(MySqlTestServer server, string sql, string part, string? exclude = null,
        XaMode xa = XaMode.Buffer)
        where T : CdcException
    {
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO d.free VALUES (1); DELETE FROM d.free");
        await server.ExecuteAsync(sql);
        await server.ExecuteAsync("INSERT INTO d.free VALUES (2); DELETE FROM d.free");
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = ["d.*"],
            Exclude = exclude is null ? [] : [exclude],
            Xa = xa,
        });
        await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.At(start)));

        T error = await live.FailureAsync<T>();

        Assert.False(error.IsTransient);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains("binlog.0", error.Message, StringComparison.Ordinal);
        Assert.Equal(["create free {id: 1}", "delete free {id: 1}"], live.Texts);
        Assert.Equal(EngineState.Failed, live.Engine.Status.State);
    }
}
