using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.Sources;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Delivered is not visible (R63): a watermark says what a read that starts after it will see.</summary>
public sealed class SnapshotWatermarkTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    private const int CommitMilliseconds = 3000;

    /// <summary>Servers that can wait between the log and the commit.</summary>
    public static TheoryData<string> SlowCommits() => new("MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MariaDB 10.11 NO_LOG",
        "MariaDB 11.8 FULL");

    /// <summary>All servers.</summary>
    public static TheoryData<string> All() => new("MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MySQL 5.6", "MariaDB 10.11 NO_LOG",
        "MariaDB 11.8 FULL");

    [Theory]
    [MemberData(nameof(SlowCommits))]
    public async Task Spirit_746_820_and_1080_a_change_that_was_delivered_before_its_commit_is_covered_only_when_a_read_sees_it(
        string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(combination.Kind,
            new MySqlServerOptions { Owned = true, Arguments = combination.Arguments }));
        string database = await server.CreateDatabaseAsync("slow");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1)", database);
        MySqlSource source = Capture.Source(server, database);
        await using var capture = new LiveCapture(source, LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server))));
        await capture.CaughtUpAsync();
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        SnapshotTable table = await reader.TableAsync(database, "t");
        CancellationToken token = TestContext.Current.CancellationToken;
        (await reader.ReadChunkAsync(table, null, null, 10, null, token)).GetRow(0);

        string prefix = await WaitAfterSyncAsync(server, combination);
        Task commit = server.ExecuteAsync("INSERT INTO t VALUES (2)", database, token);
        await capture.CountAsync(1);
        SourcePosition delivered = source.ReadPosition(capture.Changes[0].Offset);

        int unseen = 0;
        bool isCovered = false;
        while (!isCovered)
        {
            isCovered = (await reader.GetWatermarkAsync(token)).Covers(delivered);
            SnapshotChunk chunk = await reader.ReadChunkAsync(table, null, null, 10, null, token);
            Assert.True(!isCovered || chunk.Count == 2, "The watermark covers the change, but the read that followed does not see it.");
            unseen += chunk.Count == 2 ? 0 : 1;
            await Task.Delay(10, token);
        }

        await commit;
        if (combination.Arguments.Contains("--gtid-mode=OFF"))
        {
            // Its watermark is the log's end: the read waits for the lock.
            Assert.Equal(0, unseen);
        }
        else
        {
            Assert.True(unseen > 10, $"The commit did not wait: {unseen} reads did not see the change.");
        }

        SourcePosition high = await reader.GetHighWatermarkAsync(token);
        await server.ExecuteAsync($"SET GLOBAL {prefix}_enabled = OFF; INSERT INTO t VALUES (3)", database);
        await capture.CountAsync(2);
        Assert.True(source.ReadPosition(capture.Changes[1].Offset).Covers(high));
        Assert.False(delivered.Covers(await reader.GetHighWatermarkAsync(token)));
    }

    /// <summary>The row waits for its own commit, which the server makes visible after every commit that is before it in the log.</summary>
    [Fact]
    public async Task A_watermark_that_is_a_row_of_our_own_covers_a_change_whose_commit_waits_only_when_a_read_sees_it()
    {
        Combination combination = Combination.Of("MySQL 9.7 FULL without GTID");
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(combination.Kind,
            new MySqlServerOptions { Owned = true, Arguments = combination.Arguments }));
        string database = await server.CreateDatabaseAsync("slow");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1); "
            + "CREATE TABLE signals (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT NULL)", database);
        MySqlSource source = Capture.Source(server, database);
        await using var capture = new LiveCapture(source, LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server))));
        await capture.CaughtUpAsync();
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(source, $"{database}.signals");
        SnapshotTable table = await reader.TableAsync(database, "t");
        CancellationToken token = TestContext.Current.CancellationToken;
        await WaitAfterSyncAsync(server, combination);
        Task commit = server.ExecuteAsync("INSERT INTO t VALUES (2)", database, token);
        await capture.CountAsync(1);
        SourcePosition delivered = source.ReadPosition(capture.Changes[0].Offset);
        Assert.Equal("1", (await server.QueryAsync($"SELECT COUNT(*) FROM {database}.t"))[0][0]);
        Assert.False(commit.IsCompleted, "The commit did not wait.");
        SourcePosition low = await reader.GetWatermarkAsync(token);
        Assert.True(low.Covers(delivered));
        Assert.Equal(2, (await reader.ReadChunkAsync(table, null, null, 10, null, token)).Count);
        await commit;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Under_load_a_read_sees_every_change_that_its_watermark_covers(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("load");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)", database);
        MySqlSource source = Capture.Source(server, database);
        await using var capture = new LiveCapture(source, LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server))));
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        SnapshotTable table = await reader.TableAsync(database, "t");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        CancellationToken token = TestContext.Current.CancellationToken;
        Task[] writers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            await using SqlSession session = await server.OpenSessionAsync(database);
            while (!stop.IsCancellationRequested)
            {
                await session.ExecuteAsync("INSERT INTO t (v) VALUES (1); INSERT INTO t (v) VALUES (2), (3)");
            }
        }))];
        int covered = 0;
        int early = 0;
        long started = TimeProvider.System.GetTimestamp();
        while (covered < 50 || TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(3))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Capture.Patience, $"Only {covered} watermarks covered the stream.");
            await capture.CountAsync(1);
            CapturedChange last = capture.Changes[^1];
            if (!(await reader.GetWatermarkAsync(token)).Covers(source.ReadPosition(last.Offset)))
            {
                early++;
                continue;
            }

            covered++;
            SnapshotKey key = table.KeyOf(last.Event.After)!;
            Assert.True((await reader.ReadKeysAsync(table, [key], null, token)).Count == 1,
                $"{key} was delivered and covered, but not read.");
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{covered} covered, {early} early"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task On_an_idle_server_the_watermark_covers_what_was_delivered_and_is_covered_by_it(string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(combination.Kind,
            new MySqlServerOptions { Owned = true, Arguments = combination.Arguments }));
        string database = await server.CreateDatabaseAsync("idle");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)", database);
        MySqlSource source = Capture.Source(server, database);
        SourcePosition first = source.ReadPosition((await Capture.ReadAsync(source, start))[0].Offset);
        SourcePosition delivered = source.ReadPosition((await Capture.ReadAsync(source, start))[^1].Offset);
        CancellationToken token = TestContext.Current.CancellationToken;
        for (int round = 0; round < 2; round++)
        {
            await using (SnapshotReader reader = await SnapshotRig.OpenAsync(server, database))
            {
                SourcePosition low = await reader.GetWatermarkAsync(token);
                Assert.True(low.Covers(delivered));
                Assert.True(low.Covers(first));
                Assert.True(low.Covers(low));
                Assert.False(first.Covers(low));

                // A new log file of a server without GTIDs is reached by the stream's own progress, which no change carries.
                Assert.True(delivered.Covers(await reader.GetHighWatermarkAsync(token)) || round > 0);
                Assert.Equal(low.ToOffset(), source.ReadPosition(low.ToOffset()).ToOffset());
            }

            await server.RestartAsync();
        }
    }

    /// <summary>The dump gets what is synchronized; the commit waits for a replica that does not exist.</summary>
    /// <returns>What the names of the server's settings begin with.</returns>
    private static async Task<string> WaitAfterSyncAsync(MySqlTestServer server, Combination combination)
    {
        string prefix = combination.IsMariaDb ? "rpl_semi_sync_master" : "rpl_semi_sync_source";
        string replica = combination.IsMariaDb ? "slave" : "replica";
        await server.ExecuteAsync((combination.IsMariaDb ? "" : "INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so';")
            + $"SET GLOBAL {prefix}_timeout = {CommitMilliseconds}; SET GLOBAL {prefix}_wait_point = 'AFTER_SYNC'; "
            + $"SET GLOBAL {prefix}_wait_no_{replica} = ON; SET GLOBAL {prefix}_enabled = ON");
        return prefix;
    }
}
