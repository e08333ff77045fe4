using CdcEmbedded.MySql;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Single features of the stream on MySQL 9.7: row images, DDL between rows, keys, foreign keys,
/// logged statements, filters.</summary>
public sealed class MySqlStatementTests(MySql97Fixture mySql97)
{
    [Theory]
    [InlineData("MINIMAL", "update t {id: 1} -> {id: 1, v: 2}", "delete t {id: 1}", "create t {id: 2, v: 5}")]
    [InlineData("NOBLOB", "update t {id: 1, v: 1} -> {id: 1, v: 2}", "delete t {id: 1, v: 2}", "create t {id: 2, v: 5}")]
    [InlineData("FULL", "update t {id: 1, v: 1, big: b} -> {id: 1, v: 2, big: b}", "delete t {id: 1, v: 2, big: b}",
        "create t {id: 2, v: 5, big: NULL}")]
    public async Task Columns_that_a_row_image_omits_are_absent(string image, params string[] expected)
    {
        string[] texts = await ReadAfterAsync("CREATE TABLE t (id INT PRIMARY KEY, v INT, big TEXT); INSERT INTO t VALUES (1, 1, 'b')", $"""
            SET SESSION binlog_row_image = '{image}';
            UPDATE t SET v = 2 WHERE id = 1; DELETE FROM t WHERE id = 1; INSERT INTO t (id, v) VALUES (2, 5);
            """);

        Assert.Equal(expected, texts);
    }

    [Fact]
    public async Task Generated_and_invisible_columns_are_in_the_stream()
    {
        string[] texts = await ReadAfterAsync("", """
            CREATE TABLE t (id INT PRIMARY KEY, v INT, twice INT AS (v * 2) STORED, thrice INT AS (v * 3) VIRTUAL, hidden INT DEFAULT 7 INVISIBLE);
            INSERT INTO t (id, v) VALUES (1, 5); UPDATE t SET v = 6;
            SET SESSION sql_generate_invisible_primary_key = ON; CREATE TABLE g (v INT); INSERT INTO g VALUES (3);
            """);

        Assert.Equal(
            [
                "create t {id: 1, v: 5, twice: 10, thrice: 15, hidden: 7}",
                "update t {id: 1, v: 5, twice: 10, thrice: 15, hidden: 7} -> {id: 1, v: 6, twice: 12, thrice: 18, hidden: 7}",
                "create g {my_row_id: 1, v: 3}",
            ],
            texts);
    }

    [Fact]
    public async Task Rows_keep_the_column_names_of_their_time_across_renames_and_alterations()
    {
        string[] texts = await ReadAfterAsync("", """
            CREATE TABLE a (id INT PRIMARY KEY, v INT); CREATE TABLE b (id INT PRIMARY KEY, w TEXT);
            INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 'b');
            RENAME TABLE a TO c, b TO a, c TO b;
            INSERT INTO a VALUES (2, 'two'); INSERT INTO b VALUES (2, 2);
            ALTER TABLE b ADD COLUMN first INT DEFAULT 9 FIRST, RENAME COLUMN v TO vv;
            INSERT INTO b (id, vv) VALUES (3, 3); UPDATE b SET vv = 4 WHERE id = 1;
            ALTER TABLE b DROP COLUMN vv, MODIFY first BIGINT UNSIGNED AFTER id;
            INSERT INTO b VALUES (4, 18446744073709551615);
            DROP TABLE a; CREATE TABLE a (only_one INT); INSERT INTO a VALUES (5);
            CREATE TABLE copied AS SELECT id FROM b ORDER BY id;
            CREATE TABLE alike LIKE b; INSERT INTO alike SELECT * FROM b WHERE id = 4;
            """);

        Assert.Equal(
            [
                "create a {id: 1, v: 1}", "create b {id: 1, w: b}",
                "create a {id: 2, w: two}", "create b {id: 2, v: 2}",
                "create b {first: 9, id: 3, vv: 3}", "update b {first: 9, id: 1, vv: 1} -> {first: 9, id: 1, vv: 4}",
                "create b {id: 4, first: 18446744073709551615}",
                "create a {only_one: 5}",
                "create copied {id: 1}", "create copied {id: 2}", "create copied {id: 3}", "create copied {id: 4}",
                "create alike {id: 4, first: 18446744073709551615}",
            ],
            texts);
    }

