using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Tables that are read by another column before their key.</summary>
public sealed class SurrogateKeyTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    private const int Rows = 300;

    public static TheoryData<string> All() => new("MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MariaDB 11.8 FULL");

    [Theory]
    [MemberData(nameof(All))]
    public async Task Rows_come_in_the_order_of_the_column_and_the_copy_equals_the_table_while_rows_move(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("order");
        await using SqlSession session = await server.OpenSessionAsync(database);
        await session.ExecuteAsync("CREATE TABLE t (a INT, b VARCHAR(8) COLLATE utf8mb4_general_ci, s DECIMAL(9,3) NOT NULL, v INT, "
            + "PRIMARY KEY (a, b), KEY (s))");
        for (int id = 0; id < Rows; id++)
        {
            // Several rows have one value, so that the key decides among them.
            await session.ExecuteAsync($"INSERT INTO t VALUES ({id % 17}, 'B{id}', {(id * 7 % 50) - 20}.125, 0)");
        }

        var copy = new KeyedCopy();
        await using var engine = Engine(server, database, await Capture.EndOfLogAsync(server));
        using var patience = new CancellationTokenSource(Capture.Patience);
        var order = new List<decimal>();
        Task reading = Task.Run(async () =>
        {
            await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
            {
                copy.Apply(change);
                if (change.Operation == ChangeOperation.Read)
                {
                    order.Add(change.After["s"].AsDecimal());
                }

                if (change.Table == "marks")
                {
                    return;
                }
            }
        });
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = [$"{database}.t"], SurrogateKey = "s" });
        var random = new Random(5);
        while (!handle.Completion.IsCompleted)
        {
            int id = random.Next(Rows);
            string statement = random.Next(4) switch
            {
                0 => $"UPDATE t SET s = {random.Next(-60, 60)}.5, v = v + 1 WHERE a = {id % 17} AND b = 'b{id}'",
                1 => $"UPDATE t SET v = v + 1 WHERE a = {id % 17} AND b = 'b{id}'",
                2 => $"DELETE FROM t WHERE a = {id % 17} AND b = 'b{id}'",
                _ => $"REPLACE INTO t VALUES ({id % 17}, 'B{id}', {random.Next(-60, 60)}.25, 1)",
            };
            try
            {
                await session.ExecuteAsync(statement);
            }
            catch (SqlStatementException e) when (e.IsDeadlock)
            {
                // A chunk that was read with locks won: the next statement is another one.
            }
        }

        SnapshotStatus status = await handle.Completion;
        Assert.True(status.IsComplete, status.Tables is [var first, ..] ? first.Reason ?? status.Reason : status.Reason);
        await session.ExecuteAsync("CREATE TABLE marks (id INT PRIMARY KEY)");
        await session.ExecuteAsync("INSERT INTO marks VALUES (1)");
        await reading.WaitAsync(Capture.Patience);
        Assert.Equal(order.Order(), order);
        Assert.True(order.Count > Rows / 3, $"Only {order.Count} rows were read.");
        Assert.Empty(copy.Differences(await ServerTable.ReadAllAsync(server, database)));
    }

    [Theory]
    [InlineData("CREATE TABLE t (id INT PRIMARY KEY, s INT NULL)", "may be NULL")]
    [InlineData("CREATE TABLE t (id INT PRIMARY KEY, s TEXT NOT NULL)", "is not exact")]
    [InlineData("CREATE TABLE t (id INT PRIMARY KEY, s JSON NOT NULL)", "is not exact")]
    [InlineData("CREATE TABLE t (id INT PRIMARY KEY, other INT NOT NULL)", "has no column s")]
    [InlineData("CREATE TABLE t (id INT NOT NULL, s INT NOT NULL)", "has no primary key")]
    public async Task A_table_that_cannot_be_read_by_the_column_fails_with_the_reason(string table, string reason)
        => Assert.Contains(reason, await FailureAsync(Combination.Of("MySQL 9.7 FULL"), table), StringComparison.Ordinal);

    [Fact]
    public async Task A_server_that_logs_a_part_of_each_row_is_refused()
        => Assert.Contains("binlog_row_image=MINIMAL",
            await FailureAsync(EngineSnapshotTests.PartialImages, "CREATE TABLE t (id INT PRIMARY KEY, s INT NOT NULL)"),
            StringComparison.Ordinal);

    private async Task<string> FailureAsync(Combination combination, string table)
    {
        MySqlTestServer server = await servers.ServerAsync(combination);
        string database = await server.CreateDatabaseAsync("refused");
        await server.ExecuteAsync(table, database);
        await using var engine = Engine(server, database, await Capture.EndOfLogAsync(server));
        using var patience = new CancellationTokenSource(Capture.Patience);
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { SurrogateKey = "s" });
        Task reading = Task.Run(async () =>
        {
            await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
            {
                Assert.Fail($"{change} was delivered.");
            }
        });
        SnapshotStatus status = await handle.Completion.WaitAsync(Capture.Patience);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        return Assert.Single(status.Tables).Reason ?? "";
    }

    private static CdcEngine Engine(MySqlTestServer server, string database, CdcOffset from)
        => new(Capture.Source(server, database), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "surrogate",
            StartFrom = StartPosition.At(from),
            Reconnect = ReconnectPolicy.None,
            Snapshot = new SnapshotOptions { ChunkSize = 10 },
        });
}
