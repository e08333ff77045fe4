using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Snapshots for which the stream of a real server is paused.</summary>
public sealed class BlockingSnapshotTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    [Theory]
    [MemberData(nameof(EngineSnapshotTests.All), MemberType = typeof(EngineSnapshotTests))]
    public async Task The_stream_pauses_where_the_view_is_and_resumes_though_the_log_was_rotated_and_purged(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("block");
        await server.ExecuteAsync("CREATE TABLE keyless (a INT) ENGINE=InnoDB; CREATE TABLE t (id INT PRIMARY KEY)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        for (int id = 1; id <= 50; id++)
        {
            await server.ExecuteAsync($"INSERT INTO keyless VALUES ({id}); INSERT INTO t VALUES ({id})", database);
        }

        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "blocking",
            StartFrom = StartPosition.At(start),
            MaxBatchSize = 5,
            MaxBufferedChanges = 5,
            Snapshot = new SnapshotOptions { ChunkSize = 10 },
        });
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Kind = SnapshotKind.Blocking });
        using var patience = new CancellationTokenSource(Capture.Patience);
        var rows = new List<string>();
        int next = 51;
        bool isPurged = false;
        await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
        {
            rows.Add($"{change.Operation} {change.Table} {change.After[0]}");
            if (change.Operation == ChangeOperation.Create && next <= 60)
            {
                // The view may be opened before or after any of these.
                await server.ExecuteAsync($"INSERT INTO keyless VALUES ({next}); INSERT INTO t VALUES ({next++})", database);
            }
            else if (change.Operation == ChangeOperation.Read && !isPurged)
            {
                Assert.Equal(SnapshotMarker.Blocking, change.Source.Snapshot);
                isPurged = true;
                await server.ExecuteAsync("INSERT INTO t VALUES (1000); INSERT INTO keyless VALUES (1000); FLUSH LOGS; FLUSH LOGS; "
                    + "INSERT INTO t VALUES (1001)", database);
                string last = (await server.QueryAsync("SHOW BINARY LOGS"))[^1][0] ?? "";
                await server.ExecuteAsync($"PURGE BINARY LOGS TO '{last}'");
            }

            if (rows[^1] == "Create t 1001")
            {
                break;
            }
        }

        SnapshotStatus status = await handle.Completion.WaitAsync(Capture.Patience);
        Assert.True(status.IsComplete, status.Reason);
        foreach (string table in (string[])["keyless", "t"])
        {
            // Each row of the view was created before it, and each one that was created after it is not in it.
            List<string> lines = rows.FindAll(row => row.Contains($" {table} ", StringComparison.Ordinal));
            int first = lines.FindIndex(static row => row.StartsWith("Read", StringComparison.Ordinal));
            List<string> read = lines.FindAll(static row => row.StartsWith("Read", StringComparison.Ordinal));
            Assert.InRange(read.Count, 50, 60);
            Assert.Equal(lines[..first].Select(static row => row.Split(' ')[2]).Order(),
                read.Select(static row => row.Split(' ')[2]).Order());
            Assert.Equal(lines.Count, lines.Distinct().Count());
            Assert.Contains($"Create {table} 1000", lines[(first + read.Count)..]);
        }
    }
}
