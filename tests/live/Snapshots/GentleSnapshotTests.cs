using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.Sources;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>What real servers say of their load, and new snapshots after a purged log.</summary>
public sealed class GentleSnapshotTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    [Theory]
    [MemberData(nameof(EngineSnapshotTests.All), MemberType = typeof(EngineSnapshotTests))]
    public async Task A_server_says_how_many_statements_run_and_that_it_is_no_replica(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("load");
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        SourceLoad? load = await reader.GetLoadAsync(TestContext.Current.CancellationToken);
        Assert.InRange(load?.RunningThreads ?? 0, 1, 1000);
        Assert.Null(load?.ReplicaLag);
    }

    [Theory]
    [InlineData("MySQL 9.7 MINIMAL")]
    [InlineData("MariaDB 11.8 FULL")]
    public async Task Resnapshot_reads_the_tables_beside_the_stream_after_the_log_was_purged(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("resnapshot");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1)", database);
        var store = new InMemoryOffsetStore();
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = [$"{database}.t"] });
        var options = new CdcEngineOptions
        {
            Name = "lost", CommitPolicy = CommitPolicy.Always, OnOffsetLost = OffsetLostPolicy.Resnapshot,
        };
        using var patience = new CancellationTokenSource(Capture.Patience);
        await using (var first = new CdcEngine(source, store, options))
        {
            // It stores where it starts.
            await using var items = first.ReadAllAsync(patience.Token).GetAsyncEnumerator(patience.Token);
            Task<bool> moving = items.MoveNextAsync().AsTask();
            while (await store.LoadAsync("lost", patience.Token) is null)
            {
                await Task.Delay(5, patience.Token);
            }

            await server.ExecuteAsync("INSERT INTO t VALUES (2)", database);
            Assert.True(await moving);
        }

        await server.ExecuteAsync("INSERT INTO t VALUES (3); FLUSH LOGS; DELETE FROM t WHERE id = 2; FLUSH LOGS", database);
        string last = (await server.QueryAsync("SHOW BINARY LOGS"))[^1][0] ?? "";
        await server.ExecuteAsync($"PURGE BINARY LOGS TO '{last}'");
        var seen = new List<string>();
        await using var engine = new CdcEngine(source, store, options);
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is Notice notice)
            {
                seen.Add($"{notice.Kind}");
            }
            else if (item is ChangeEvent change)
            {
                seen.Add($"{change.Operation} {change.After[0]}");
                if (change.Operation == ChangeOperation.Create)
                {
                    break;
                }
            }
            else if (item is SnapshotProgress { Progress.Status: SnapshotTableStatus.Completed })
            {
                await server.ExecuteAsync("INSERT INTO t VALUES (4)", database);
            }
        }

        Assert.Equal(["PositionLost", "Read 1", "Read 3", "Create 4"], seen);
    }

    [Theory]
    [MemberData(nameof(EngineSnapshotTests.All), MemberType = typeof(EngineSnapshotTests))]
    public async Task WhenNeeded_reads_the_tables_again_after_the_log_was_purged_and_a_new_table_when_asked(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("lost");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TABLE later (id INT PRIMARY KEY); "
            + "INSERT INTO later VALUES (7)", database);
        var store = new InMemoryOffsetStore();
        await ReadUntilAsync(["t"], static row => row == "Read t 1");
        await server.ExecuteAsync("INSERT INTO t VALUES (2); FLUSH LOGS; INSERT INTO t VALUES (3); FLUSH LOGS", database);
        string last = (await server.QueryAsync("SHOW BINARY LOGS"))[^1][0] ?? "";
        await server.ExecuteAsync($"PURGE BINARY LOGS TO '{last}'");
        await server.ExecuteAsync("DELETE FROM t WHERE id = 2", database);
        List<string> rows = await ReadUntilAsync(["t"], static row => row == "Read t 3");
        Assert.Contains("PositionLost", rows);
        Assert.Contains("Read t 1", rows);
        Assert.DoesNotContain("Read t 2", rows);

        rows = await ReadUntilAsync(["t", "later"], static row => row == "Read later 7",
            engine => engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = [$"{database}.later"] }).AsTask());
        Assert.DoesNotContain(rows, static row => row.StartsWith("Read t", StringComparison.Ordinal));

        async Task<List<string>> ReadUntilAsync(string[] tables, Predicate<string> isLast, Func<CdcEngine, Task>? begin = null)
        {
            var source = new MySqlSource(new MySqlSourceOptions
            {
                ConnectionString = server.ConnectionString,
                Include = [.. tables.Select(table => $"{database}.{table}")],
            });
            await using var engine = new CdcEngine(source, store, new CdcEngineOptions
            {
                Name = "lost",
                CommitPolicy = CommitPolicy.Always,
                Snapshot = new SnapshotOptions { Mode = SnapshotMode.WhenNeeded },
            });
            await (begin?.Invoke(engine) ?? Task.CompletedTask);
            using var patience = new CancellationTokenSource(Capture.Patience);
            var result = new List<string>();
            var isRead = false;
            await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
            {
                result.Add(item is ChangeEvent change
                    ? $"{change.Operation} {change.Table} {(change.After.HasValue ? change.After : change.Before)[0]}"
                    : item is Notice notice ? $"{notice.Kind}" : item.GetType().Name);
                isRead |= isLast(result[^1]);
                if (isRead && item is SnapshotProgress { Progress.Status: SnapshotTableStatus.Completed } progress)
                {
                    await engine.CommitAsync(progress, CancellationToken.None);
                    break;
                }
            }

            return result;
        }
    }
}
