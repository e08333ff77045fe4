using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Signals in a table of a real server.</summary>
public sealed class SignalTableTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    [Theory]
    [MemberData(nameof(EngineSnapshotTests.All), MemberType = typeof(EngineSnapshotTests))]
    public async Task A_row_in_a_table_that_the_source_excludes_requests_a_snapshot_and_is_not_delivered(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("asked");
        string app = await server.CreateDatabaseAsync("app");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3); "
            + "CREATE TABLE u (id INT PRIMARY KEY); INSERT INTO u VALUES (4); "
            + $"CREATE TABLE {app}.wishes (a VARCHAR(42) PRIMARY KEY, b VARCHAR(32) NOT NULL, c TEXT NULL)", database);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = [$"{database}.*"],
            Exclude = [$"{app}.*"],
        });
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "signals",
            StartFrom = StartPosition.At(await Capture.EndOfLogAsync(server)),
            Snapshot = new SnapshotOptions { SignalTable = $"{app}.wishes" },
        });
        Assert.DoesNotContain(await engine.ValidateAsync(), static finding => finding.Code == "mysql.signals");
        await server.ExecuteAsync("INSERT INTO wishes VALUES ('0', 'dance', NULL); "
            + $$"""INSERT INTO wishes VALUES ('1', 'execute-snapshot', '{"data-collections":["{{database}}.t"]}'); """
            + "DELETE FROM wishes", app);
        await server.ExecuteAsync("INSERT INTO t VALUES (9)", database);
        using var patience = new CancellationTokenSource(Capture.Patience);
        var rows = new List<string>();
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is ChangeEvent change)
            {
                rows.Add($"{change.Operation} {change.Table} {change.After["id"]}");
            }
            else if (item is SnapshotProgress { Progress.Status: SnapshotTableStatus.Completed })
            {
                break;
            }
        }

        Assert.Equal(1, engine.Snapshots.RejectedSignals);
        Assert.All(rows, static row => Assert.Contains(" t ", row, StringComparison.Ordinal));
        Assert.Superset(new HashSet<string>(["Read t 1", "Read t 2", "Read t 3", "Create t 9"]), rows.ToHashSet());
    }

    [Fact]
    public async Task A_signal_table_that_does_not_exist_is_a_finding()
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of("MySQL 9.7 FULL"));
        string database = await server.CreateDatabaseAsync("none");
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "signals",
            Snapshot = new SnapshotOptions { SignalTable = $"{database}.wishes" },
        });
        SourceFinding finding = Assert.Single(await engine.ValidateAsync(), static finding => finding.Code == "mysql.signals");
        Assert.Contains("CREATE TABLE", finding.Remedy, StringComparison.Ordinal);
    }
}
