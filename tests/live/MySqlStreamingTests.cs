using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>What statements of all kinds become, on servers of both versions and with the settings that change the log's format.</summary>
public sealed class MySqlStreamingTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    // Only statements that all servers know, and no table that is altered after its rows.
    private const string Script = """
        CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(20));
        CREATE TABLE b (id INT PRIMARY KEY, a_id INT, note TEXT);
        CREATE TABLE nokey (x INT, y INT);
        CREATE TABLE m (id INT PRIMARY KEY, v INT) ENGINE=MyISAM;
        INSERT INTO a VALUES (1, 'one'), (2, NULL), (3, '');
        UPDATE a SET v = CONCAT('u', id) WHERE id < 3;
        DELETE FROM a WHERE id = 3;
        BEGIN; INSERT INTO a VALUES (10, 'x'); INSERT INTO b VALUES (1, 10, 'n'); UPDATE a SET v = 'y' WHERE id = 10; DELETE FROM b; COMMIT;
        BEGIN; INSERT INTO a VALUES (99, 'never'); ROLLBACK;
        BEGIN; INSERT INTO a VALUES (11, 'kept'); SAVEPOINT s; INSERT INTO a VALUES (12, 'gone'); ROLLBACK TO s; COMMIT;
        REPLACE INTO a VALUES (11, 'replaced');
        INSERT INTO a VALUES (11, '') ON DUPLICATE KEY UPDATE v = 'duplicate';
        UPDATE a SET id = 20 WHERE id = 10;
        INSERT INTO nokey VALUES (1, 1), (1, 1); UPDATE nokey SET y = 2; DELETE FROM nokey LIMIT 1;
        INSERT INTO m VALUES (1, 1), (2, 2); UPDATE m SET v = v + 1; DELETE FROM m WHERE id = 1;
        INSERT INTO b VALUES (100, 1, 'p'), (101, 2, 'q'); UPDATE a JOIN b ON a.id = b.a_id SET a.v = 'joined', b.note = 'k';
        CREATE TRIGGER tr AFTER INSERT ON a FOR EACH ROW INSERT INTO nokey VALUES (NEW.id, 0);
        INSERT INTO a VALUES (30, 't'), (31, 't');
        CREATE TEMPORARY TABLE tmp (id INT); INSERT INTO tmp VALUES (1); INSERT INTO a SELECT 50, 'tmp' FROM tmp; DROP TEMPORARY TABLE tmp;
        TRUNCATE TABLE nokey;
        DELETE FROM b;
        """;

    private static readonly string[] _expected =
    [
        "create a {id: 1, v: one}", "create a {id: 2, v: NULL}", "create a {id: 3, v: }",
        "update a {id: 1, v: one} -> {id: 1, v: u1}", "update a {id: 2, v: NULL} -> {id: 2, v: u2}",
        "delete a {id: 3, v: }",
        "create a {id: 10, v: x}", "create b {id: 1, a_id: 10, note: n}", "update a {id: 10, v: x} -> {id: 10, v: y}",
            "delete b {id: 1, a_id: 10, note: n}",
        "create a {id: 11, v: kept}",
        "update a {id: 11, v: kept} -> {id: 11, v: replaced}",
        "update a {id: 11, v: replaced} -> {id: 11, v: duplicate}",
        "delete a {id: 10, v: y}", "create a {id: 20, v: y}",
        "create nokey {x: 1, y: 1}", "create nokey {x: 1, y: 1}",
        "update nokey {x: 1, y: 1} -> {x: 1, y: 2}", "update nokey {x: 1, y: 1} -> {x: 1, y: 2}", "delete nokey {x: 1, y: 2}",
        "create m {id: 1, v: 1}", "create m {id: 2, v: 2}",
        "update m {id: 1, v: 1} -> {id: 1, v: 2}", "update m {id: 2, v: 2} -> {id: 2, v: 3}", "delete m {id: 1, v: 2}",
        "create b {id: 100, a_id: 1, note: p}", "create b {id: 101, a_id: 2, note: q}",
        "update a {id: 1, v: u1} -> {id: 1, v: joined}", "update a {id: 2, v: u2} -> {id: 2, v: joined}",
        "update b {id: 100, a_id: 1, note: p} -> {id: 100, a_id: 1, note: k}", "update b {id: 101, a_id: 2, note: q} -> {id: 101, "
            + "a_id: 2, note: k}",
        "create a {id: 30, v: t}", "create nokey {x: 30, y: 0}", "create a {id: 31, v: t}", "create nokey {x: 31, y: 0}",
        "create a {id: 50, v: tmp}", "create nokey {x: 50, y: 0}",
        "truncate nokey",
        "delete b {id: 100, a_id: 1, note: k}", "delete b {id: 101, a_id: 2, note: k}",
    ];

    [Fact]
    public async Task MySql_9_7_with_GTIDs_and_full_metadata_streams_every_kind_of_change() =>
        await StreamsTheScriptAsync(await mySql97.ServerAsync());

    [Theory]
    [InlineData("--gtid-mode=OFF", "--binlog-checksum=NONE")]
    [InlineData("--gtid-mode=OFF", "--binlog-row-metadata=MINIMAL")]
    [InlineData("--binlog-row-metadata=MINIMAL", "--binlog-row-event-max-size=256")]
    [InlineData("--binlog-transaction-compression=ON", "--gtid-mode=ON", "--enforce-gtid-consistency=ON")]
    [InlineData("--binlog-transaction-compression=ON", "--gtid-mode=OFF", "--binlog-row-metadata=MINIMAL")]
    public async Task MySql_9_7_with_other_settings_streams_the_same(params string[] arguments)
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync(arguments);
        await StreamsTheScriptAsync(server);
    }

    [Fact]
    public async Task MySql_5_6_by_file_and_position_streams_the_same() => await StreamsTheScriptAsync(await mySql56.ServerAsync());

    [Fact]
    public async Task MySql_5_6_with_GTIDs_streams_the_same()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync("--gtid-mode=ON", "--enforce-gtid-consistency",
            "--log-slave-updates");
        await StreamsTheScriptAsync(server);
    }

    [Fact]
    public async Task MySql_5_6_delivers_the_outcome_of_mixed_engines_and_of_tables_filled_by_a_query()
    {
        MySqlTestServer server = await mySql56.ServerAsync();
        string database = await server.CreateDatabaseAsync("mixed");
        await server.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE m (id INT PRIMARY KEY) ENGINE=MyISAM", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync($"""
            BEGIN; INSERT INTO a VALUES (1); INSERT INTO m VALUES (1); ROLLBACK;
            BEGIN; INSERT INTO m VALUES (2); INSERT INTO a VALUES (2); SAVEPOINT s; INSERT INTO m VALUES (3); COMMIT;
            CREATE TABLE copied AS SELECT id FROM m ORDER BY id;
            USE mysql; /* a comment */ TRUNCATE /* another */ TABLE `{database}`.`m` -- end
            ;
            INSERT INTO {database}.a VALUES (3);
            """, database);

        string[] texts = await Capture.ReadTextsAsync(Capture.Source(server, database), start);

        Assert.Equal(
            [
                "create m {id: 1}", "create m {id: 2}", "create m {id: 3}", "create a {id: 2}",
                "create copied {id: 1}", "create copied {id: 2}", "create copied {id: 3}", "truncate m", "create a {id: 3}",
            ],
            texts);
    }

    [Fact]
    public async Task Patterns_ignore_case_if_the_server_does()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync("--lower-case-table-names=1");
        await server.ExecuteAsync("CREATE DATABASE Shop; CREATE TABLE Shop.Orders (id INT)");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO SHOP.ORDERS VALUES (1); TRUNCATE Shop.ORDERS");
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["SHOP.Orders"] });

        string[] texts = await Capture.ReadTextsAsync(source, start);

        Assert.Equal(["create orders {id: 1}", "truncate orders"],
            texts.Select(text => text.Replace("ORDERS", "orders", StringComparison.Ordinal)));
    }

    private static async Task StreamsTheScriptAsync(MySqlTestServer server)
    {
        string database = await server.CreateDatabaseAsync("streaming");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync(Script, database);

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        string[] texts = Capture.Texts(changes);
        Assert.Equal(Grouped(_expected), Grouped(texts));
        Assert.All(changes, change => Assert.Equal(database, change.Event.Database));
        Assert.Equal(changes.Count, changes.Select(change => change.Event.EventId).Distinct().Count());
        Assert.Equal("{id: 10}", changes[13].Key);
        Assert.Equal("{id: 20}", changes[13].Event.RelatedKey.ToString());
    }

    /// <summary>The order in which a join or a trigger changes its tables is the server's choice: from there on, only the order within each
    /// table is compared.</summary>
    private static string[] Grouped(string[] texts)
    {
        int first = Array.IndexOf(texts, "create b {id: 101, a_id: 2, note: q}") + 1;
        return [.. texts[..first], .. texts[first..].OrderBy(text => text.Split(' ')[1], StringComparer.Ordinal)];
    }
}
