using System.Globalization;
using System.Text;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.Sources;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Tables are read in chunks by keys of every type, in the server's order: no row is missing, and none comes twice.</summary>
public sealed class SnapshotKeyTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    // The key's columns, the key, and the values of the rows.
    private static readonly (string Columns, string Key, string[] Rows)[] _common =
    [
        ("k INT", "k", ["-2147483648", "-1", "0", "1", "2147483647"]),
        ("k BIGINT UNSIGNED", "k", ["0", "9223372036854775807", "9223372036854775808", "18446744073709551615"]),
        ("k DECIMAL(65,30)", "k", ["-1.5", "0", "0.000000000000000000000000000001", "99999999999999999999999999999999999.9"]),
        ("k FLOAT", "k", ["-3.4028234e38", "-0.1", "0.1", "0.2", "16777217", "3.4028234e38"]),
        ("k DOUBLE", "k", ["-1.7976931348623157e308", "4.9e-324", "0.1", "0.30000000000000004", "1e22"]),
        ("k BIT(64)", "k", ["0", "1", "9223372036854775807", "18446744073709551615"]), ("k BIT(3)", "k", ["0", "1", "5", "7"]),
        ("k YEAR", "k", ["0", "1901", "1970", "2155"]),
        ("k DATE", "k", ["'0000-00-00'", "'2024-00-00'", "'2024-00-15'", "'2024-02-29'", "'9999-12-31'"]),
        ("k DATETIME(6)", "k", ["'0000-00-00'", "'2024-02-29 01:02:03.000001'", "'2024-02-29 01:02:03.000002'", "'2024-02-30'"]),
        ("k DATETIME", "k", ["'1000-01-01'", "'2024-01-01 00:00:00'", "'2024-01-01 00:00:01'"]),
        ("k TIMESTAMP(3) NULL DEFAULT NULL", "k", ["'0000-00-00'", "'1970-01-01 00:00:01.001'", "'2024-10-27 01:30:00.999'"]),
        ("k TIME(6)", "k", ["'-838:59:58.999999'", "'-00:00:00.000001'", "'00:00:00'", "'00:00:00.000001'", "'838:59:58.5'"]),
        ("k TIME", "k", ["'-838:59:59'", "'-01:00:00'", "'24:00:00'", "'838:59:59'"]),
        ("k VARCHAR(20) CHARACTER SET utf8 COLLATE utf8_general_ci", "k", ["''", "'a'", "'B'", "'c'", "'ä!'", "'ß'", "'_'", "'Z'"]),
        ("k VARCHAR(20) CHARACTER SET utf8 COLLATE utf8_bin", "k", ["''", "'a'", "'A'", "'b'", "'ä'", "'\\''", "'\\\\'"]),
        ("k VARCHAR(20) CHARACTER SET utf8mb4", "k", ["'😀'", "'😁x'", "'a'", "'b'"]),
        ("k VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_german1_ci", "k", ["'a'", "'ä'", "'b'", "'€'", "'z'"]),
        ("k CHAR(5) CHARACTER SET latin1", "k", ["''", "'a'", "'b b'", "'Ü'"]),
        ("k VARCHAR(20) CHARACTER SET utf16", "k", ["'ü😀'", "'a'", "'b'"]),
        ("k VARCHAR(9) CHARACTER SET sjis", "k", ["'日本'", "'a'", "'ｱ'"]),
        ("k VARCHAR(9) CHARACTER SET gbk", "k", ["'汉'", "'字'", "'a'"]), ("k VARCHAR(9) CHARACTER SET ucs2", "k", ["'Ω'", "'a'", "'b'"]),
        ("k BINARY(4)", "k", ["X'00'", "X'0001'", "X'20'", "X'FF'", "X'FFFFFFFF'"]),
        ("k VARBINARY(9)", "k", ["''", "X'00'", "X'0000'", "X'27'"]),
        ("k ENUM('z','y','x','1')", "k", ["1", "2", "3", "4"]), ("k SET('z','y','x')", "k", ["0", "1", "2", "5", "7"]),
        ("k TEXT", "k(5)", ["'a'", "'ab'", "'B'", "'c'"]), ("k BLOB", "k(5)", ["X'00'", "X'0001'", "X'FF'"]),
        ("a INT, b VARCHAR(9) CHARACTER SET latin1, c DATETIME(3)", "a, b, c", ["1, 'a', '2024-01-01'", "1, 'a', '2024-01-01 00:00:00.001'",
            "1, 'B', '2024-01-01'", "1, 'c', '0000-00-00'", "2, '', '2024-01-01'", "2, 'a', '2023-01-01'", "-1, 'z', '2025-01-01'"]),
        ("a ENUM('b','a'), b TINYINT UNSIGNED, v INT", "b, a", ["1, 0, 5", "2, 0, 5", "1, 255, 5", "2, 255, NULL"]),
    ];

    private static readonly (string Columns, string Key, string[] Rows)[] _mySql97 =
    [
        ("k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci", "k", ["''", "'a'", "'a '", "'B'", "'ç'", "'😀'", "'ss!'"]),
        ("k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_ja_0900_as_cs_ks", "k", ["'か'", "'カ'", "'が'", "'A'", "'a'"]),
        ("k VARCHAR(20) CHARACTER SET gb18030", "k", ["'汉😀'", "'a'", "'b'"]), ("a INT, b INT", "a DESC, b", ["1, 1", "1, 2", "2, 1"]),
    ];

    private static readonly (string Columns, string Key, string[] Rows)[] _mariaDb =
    [
        ("k UUID", "k", ["'123e4567-e89b-12d3-a456-426655440000'", "'018f3a2b-4c5d-7e6f-8a9b-0c1d2e3f4a5b'",
            "'00112233-4455-1677-8899-aabbccddeeff'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'", "'00000000-0000-0000-0000-000000000000'"]),
        ("k INET6", "k", ["'::'", "'::1.2.3.4'", "'2001:db8::ff00:42:8329'", "'ffff::'", "'::ffff:1.2.3.4'"]),
        ("k INET4", "k", ["'0.0.0.0'", "'10.0.0.1'", "'255.255.255.255'"]),
        ("k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin", "k", ["'a'", "'a '", "'a  '", "'b'"]),
    ];

    /// <summary>All servers with their logs' settings.</summary>
    public static TheoryData<string> Combinations() => new("MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MySQL 5.6",
        "MariaDB 10.11 NO_LOG", "MariaDB 11.8 FULL");

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Chunks_of_one_two_or_all_rows_have_every_row_once_in_the_servers_order(string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        MySqlTestServer server = await servers.ServerAsync(combination);
        string database = await server.CreateDatabaseAsync("keys");
        (string Columns, string Key, string[] Rows)[] cases = [.. _common, .. combination.IsMariaDb ? _mariaDb
            : combination.Kind == ServerKind.MySql97 ? _mySql97 : []];
        var script = new StringBuilder("SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00';\n");
        for (int i = 0; i < cases.Length; i++)
        {
            // Both the primary key, and a unique key in its place.
            string columns = cases[i].Columns.Replace(" NULL DEFAULT NULL", "", StringComparison.Ordinal);
            string notNull = string.Join(", ",
                columns.Split(", ").Select(c => c.StartsWith("v ", StringComparison.Ordinal) ? c : c + " NOT NULL"));
            script.Append($"CREATE TABLE p{i} ({columns}, PRIMARY KEY ({cases[i].Key})) CHARACTER SET utf8mb4;\n")
                .Append($"CREATE TABLE u{i} ({notNull}, n INT NULL, UNIQUE KEY b ({cases[i].Key}), UNIQUE KEY a (n)) ")
                .Append("CHARACTER SET utf8mb4;\n");
            foreach (string row in cases[i].Rows)
            {
                script.Append($"INSERT IGNORE INTO p{i} VALUES ({row}); INSERT IGNORE INTO u{i} VALUES ({row}, NULL);\n");
            }
        }

        await server.ExecuteAsync(script.ToString(), database);
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        var differences = new List<string>();
        for (int i = 0; i < cases.Length; i++)
        {
            foreach (string name in (string[])[$"p{i}", $"u{i}"])
            {
                SnapshotTable table = await reader.TableAsync(database, name);
                Assert.True(table.ChunkRefusal is null, table.ChunkRefusal);
                string[] all = await KeysAsync(reader, table, 1000);

                // Collations find some of the values equal.
                int count = int.Parse((await server.QueryAsync($"SELECT COUNT(*) FROM {name}", database))[0][0]!,
                    CultureInfo.InvariantCulture);
                Assert.InRange(count, 2, cases[i].Rows.Length);
                foreach (int limit in (int[])[1, 2, 3])
                {
                    string[] some = await KeysAsync(reader, table, limit);
                    if (all.Length != count || all.Distinct().Count() != all.Length || !all.SequenceEqual(some))
                    {
                        differences.Add($"{cases[i].Columns} as {name} by {limit}: {string.Join(' ', some)} "
                            + $"instead of {string.Join(' ', all)}");
                    }
                }

                // Each row is found by its key again.
                SnapshotKey[] wanted = [.. all.Select(json => new SnapshotKey(json)).Where((_, place) => place % 2 == 0)];
                SnapshotChunk again = await reader.ReadKeysAsync(table, wanted, null, TestContext.Current.CancellationToken);
                string[] found = [.. Enumerable.Range(0, again.Count).Select(row => again.GetPlace(row)!.Json)];
                if (!found.SequenceEqual(wanted.Select(key => key.Json)))
                {
                    differences.Add($"{cases[i].Columns} as {name} again: {string.Join(' ', found)} "
                        + $"instead of {string.Join<SnapshotKey>(' ', wanted)}");
                }
            }
        }

        differences.AddRange(await CompareRangesAsync(reader, database, cases.Length));
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>Compares the rows of all tables, read by several readers of one view in ranges, with those that one reader reads.</summary>
    private static async Task<List<string>> CompareRangesAsync(SnapshotReader reader, string database, int cases)
    {
        const int Readers = 3;
        CancellationToken token = TestContext.Current.CancellationToken;
        IReadOnlyList<SnapshotTable> tables =
            [.. (await reader.ListTablesAsync([$"{database}.*"], token)).Where(table => table.IsDivisible)];
        await using ConsistentView view = await reader.OpenConsistentViewAsync(tables, Readers, token);
        var differences = new List<string>();
        foreach (SnapshotTable table in tables)
        {
            string[] all = [.. (await view.ReadAsync(0, table)).Select(row => table.KeyOf(row)!.Json)];
            foreach (int rows in (int[])[1, 2])
            {
                var some = new List<string>();
                SnapshotKey? after = null;
                for (int range = 0; range == 0 || after is not null; range++)
                {
                    SnapshotKey? upTo = await view.FindBoundAsync(range % Readers, table, after, rows, token);
                    await using SnapshotCursor cursor = await view.OpenRangeAsync((range + 1) % Readers, table, after, upTo, token);
                    while (await cursor.ReadAsync(10, token) is { } chunk)
                    {
                        Assert.True(upTo is null || chunk.Count == rows, $"{table} has {chunk.Count} rows up to {upTo}");
                        some.AddRange(Enumerable.Range(0, chunk.Count).Select(row => chunk.GetPlace(row)!.Json));
                    }

                    after = upTo;
                }

                if (!all.SequenceEqual(some))
                {
                    differences.Add($"{table} in ranges of {rows}: {string.Join(' ', some)} instead of {string.Join(' ', all)}");
                }
            }
        }

        // Neither a prefix nor an order that descends, nor another unique key.
        Assert.InRange(tables.Count, cases - 3, cases - 2);
        return differences;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Tables_that_cannot_be_read_in_chunks_say_why(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("keys");
        await server.ExecuteAsync("""
            CREATE TABLE bare (a INT); CREATE TABLE nullable (a INT UNIQUE); CREATE TABLE one (a INT NOT NULL, b INT, UNIQUE (a, b));
            CREATE TABLE old (a INT PRIMARY KEY) ENGINE=MyISAM; CREATE VIEW v AS SELECT 1; CREATE TABLE good (id INT PRIMARY KEY);
            INSERT INTO old VALUES (1), (2), (3);
            """, database);
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        IReadOnlyList<SnapshotTable> tables = await reader.ListTablesAsync([], TestContext.Current.CancellationToken);

        Assert.Equal(["bare", "good", "nullable", "old", "one"], tables.Select(table => table.Name));
        Assert.All(tables.Where(table => table.Name is "bare" or "nullable" or "one"),
            table => Assert.Contains($"{database}.{table.Name} has no primary key, and no unique key", table.ChunkRefusal,
                StringComparison.Ordinal));
        Assert.Equal(["old"], tables.Where(table => table.ViewRefusal is not null).Select(table => table.Name));
        Assert.Equal(["good"], (await reader.ListTablesAsync([$"{database}.go*"], TestContext.Current.CancellationToken))
            .Select(table => table.Name));
        Assert.Null(await reader.FindTableAsync(database, "none", TestContext.Current.CancellationToken));
        Assert.Null(await reader.FindTableAsync("mysql", "user", TestContext.Current.CancellationToken));
        Assert.Equal(3, (await reader.ReadInChunksAsync(await reader.TableAsync(database, "old"), 2)).Count);
        Assert.Empty(await reader.ReadInChunksAsync(await reader.TableAsync(database, "good"), 2));
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task A_condition_and_a_last_key_bound_what_is_read(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("keys");
        await server.ExecuteAsync("CREATE TABLE t (a INT, b INT, v INT, PRIMARY KEY (a, b)); INSERT INTO t VALUES (1, 1, 1), (1, 2, 2), "
            + "(2, 1, 3), (2, 2, 4), (3, 1, 5);", database);
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        SnapshotTable table = await reader.TableAsync(database, "t");
        CancellationToken token = TestContext.Current.CancellationToken;

        SnapshotChunk chunk = await reader.ReadChunkAsync(table, new SnapshotKey("[1,1]"), new SnapshotKey("[2,1]"), 10, null, token);
        Assert.Equal(["[1,2]", "[2,1]"], [chunk.GetPlace(0)!.Json, chunk.GetPlace(1)!.Json]);
        Assert.True(chunk.IsLast);
        Assert.Equal("{a: 1, b: 2}", chunk.GetKey(0).ToString());
        SnapshotChunk exact = await reader.ReadChunkAsync(table, null, new SnapshotKey("[2,1]"), 3, null, token);
        Assert.Equal((3, true), (exact.Count, exact.IsLast));
        SnapshotChunk part = await reader.ReadChunkAsync(table, null, null, 4, null, token);
        Assert.Equal((4, false), (part.Count, part.IsLast));
        Assert.Equal("[2,2]", (await reader.GetLastKeyAsync(table, "v % 2 = 0", token))!.Json);
        Assert.Equal(2, (await reader.ReadInChunksAsync(table, 1, "v % 2 = 0 OR 1 = 0")).Count);
        Assert.Null(await reader.GetLastKeyAsync(table, "v > 100", token));
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task A_chunk_of_large_rows_ends_before_its_limit_and_the_next_one_continues(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("keys");
        string inserts = string.Concat(Enumerable.Range(1, 40).Select(id => $"INSERT INTO t VALUES ({id}, REPEAT('x', 900000));\n"));
        await server.ExecuteAsync($"CREATE TABLE t (id INT PRIMARY KEY, v LONGTEXT);\n{inserts}", database);
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        SnapshotTable table = await reader.TableAsync(database, "t");

        SnapshotChunk first = await reader.ReadChunkAsync(table, null, null, 1000, null, TestContext.Current.CancellationToken);
        List<DataRecord> all = await reader.ReadInChunksAsync(table, 1000);

        Assert.InRange(first.Count, 1, 30);
        Assert.False(first.IsLast);
        Assert.Equal(Enumerable.Range(1, 40), all.Select(row => row["id"].AsInt32()));
        Assert.All(all, row => Assert.Equal(900_000, row["v"].AsString().Length));
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task A_table_that_was_altered_after_its_look_up_is_not_read_by_its_old_columns(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("keys");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9) CHARACTER SET latin1); "
            + "INSERT INTO t VALUES (1, 'ä'), (2, 'b')", database);
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        SnapshotTable table = await reader.TableAsync(database, "t");
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Equal("ä", (await reader.ReadChunkAsync(table, null, null, 1, null, token)).GetRow(0)["v"].AsString());
        await server.ExecuteAsync("ALTER TABLE t COMMENT 'no difference'; INSERT INTO t VALUES (3, 'c')", database);
        Assert.Equal("ä", (await reader.ReadChunkAsync(table, null, null, 1, null, token)).GetRow(0)["v"].AsString());

        await server.ExecuteAsync("ALTER TABLE t MODIFY v VARCHAR(9) CHARACTER SET utf8mb4", database);

        CdcProtocolException error = await Assert.ThrowsAsync<CdcProtocolException>(
            async () => await reader.ReadChunkAsync(table, null, null, 1, null, token));
        Assert.True(error.IsTransient);
        Assert.Contains($"{database}.t was altered", error.Message, StringComparison.Ordinal);
        await using SnapshotReader next = await SnapshotRig.OpenAsync(server, database);
        SnapshotTable now = await next.TableAsync(database, "t");
        Assert.Equal("ä", (await next.ReadChunkAsync(now, null, null, 1, null, token)).GetRow(0)["v"].AsString());
    }

    private static async Task<string[]> KeysAsync(SnapshotReader reader, SnapshotTable table, int limit)
        => [.. (await reader.ReadInChunksAsync(table, limit)).Select(row => table.KeyOf(row)!.Json)];
}
