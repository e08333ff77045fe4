using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>After whichever event reading stops, a restart delivers exactly the rest.</summary>
public sealed class MySqlResumeTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    private const string FirstPart = """
        CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(20)); CREATE TABLE b (id INT PRIMARY KEY, v VARCHAR(20)); CREATE TABLE skipped (id INT);
        INSERT INTO a VALUES (1, 'x'), (2, 'x'), (3, 'x');
        INSERT INTO skipped VALUES (1);
        BEGIN; INSERT INTO a VALUES (4, 'x'); INSERT INTO skipped VALUES (2); UPDATE a SET v = 'y'; INSERT INTO b VALUES (1, 'x'), (2, 'x'); COMMIT;
        UPDATE a SET id = id + 10 WHERE id IN (1, 2);
        FLUSH BINARY LOGS;
        UPDATE a JOIN b ON a.id = b.id + 2 SET a.v = 'z', b.v = 'z';
        INSERT INTO skipped VALUES (3);
        DELETE FROM b;
        """;

    private const string SecondPart = """
        BEGIN; INSERT INTO a VALUES (5, 'x'), (6, 'x'), (7, 'x'), (8, 'x'); DELETE FROM a WHERE id = 6; UPDATE a SET id = 9 WHERE id = 5; COMMIT;
        FLUSH BINARY LOGS; FLUSH BINARY LOGS;
        TRUNCATE b;
        INSERT INTO skipped VALUES (4);
        INSERT INTO b VALUES (7, 'x');
        """;

    [Fact]
    public async Task A_restart_after_every_event_of_MySql_9_7_by_GTID_delivers_the_rest()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--binlog-row-event-max-size=256");
        await RestartsEverywhereAsync(server, useGtids: true);
    }

    [Fact]
    public async Task A_restart_after_every_event_of_MySql_9_7_by_file_and_position_delivers_the_rest()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--gtid-mode=OFF", "--binlog-checksum=NONE");
        await RestartsEverywhereAsync(server, useGtids: false);
    }

    [Fact]
    public async Task A_restart_after_every_event_of_MySql_5_6_by_file_and_position_delivers_the_rest()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync();
        await RestartsEverywhereAsync(server, useGtids: false);
    }

    [Fact]
    public async Task A_restart_after_every_event_of_MySql_5_6_by_GTID_delivers_the_rest()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync("--gtid-mode=ON", "--enforce-gtid-consistency",
            "--log-slave-updates");
        await RestartsEverywhereAsync(server, useGtids: true);
    }

    [Fact]
    public async Task A_restart_after_every_event_of_tagged_GTIDs_delivers_the_rest()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("tagged");
        await server.ExecuteAsync("CREATE TABLE t (id INT)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            INSERT INTO t VALUES (1); SET gtid_next = 'AUTOMATIC:blue'; INSERT INTO t VALUES (2), (3); INSERT INTO t VALUES (4);
            SET gtid_next = 'AUTOMATIC:red'; INSERT INTO t VALUES (5), (6); SET gtid_next = 'AUTOMATIC'; INSERT INTO t VALUES (7);
            """, database);
        List<CapturedChange> all = await Capture.ReadAsync(Capture.Source(server, database), start);
        Assert.Equal(Enumerable.Range(1, 7), all.Select(change => change.Event.After["id"].AsInt32()));
        Assert.Contains(":blue:", all[1].Event.Transaction?.Id, StringComparison.Ordinal);

        for (int i = 0; i < all.Count; i++)
        {
            List<CapturedChange> rest = await Capture.ReadAsync(Capture.Source(server, database), all[i].Offset);
            Assert.Equal(all.Skip(i + 1).Select(change => change.Text), Capture.Texts(rest));
        }
    }

    [Fact]
    public async Task A_stored_offset_takes_precedence_over_the_start_in_the_options()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("stored");
        await server.ExecuteAsync("CREATE TABLE t (id INT)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO t VALUES (1), (2), (3)", database);
        var store = new InMemoryOffsetStore();
        await using (var engine = new CdcEngine(Capture.Source(server, database), store, Capture.UpToNow(start)))
        {
            await foreach (ChangeEvent change in engine.ReadAsync())
            {
                if (change.After["id"].AsInt32() == 2)
                {
                    // The loop ends without asking for the next one: 2 is not acknowledged.
                    break;
                }
            }
        }

        List<CapturedChange> rest = await Capture.ReadAsync(Capture.Source(server, database), Capture.UpToNow(StartPosition.Latest), store);
        List<CapturedChange> none = await Capture.ReadAsync(Capture.Source(server, database), Capture.UpToNow(start), store);

        Assert.Equal(["create t {id: 2}", "create t {id: 3}"], Capture.Texts(rest));
        Assert.Empty(none);
    }

    [Fact]
    public async Task A_restart_inside_a_transaction_with_another_filter_is_rejected()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("refiltered");
        await server.ExecuteAsync("CREATE TABLE a (id INT); CREATE TABLE b (id INT)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("BEGIN; INSERT INTO a VALUES (1); INSERT INTO b VALUES (2), (3); INSERT INTO a "
            + "VALUES (4); COMMIT", database);
        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);
        var narrower = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = [$"{database}.b"] });

        foreach (int at in (int[])[1, 2])
        {
            var error = await Assert.ThrowsAsync<SourceInconsistentException>(() => Capture.ReadAsync(narrower, changes[at].Offset));
            Assert.Contains("Include", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Earliest_reads_the_log_from_its_start_and_latest_only_what_follows()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT); INSERT INTO d.t VALUES (1); FLUSH BINARY LOGS; INSERT "
            + "INTO d.t VALUES (2)");
        await server.ExecuteAsync("PURGE BINARY LOGS TO 'binlog.000002'; INSERT INTO d.t VALUES (3)");

        Assert.Equal(
            ["create t {id: 2}", "create t {id: 3}"],
            Capture.Texts(await Capture.ReadAsync(Capture.Source(server, "d"), Capture.UpToNow(StartPosition.Earliest))));
        await using var live = new LiveCapture(Capture.Source(server, "d"), LiveCapture.From(StartPosition.Latest));
        await live.UntilAsync(() => live.Engine.Status.State is EngineState.Streaming or EngineState.CaughtUp, () => "never connected");
        await server.ExecuteAsync("INSERT INTO d.t VALUES (4)");
        await live.CountAsync(1);
        Assert.Equal(["create t {id: 4}"], live.Texts);
    }

    private static async Task RestartsEverywhereAsync(MySqlTestServer server, bool useGtids)
    {
        await server.ExecuteAsync("CREATE DATABASE d");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync(FirstPart, "d");

        // What is read before the server restarts, and its offsets, must equal what is read after it.
        List<CapturedChange> before = await Capture.ReadAsync(Source(), start);
        await server.RestartAsync();
        await server.ExecuteAsync(SecondPart, "d");
        List<CapturedChange> all = await Capture.ReadAsync(Source(), start);
        Assert.Equal(useGtids ? "gtid" : "none", all[^1].Offset.ToString().Contains("\"gtid\"", StringComparison.Ordinal)
            ? "gtid" : "none");
        Assert.Equal(Described(before), Described(all.Take(before.Count)));
        Assert.True(all.Count > before.Count + 8);

        for (int i = 0; i < all.Count; i++)
        {
            List<CapturedChange> rest = await Capture.ReadAsync(Source(), CdcOffset.Parse(all[i].Offset.ToString()));
            Assert.Equal(Described(all.Skip(i + 1)), Described(rest));
        }

        MySqlSource Source() => new(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = ["d.*"],
            Exclude = ["d.skipped"],
        });
    }

    private static string[] Described(IEnumerable<CapturedChange> changes) =>
        [.. changes.Select(
            c => $"{c.Text} {c.Key} {c.Event.EventId} {c.Event.TotalOrder} {c.Event.DataCollectionOrder} {Capture.PlaceOf(c.Offset)}")];
}
