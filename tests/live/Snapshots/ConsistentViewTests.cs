using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.Sources;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>The rows of a consistent view and the stream from its position are the source: no change is missing, and none comes
/// twice.</summary>
public sealed class ConsistentViewTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    private const string Tables = """
        CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, v INT NOT NULL); CREATE TABLE b (id INT PRIMARY KEY, n INT NOT NULL);
        INSERT INTO b VALUES (1, 0), (2, 0), (3, 0); INSERT INTO a (v) VALUES (0), (0), (0), (0)
        """;

    /// <summary>All servers.</summary>
    public static TheoryData<string> All() => new("MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MySQL 5.6", "MariaDB 10.11 NO_LOG",
        "MariaDB 11.8 FULL");

    /// <summary>All servers with what a user may do, and the lock that follows under load.</summary>
    public static TheoryData<string, int, string> Loads()
    {
        var cases = new TheoryData<string, int, string>();
        foreach (string name in (string[])["MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MySQL 5.6", "MariaDB 10.11 NO_LOG",
            "MariaDB 11.8 FULL"])
        {
            cases.Add(name, 3, "RELOAD");
            cases.Add(name, 3, "LOCK TABLES");
            if (name.StartsWith("MariaDB", StringComparison.Ordinal))
            {
                cases.Add(name, 1, "none");
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public async Task Debezium_dbz_2330_the_rows_of_a_view_under_load_and_the_stream_from_its_position_are_the_source(
        string combinationName, int readers,
        string privilege)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("view");
        await server.ExecuteAsync(Tables, database);
        MySqlSource source = await SourceAsync(server, database, privilege);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task[] writers = [.. Enumerable.Range(1, 3).Select(n => Task.Run(() => WriteAsync(server, database, n, stop.Token)))];
        var texts = new List<string>();
        for (int round = 0; round < 6; round++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            await using SnapshotReader reader = await SnapshotRig.OpenAsync(source);
            (SnapshotTable a, SnapshotTable b) = (await reader.TableAsync(database, "a"), await reader.TableAsync(database, "b"));
            List<DataRecord>[] rows;
            SourcePosition position;
            await using (ConsistentView view = await reader.OpenConsistentViewAsync([a, b], readers, TestContext.Current.CancellationToken))
            {
                Assert.Equal(readers, view.Readers);
                texts.Add(view.Lock);
                position = view.Position;
                await Task.Delay(20, TestContext.Current.CancellationToken);
                rows = readers == 1 ? [await view.ReadAsync(0, a, limit: 7), await view.ReadAsync(0, b)]
                    : await Task.WhenAll(view.ReadAsync(0, a, limit: 7), view.ReadAsync(readers - 1, b));
            }

            // Both tables change in one transaction.
            Assert.Equal(rows[0].Sum(row => row["v"].AsInt64()), rows[1].Sum(row => row["n"].AsInt64()));
            await ReplayAsync(source, position, [(a, rows[0]), (b, rows[1])]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', texts));
        if (privilege == "LOCK TABLES")
        {
            Assert.DoesNotContain(texts, text => text.StartsWith("FLUSH", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_view_on_an_idle_server_takes_no_lock_where_GTIDs_say_its_position(string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(combination.Kind,
            new MySqlServerOptions { Owned = true, Arguments = combination.Arguments }));
        string database = await server.CreateDatabaseAsync("view");
        await server.ExecuteAsync(Tables, database);
        MySqlSource source = await SourceAsync(server, database, "none");
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(source);
        SnapshotTable[] tables = [await reader.TableAsync(database, "a"), await reader.TableAsync(database, "b")];
        CancellationToken token = TestContext.Current.CancellationToken;
        if (combination.Kind == ServerKind.MySql56 || combination.Arguments.Contains("--gtid-mode=OFF"))
        {
            CdcServerException refusal = await Assert.ThrowsAsync<CdcServerException>(
                async () => await reader.OpenConsistentViewAsync(tables, 2, token));
            Assert.False(refusal.IsTransient);
            Assert.Contains("GRANT RELOAD ON *.* or GRANT LOCK TABLES", refusal.Message, StringComparison.Ordinal);
            return;
        }

        await using ConsistentView view = await reader.OpenConsistentViewAsync(tables, 2, token);
        Assert.Equal("no lock (first attempt)", view.Lock);
        await server.ExecuteAsync("INSERT INTO a (v) VALUES (9); UPDATE b SET n = 9", database);
        Assert.Equal(4, (await view.ReadAsync(0, tables[0])).Count);
        Assert.All(await view.ReadAsync(1, tables[1]), row => Assert.Equal(0, row["n"].AsInt64()));

        // A cursor that is closed early leaves its reader usable.
        SnapshotCursor cursor = await view.OpenTableAsync(0, tables[0], "v = 0", token);
        Assert.Equal(1, (await cursor.ReadAsync(1, token))!.Count);
        await cursor.DisposeAsync();
        Assert.Equal(4, (await view.ReadAsync(0, tables[0])).Count);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_table_that_changed_after_the_view_was_opened_ends_the_view_with_a_transient_error(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("changed");
        await server.ExecuteAsync(Tables, database);
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        SnapshotTable[] tables = [await reader.TableAsync(database, "a"), await reader.TableAsync(database, "b")];
        await using ConsistentView view = await reader.OpenConsistentViewAsync(tables, 1, TestContext.Current.CancellationToken);
        await server.ExecuteAsync("TRUNCATE TABLE a; DROP TABLE b", database);

        // MySQL 5.6 shows a truncated table as it is since then: empty.
        foreach (SnapshotTable table in Combination.Of(combinationName).Kind == ServerKind.MySql56 ? tables[1..] : tables)
        {
            CdcServerException lost = await Assert.ThrowsAsync<CdcServerException>(() => view.ReadAsync(0, table));
            Assert.True(lost.IsTransient, lost.Message);
            Assert.Contains($"{database}.{table.Name} was truncated, altered or dropped", lost.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_lock_that_is_not_to_be_had_ends_with_a_transient_error_that_names_it(string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        if (combination.IsMariaDb || (combination.Kind == ServerKind.MySql97 && !combination.Arguments.Contains("--gtid-mode=OFF")))
        {
            return;
        }

        MySqlTestServer server = await servers.ServerAsync(combination);
        string database = await server.CreateDatabaseAsync("view");
        await server.ExecuteAsync(Tables, database);
        MySqlSource source = await SourceAsync(server, database, "LOCK TABLES");
        await using SqlSession writer = await server.OpenSessionAsync(database);
        await writer.ExecuteAsync("BEGIN; UPDATE b SET n = 5");
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(source);
        SnapshotTable[] tables = [await reader.TableAsync(database, "b")];

        CdcServerException refusal = await Assert.ThrowsAsync<CdcServerException>(
            async () => await reader.OpenConsistentViewAsync(tables, 1, TestContext.Current.CancellationToken));

        Assert.True(refusal.IsTransient);
        Assert.Contains("an open transaction", refusal.Message, StringComparison.Ordinal);
        await writer.ExecuteAsync("ROLLBACK");
        await using ConsistentView view = await reader.OpenConsistentViewAsync(tables, 1, TestContext.Current.CancellationToken);
        Assert.StartsWith("LOCK TABLES … READ held for ", view.Lock, StringComparison.Ordinal);
    }

    private static async Task<MySqlSource> SourceAsync(MySqlTestServer server, string database, string privilege)
    {
        string user = "u" + Guid.NewGuid().ToString("N")[..10];
        await server.ExecuteAsync($"CREATE USER {user}@'%' IDENTIFIED BY 'pw-1'; "
            + $"GRANT REPLICATION SLAVE, REPLICATION CLIENT{(privilege == "RELOAD" ? ", RELOAD" : "")} ON *.* TO {user}@'%'; "
            + $"GRANT SELECT{(privilege == "LOCK TABLES" ? ", LOCK TABLES" : "")} ON {database}.* TO {user}@'%'");
        return new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionStringFor(user, "pw-1"),
            Include = [$"{database}.*"] });
    }

    /// <summary>Each transaction adds the same to the sums of both tables, and inserts, deletes and moves keys.</summary>
    private static async Task WriteAsync(MySqlTestServer server, string database, int number, CancellationToken stop)
    {
        await using SqlSession session = await server.OpenSessionAsync(database, CancellationToken.None);
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
                $"BEGIN; INSERT INTO a (v) VALUES ({number}); UPDATE b SET n = n + {number} WHERE id = {number}; COMMIT;"),
                    CancellationToken.None);
            if (i % 5 == 4)
            {
                await session.ExecuteAsync("DELETE FROM a WHERE v = 0 LIMIT 1; INSERT INTO a (v) VALUES (0), (0)",
                    CancellationToken.None);
            }
        }
    }

    /// <summary>Applies the stream strictly: a create of a row that exists, or an update or delete of one that is not as its before says,
    /// is a change that is repeated or missing.</summary>
    private static async Task ReplayAsync(MySqlSource source, SourcePosition position,
        (SnapshotTable Table, List<DataRecord> Rows)[] snapshot)
    {
        var state = snapshot.SelectMany(part => part.Rows.Select(row => (Key: $"{part.Table.Name}{part.Table.KeyOf(row)}", Row: $"{row}")))
            .ToDictionary(pair => pair.Key, pair => pair.Row, StringComparer.Ordinal);
        List<CapturedChange> changes = await Capture.ReadAsync(source, position.ToOffset());
        foreach (ChangeEvent change in changes.Select(change => change.Event))
        {
            SnapshotTable table = snapshot.Single(part => part.Table.Name == change.Table).Table;
            if (change.Before.HasValue)
            {
                string key = $"{change.Table}{table.KeyOf(change.Before)}";
                Assert.True(state.Remove(key, out string? row) && row == $"{change.Before}",
                    $"{CapturedChange.Of(change).Text} does not follow {row ?? "nothing"}: a change is missing or repeated.");
            }

            if (change.After.HasValue)
            {
                Assert.True(state.TryAdd($"{change.Table}{table.KeyOf(change.After)}", $"{change.After}"),
                    $"{CapturedChange.Of(change).Text} was read already.");
            }
        }
    }
}