    [Theory]
    [InlineData(KeyChangeMode.DeleteAndCreate)]
    [InlineData(KeyChangeMode.Update)]
    public async Task A_changed_primary_key_is_delivered_in_the_requested_mode(KeyChangeMode mode)
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("keys");
        await server.ExecuteAsync("CREATE TABLE t (a INT, b VARCHAR(9), v INT, PRIMARY KEY (b, a)); INSERT INTO t VALUES (1, 'x', 1), "
            + "(2, 'x', 2), (3, 'x', 3)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("UPDATE t SET v = v + 10, a = IF(a = 2, 20, a)", database);

        List<CapturedChange> changes = await Capture.ReadAsync(
            new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = [$"{database}.*"],
                KeyChange = mode }), start);

        (string, string, string)[] expected = mode == KeyChangeMode.Update
            ?
            [
                ("update t {a: 1, b: x, v: 1} -> {a: 1, b: x, v: 11}", "{b: x, a: 1}", ""),
                ("update t {a: 2, b: x, v: 2} -> {a: 20, b: x, v: 12}", "{b: x, a: 20}", ""),
                ("update t {a: 3, b: x, v: 3} -> {a: 3, b: x, v: 13}", "{b: x, a: 3}", ""),
            ]
            :
            [
                ("update t {a: 1, b: x, v: 1} -> {a: 1, b: x, v: 11}", "{b: x, a: 1}", ""),
                ("delete t {a: 2, b: x, v: 2}", "{b: x, a: 2}", "{b: x, a: 20}"),
                ("create t {a: 20, b: x, v: 12}", "{b: x, a: 20}", "{b: x, a: 2}"),
                ("update t {a: 3, b: x, v: 3} -> {a: 3, b: x, v: 13}", "{b: x, a: 3}", ""),
            ];
        Assert.Equal(expected, changes.Select(change => (change.Text, change.Key, change.Event.RelatedKey.ToString())));
        Assert.Equal(Enumerable.Range(1, expected.Length).Select(n => (long)n), changes.Select(change => change.Event.TotalOrder));
    }

    [Fact]
    public async Task Names_with_any_characters_are_delivered_unchanged()
    {
        string[] texts = await ReadAfterAsync("", """
            CREATE TABLE `a.b``c "größe" 表` (`id` INT, `x.y``z '" ü` INT);
            INSERT INTO `a.b``c "größe" 表` VALUES (1, 2);
            TRUNCATE TABLE `a.b``c "größe" 表`;
            SET sql_mode = 'ANSI_QUOTES'; CREATE TABLE "q""t" (id INT); TRUNCATE "q""t";
            """);

        Assert.Equal(
            ["create a.b`c \"größe\" 表 {id: 1, x.y`z '\" ü: 2}", "truncate a.b`c \"größe\" 表", "truncate q\"t"],
            texts);
    }

    [Fact]
    public async Task Cascades_of_foreign_keys_are_in_the_stream()
    {
        string[] texts = await ReadAfterAsync("""
            CREATE TABLE p (id INT PRIMARY KEY);
            CREATE TABLE c (id INT PRIMARY KEY, p_id INT, FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE n (id INT PRIMARY KEY, p_id INT, FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE SET NULL);
            INSERT INTO p VALUES (1); INSERT INTO c VALUES (10, 1), (11, 1); INSERT INTO n VALUES (20, 1);
            """, "DELETE FROM p WHERE id = 1");

        Assert.Equal(
            ["delete c {id: 10, p_id: 1}", "delete c {id: 11, p_id: 1}", "delete p {id: 1}",
                "update n {id: 20, p_id: 1} -> {id: 20, p_id: NULL}"],
            texts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_statement_that_fills_many_events_delivers_all_its_rows_in_order()
    {
        string[] texts = await ReadAfterAsync("CREATE TABLE t (id INT PRIMARY KEY, v CHAR(100))", """
            SET SESSION cte_max_recursion_depth = 100000;
            INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, REPEAT('x', 100) FROM n;
            """);

        Assert.Equal(Enumerable.Range(1, 5000).Select(i => $"create t {{id: {i}, v: {new string('x', 100)}}}"), texts);
    }

    [Fact]
    public async Task Source_gives_the_statement_the_connection_and_the_position_in_the_log()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("source");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        string?[] answer = (await server.QueryAsync(
            "SET SESSION binlog_rows_query_log_events = ON; INSERT INTO t VALUES (1), (2) /* größe 😀 */; SELECT CONNECTION_ID(), "
                + "UNIX_TIMESTAMP()", database))[0];

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        var source = Assert.IsType<MySqlSourceInfo>(changes[1].Event.Source);
        Assert.Equal("INSERT INTO t VALUES (1), (2) /* größe 😀 */", source.Query);
        Assert.Equal(answer[0], source.ThreadId.ToString());
        Assert.Equal((97u, 1, "test", "mysql", database, "t"),
            (source.ServerId, source.Row, source.Name, source.Connector, source.Database, source.Table));
        Assert.Equal(changes[1].Event.Transaction?.Id, source.Gtid);
        Assert.Matches("^[0-9a-f-]{36}:[0-9]+$", source.Gtid);
        Assert.InRange(source.Timestamp.ToUnixTimeSeconds(), long.Parse(answer[1] ?? "") - 2, long.Parse(answer[1] ?? "") + 1);
        Assert.NotEqual(0, source.Timestamp.Microsecond + source.Timestamp.Millisecond);
        string?[] logged = (await server.QueryAsync($"SHOW BINLOG EVENTS IN '{source.File}' FROM {source.Position} LIMIT 1"))[0];
        Assert.Equal("Write_rows", logged[2]);
    }

    [Fact]
    public async Task Items_of_transactions_enclose_their_changes()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("items");
        await server.ExecuteAsync("CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("BEGIN; INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO a VALUES (2); COMMIT; TRUNCATE "
            + "a; INSERT INTO b VALUES (3)", database);

        var items = new List<string>();
        await using var engine = new CdcEngine(Capture.Source(server, database), new Offsets.InMemoryOffsetStore(), Capture.UpToNow(start));
        await foreach (StreamItem item in engine.ReadAllAsync())
        {
            items.Add(item switch
            {
                TransactionBegin => "begin",
                TransactionEnd end
                    => $"end {end.EventCount} "
                    + string.Join(' ', end.DataCollections.Select(c => $"{c.Key[(database.Length + 1)..]}={c.Value}")),
                ChangeEvent change => $"{change.Operation} {change.Table} {change.TotalOrder} {change.DataCollectionOrder}",
                _ => "",
            });
        }

        Assert.Equal(
            [
                "begin", "Create a 1 1", "Create b 2 1", "Create a 3 2", "end 3 a=2 b=1",
                "begin", "Truncate a 1 1", "end 1 a=1", "begin", "Create b 1 1", "end 1 b=1",
            ],
            items.Where(item => item.Length > 0));
    }

    [Fact]
    public async Task Filters_choose_tables_and_the_stored_offset_moves_past_what_they_skip()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("filters");
        await server.ExecuteAsync("CREATE TABLE orders (id INT); CREATE TABLE orders_old (id INT); CREATE TABLE other (id INT)", database);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = [$"{database}.orders*"],
            Exclude = ["*.*_old"],
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        });
        var store = new Offsets.InMemoryOffsetStore();
        var options = new CdcEngineOptions
        {
            Name = "test",
            StartFrom = StartPosition.At(await Capture.EndOfLogAsync(server)),
            CommitPolicy = new CommitPolicy { Interval = TimeSpan.FromMilliseconds(50) },
        };
        await using var live = new LiveCapture(source, options, store);
        await server.ExecuteAsync("BEGIN; INSERT INTO orders VALUES (1); INSERT INTO other VALUES (2); INSERT INTO orders_old "
            + "VALUES (3); COMMIT", database);
        await live.CountAsync(1);
        await server.ExecuteAsync("INSERT INTO other VALUES (4); INSERT INTO orders_old VALUES (5); TRUNCATE other", database);
        string executed = (await server.QueryAsync("SELECT @@GLOBAL.gtid_executed"))[0][0] ?? "";

        // Nothing captured has happened since, but the position must advance: an idle one is purged one day.
        GtidSet wanted = GtidSet.Parse(executed);
        await live.UntilAsync(
            () => StoredGtids(store) is { } stored && wanted.IsSubsetOf(stored),
                () => $"stored is {StoredGtids(store)} instead of {executed}");

        Assert.Equal(["create orders {id: 1}"], live.Texts);
    }

    private static GtidSet? StoredGtids(Offsets.InMemoryOffsetStore store)
    {
        ValueTask<Offsets.StoredOffset?> load = store.LoadAsync("test");
        if (!load.IsCompletedSuccessfully || load.Result is not { } stored)
        {
            return null;
        }

        using var document = System.Text.Json.JsonDocument.Parse(stored.Text);
        return GtidSet.Parse(document.RootElement.GetProperty("position").GetProperty("gtid").GetString() ?? "");
    }

    private async Task<string[]> ReadAfterAsync(string prepare, string sql)
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("statements");
        await server.ExecuteAsync(prepare, database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync(sql, database);
        return await Capture.ReadTextsAsync(Capture.Source(server, database), start);
    }
}
