using System.Globalization;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.Sources;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Tables that several readers of one view read in ranges, by keys whose order or limits only the server knows.</summary>
public sealed class DividedTableTests(MatrixServers servers, ITestOutputHelper output) : IClassFixture<MatrixServers>
{
    private const int Rows = 600;

    private static readonly (string Name, string Columns, string Key, Func<int, string> Values)[] _tables =
    [
        ("decimals", "k DECIMAL(65,30) NOT NULL", "k", static i => string.Create(CultureInfo.InvariantCulture,
            $"{(i % 2 == 0 ? "-" : "")}9999999999999999999999999999999999{i % 10}.00000000000000000000000000{i:0000}")),
        ("times", "k DATETIME(6) NOT NULL", "k", static i => string.Create(CultureInfo.InvariantCulture,
            $"'{(i % 7 == 0 ? "0000-00-00" : "2024-02-29")} 23:59:59.{999_999 - i:000000}'")),
        ("bytes", "k BINARY(16) NOT NULL", "k", static i => string.Create(CultureInfo.InvariantCulture,
            $"x'{i * 2654435761L % 0xFFFF:X4}{i:X4}0000000000000000{(i % 2 == 0 ? 0 : 0x2000):X4}0000'")),
        ("numbers", "k BIGINT UNSIGNED NOT NULL", "k", static i => string.Create(CultureInfo.InvariantCulture,
            $"{18446744073709551615UL - (ulong)i}")),
        ("pairs", "k VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL, n INT NOT NULL", "k, n", static i =>
            string.Create(CultureInfo.InvariantCulture, $"'{((string[])["a", "A", "ä", "b", "B", "ß", "s", "_", "😀"])[i % 9]}', {i}")),
    ];

    /// <summary>One server of each kind, with a number of readers; sixteen are more than a table has ranges.</summary>
    public static TheoryData<string, int> All()
    {
        var data = new TheoryData<string, int>();
        data.Add("MySQL 9.7 FULL", 3);
        data.Add("MySQL 5.6", 2);
        data.Add("MariaDB 11.8 FULL", 16);
        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Divided_tables_are_whole_after_two_crashes_and_changes_between_them(string combinationName, int readers)
    {
        int seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var random = new Random(seed);
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await BeginAsync(server);
        var store = new InMemoryOffsetStore();
        var copy = new KeyedCopy();
        foreach (int mark in (int[])[1, 2, 3])
        {
            await ReadAsync(server, database, readers, store, copy, mark, mark < 3 ? random.Next(1, Rows * 2) : int.MaxValue);
            await ChangeAsync(server, database, mark);
        }

        output.WriteLine($"CDC_RANDOM_SEED={seed}: {copy.Reads} rows, {copy.Changes} changes");
        Assert.InRange(copy.Changes, 1, int.MaxValue);
        await ReadAsync(server, database, readers, store, copy, 4, int.MaxValue);
        Assert.Empty(copy.Differences(await ServerTable.ReadAllAsync(server, database)));
    }

    [Theory]
    [InlineData("MySQL 9.7 FULL")]
    [InlineData("MySQL 5.6")]
    [InlineData("MariaDB 11.8 FULL")]
    public async Task A_reader_that_would_wait_for_an_ALTER_which_waits_for_the_view_does_not_join_the_others(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("join");
        await server.ExecuteAsync("CREATE TABLE t (k INT PRIMARY KEY); CREATE TABLE u (k INT PRIMARY KEY); "
            + "INSERT INTO t VALUES (1), (2), (3); INSERT INTO u VALUES (1)", database);
        CancellationToken token = TestContext.Current.CancellationToken;
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        SnapshotTable t = await reader.TableAsync(database, "t");
        SnapshotTable u = await reader.TableAsync(database, "u");
        Task altering;
        await using (ConsistentView view = await reader.OpenConsistentViewAsync([t, u], 3, token))
        {
            Assert.Equal("[1]", (await view.FindBoundAsync(0, t, null, 1, token))!.Json);
            Assert.True(await view.TryJoinAsync(1, t, token));
            altering = Task.Run(() => server.ExecuteAsync("ALTER TABLE t ENGINE=InnoDB", database), token);
            while (!(await server.ConnectionsAsync()).Any(connection => connection.Database == database
                && connection.State?.StartsWith("Waiting for table", StringComparison.Ordinal) == true))
            {
                Assert.False(altering.IsCompleted);
            }

            Assert.False(await view.TryJoinAsync(2, t, token));
            Assert.True(await view.TryJoinAsync(2, u, token));
            Assert.Equal(3, (await view.ReadAsync(0, t)).Count);
            Assert.Equal(3, (await view.ReadAsync(1, t)).Count);
            Assert.Single(await view.ReadAsync(2, u));
        }

        await altering;
    }

    private static async Task<string> BeginAsync(MySqlTestServer server)
    {
        string database = await server.CreateDatabaseAsync("divided");
        await server.ExecuteAsync("CREATE TABLE marks (id INT PRIMARY KEY); CREATE TABLE none (id INT PRIMARY KEY); "
            + "CREATE TABLE one (id INT PRIMARY KEY); INSERT INTO one VALUES (1)", database);
        foreach (var (name, columns, key, values) in _tables)
        {
            string rows = string.Join(", ", Enumerable.Range(0, Rows).Select(i => $"({values(i)}, 'v{i}')"));
            await server.ExecuteAsync($"SET NAMES utf8mb4; SET SESSION sql_mode=''; CREATE TABLE {name} ({columns}, v VARCHAR(20), "
                + $"PRIMARY KEY ({key})) ENGINE=InnoDB; INSERT INTO {name} VALUES {rows}; ANALYZE TABLE {name}", database);
        }

        return database;
    }

    /// <summary>Reads rows and changes, up to a number of them or to a mark that follows the snapshot.</summary>
    private static async Task ReadAsync(MySqlTestServer server, string database, int readers, InMemoryOffsetStore store, KeyedCopy copy,
        int mark, int limit)
    {
        await using var engine = new CdcEngine(Capture.Source(server, database), store, new CdcEngineOptions
        {
            Name = "divided",
            CommitPolicy = CommitPolicy.Always,
            MaxBatchSize = 10,
            Reconnect = ReconnectPolicy.None,
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.Initial, ChunkSize = 10, Readers = readers },
        });
        using var patience = new CancellationTokenSource(Capture.Patience);
        bool isMarked = false;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            Assert.False(item is SnapshotProgress { Progress.Status: SnapshotTableStatus.Failed }, item.ToString());
            if (item is ChangeEvent change)
            {
                copy.Apply(change);
                if (--limit <= 0 || (change.Table == "marks" && change.After["id"].AsInt32() == mark))
                {
                    return;
                }
            }

            if (!isMarked && (await store.LoadAsync("divided"))?.Text.Contains("\"finished\":[\"initial\"]", StringComparison.Ordinal)
                == true)
            {
                isMarked = true;
                await server.ExecuteAsync($"INSERT INTO marks VALUES ({mark})", database);
            }
        }
    }

    /// <summary>Inserts a row, changes three and deletes two of each table.</summary>
    private static async Task ChangeAsync(MySqlTestServer server, string database, int number)
    {
        foreach (var (name, _, key, values) in _tables)
        {
            await server.ExecuteAsync($"SET NAMES utf8mb4; SET SESSION sql_mode=''; INSERT IGNORE INTO {name} ({key}, v) "
                + $"VALUES ({values(Rows + 3 + number)}, 'new'); "
                + $"UPDATE {name} SET v = 'changed' WHERE v IN ('v5', 'v{100 + number}', 'v{Rows - 1}'); "
                + $"DELETE FROM {name} WHERE v IN ('v{7 + number}', 'v{300 + number}')", database);
        }
    }
}
