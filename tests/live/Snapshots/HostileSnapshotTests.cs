using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>What operators and applications do to tables, requests and signals while a snapshot runs.</summary>
public sealed class HostileSnapshotTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    private const int Rows = 300;

    /// <summary>One server of each kind of watermark.</summary>
    public static TheoryData<string> All() => new("MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MariaDB 11.8 FULL");

    [Theory]
    [MemberData(nameof(All))]
    public Task A_key_column_that_gets_another_name_and_type_between_two_chunks(string combinationName) => ChangedTableAsync(
        combinationName, SnapshotTableStatus.Completed, "ALTER TABLE t CHANGE id number BIGINT NOT NULL, ADD COLUMN w INT DEFAULT 5 FIRST");

    [Theory]
    [MemberData(nameof(All))]
    public Task A_table_that_is_dropped_and_created_again_with_another_key(string combinationName) => ChangedTableAsync(
        combinationName, SnapshotTableStatus.Completed, "DROP TABLE t; CREATE TABLE t (v INT, code VARCHAR(9) PRIMARY KEY); "
            + "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, '7')");

    [Theory]
    [MemberData(nameof(All))]
    public Task A_table_that_changes_places_with_another_one(string combinationName) => ChangedTableAsync(
        combinationName, SnapshotTableStatus.Completed, "RENAME TABLE t TO old, u TO t");

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_table_that_is_renamed_is_failed_with_the_reason_and_can_be_requested_by_its_new_name(string combinationName)
    {
        SnapshotStatus status = await ChangedTableAsync(combinationName, SnapshotTableStatus.Failed, "RENAME TABLE t TO renamed",
            requestsAgain: "renamed");
        Assert.Contains("no longer exists", status.Tables.Single(static table => table.Table == "t").Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Two_requests_for_rows_of_one_table_with_conditions_one_of_which_is_stopped(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await BeginAsync(server);
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(),
            Options(StartPosition.At(await Capture.EndOfLogAsync(server))));
        SnapshotHandle stopped = await engine.Snapshots.RequestAsync(new SnapshotRequest
        {
            Id = "stopped", Tables = [$"{database}.t", $"{database}.u"], Condition = "id <= 200",
        });
        SnapshotHandle kept = await engine.Snapshots.RequestAsync(new SnapshotRequest
        {
            Id = "kept", Tables = [$"{database}.?"], Condition = "id > 100",
        });
        var copy = new RowCopy();
        int reads = 0;
        await RunAsync(engine, server, database, copy, () => kept.Completion.IsCompleted, async item =>
        {
            if (item is ChangeEvent { Operation: ChangeOperation.Read } && ++reads == 30)
            {
                await engine.Snapshots.StopAsync("stopped");
                await server.ExecuteAsync("UPDATE t SET v = -1 WHERE id IN (1, 150); DELETE FROM t WHERE id = 250; "
                    + "UPDATE u SET id = 1000 WHERE id = 50", database);
            }
        });
        Assert.True((await kept.Completion).IsComplete);
        SnapshotStatus status = await stopped.Completion.WaitAsync(Capture.Patience);
        Assert.All(status.Tables, static table => Assert.Equal(SnapshotTableStatus.Stopped, table.Status));
        foreach (string table in (string[])["t", "u"])
        {
            List<string> expected = await TableAsync(server, database, table, "id > 100");
            Assert.Equal(expected, copy.Of(table).Intersect(expected).Order(StringComparer.Ordinal));
            Assert.Empty(copy.Of(table).Except(await TableAsync(server, database, table, "1 = 1")));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_reader_that_ends_between_the_acceptance_and_the_first_chunk_loses_no_request(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await BeginAsync(server);
        var store = new InMemoryOffsetStore();
        CdcEngineOptions blocked = Options(StartPosition.At(await Capture.EndOfLogAsync(server)), mayRead: false);
        await using (var engine = new CdcEngine(Capture.Source(server, database), store, blocked))
        {
            // Stored without a loop, then carried out as far as the first read, which is never allowed.
            await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = "early", Tables = [$"{database}.t"] });
        }

        await using (var engine = new CdcEngine(Capture.Source(server, database), store, blocked))
        {
            await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = "late", Tables = [$"{database}.u"] });
            using var patience = new CancellationTokenSource(Capture.Patience);
            await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
            {
                Assert.True(item is not ChangeEvent { Operation: ChangeOperation.Read });
                if (item is SnapshotProgress { Progress.Status: SnapshotTableStatus.Reading })
                {
                    break;
                }
            }
        }

        await server.ExecuteAsync("UPDATE t SET v = -1 WHERE id = 3; DELETE FROM u WHERE id = 4", database);
        await using var last = new CdcEngine(Capture.Source(server, database), store, Options(null));
        await last.Snapshots.RequestAsync(new SnapshotRequest { Id = "early", Tables = [$"{database}.v"] });
        var copy = new RowCopy();
        var completed = new HashSet<string>();
        await RunAsync(last, server, database, copy, () => completed.Count == 2, item =>
        {
            if (item is SnapshotProgress { Progress: { Status: SnapshotTableStatus.Completed } progress })
            {
                completed.Add(progress.Table);
            }

            return Task.CompletedTask;
        });
        foreach (string table in (string[])["t", "u"])
        {
            Assert.Equal(await TableAsync(server, database, table, "1 = 1"), copy.Of(table));
        }

        Assert.Empty(last.Snapshots.Current);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Damaged_signals_in_the_source_during_a_blocking_snapshot(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await BeginAsync(server);
        await server.ExecuteAsync("CREATE TABLE signals (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT NULL)", database);
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(),
            Options(StartPosition.At(await Capture.EndOfLogAsync(server)), signals: $"{database}.signals"));
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest
        {
            Tables = [$"{database}.t"], Kind = SnapshotKind.Blocking,
        });
        var copy = new RowCopy();
        int reads = 0;
        bool hasAsked = false;
        var completed = new List<string>();
        await RunAsync(engine, server, database, copy, () => completed.Contains("u"), async item =>
        {
            if (item is ChangeEvent { Operation: ChangeOperation.Read } && ++reads == 5 && !hasAsked)
            {
                // The stream is paused: all of this comes after the tables.
                hasAsked = true;
                await server.ExecuteAsync($$"""
                    INSERT INTO signals VALUES ('1', 'execute-snapshot', '{"data-collections":["{{database}}.u"'),
                      ('2', 'execute-snapshot', '[]'), ('3', 'execute-snapshot', NULL), ('4', 'execute-snapshot', '{"data-collections":7}'),
                      ('5', 'execute-snapshot', '{"data-collections":["("]}'), ('6', '', '{}'), ('7', 'stop-snapshot', 'x');
                    UPDATE signals SET data = '{}'; UPDATE t SET v = -1 WHERE id = 7;
                    INSERT INTO signals VALUES ('8', 'execute-snapshot', '{"data-collections":["{{database}}.u"]}')
                    """, database);
            }

            if (item is SnapshotProgress { Progress: { Status: SnapshotTableStatus.Completed } progress })
            {
                completed.Add(progress.Table);
            }
        });
        Assert.True((await handle.Completion).IsComplete);
        Assert.Equal(["t", "u"], completed);
        Assert.Equal(7, engine.Snapshots.RejectedSignals);
        foreach (string table in (string[])["t", "u"])
        {
            Assert.Equal(await TableAsync(server, database, table, "1 = 1"), copy.Of(table));
        }
    }

    /// <summary>Reads two tables in chunks while one is changed as a whole.</summary>
    private async Task<SnapshotStatus> ChangedTableAsync(string combinationName, SnapshotTableStatus expected, string statements,
        string? requestsAgain = null)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await BeginAsync(server);
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(),
            Options(StartPosition.At(await Capture.EndOfLogAsync(server))));
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = [$"{database}.t", $"{database}.u"] });
        SnapshotHandle? again = null;
        var copy = new RowCopy();
        int reads = 0;
        await RunAsync(engine, server, database, copy,
            () => handle.Completion.IsCompleted && (requestsAgain is null || again is { Completion.IsCompleted: true }),
            async item =>
            {
                if (item is ChangeEvent { Operation: ChangeOperation.Read } && ++reads == 50)
                {
                    await server.ExecuteAsync("UPDATE t SET v = 77 WHERE id IN (1, 299); " + statements, database);
                }

                if (requestsAgain is { } table && again is null && handle.Completion.IsCompleted)
                {
                    again = await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = [$"{database}.{table}"] });
                }
            });
        SnapshotStatus status = await handle.Completion;
        Assert.Equal(expected, status.Tables.Single(static table => table.Table == "t").Status);
        foreach (string?[] table in await server.QueryAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = "
            + $"'{database}' AND table_name NOT IN ('marks', 'v', 'old')"))
        {
            Assert.Equal(await TableAsync(server, database, table[0]!, "1 = 1"), copy.Of(table[0]!));
        }

        return status;
    }

    private static async Task<string> BeginAsync(MySqlTestServer server)
    {
        string database = await server.CreateDatabaseAsync("hostile");
        await server.ExecuteAsync("CREATE TABLE marks (id INT PRIMARY KEY); CREATE TABLE v (id INT PRIMARY KEY); INSERT INTO v VALUES (1)",
            database);
        foreach (string table in (string[])["t", "u"])
        {
            await server.ExecuteAsync($"CREATE TABLE {table} (id INT PRIMARY KEY, v INT); INSERT INTO {table} VALUES "
                + string.Join(", ", Enumerable.Range(1, Rows).Select(static id => $"({id}, {id * 3})")), database);
        }

        return database;
    }

    private static CdcEngineOptions Options(StartPosition? from, bool mayRead = true, string? signals = null) => new()
    {
        Name = "hostile",
        StartFrom = from,
        CommitPolicy = CommitPolicy.Always,
        MaxBatchSize = 5,
        MaxBufferedChanges = 10,
        Reconnect = ReconnectPolicy.None,
        Snapshot = new SnapshotOptions { ChunkSize = 10, SignalTable = signals, MayRead = mayRead ? null : static _ => new(false) },
    };

    /// <summary>Applies the stream until a mark that is inserted when a condition is true.</summary>
    private static async Task RunAsync(CdcEngine engine, MySqlTestServer server, string database, RowCopy copy, Func<bool> isOver,
        Func<StreamItem, Task> onItem)
    {
        using var patience = new CancellationTokenSource(Capture.Patience);
        bool isMarked = false;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is ChangeEvent { Table: "marks" })
            {
                return;
            }

            copy.Apply(item);
            await onItem(item);
            if (!isMarked && isOver())
            {
                isMarked = true;
                await server.ExecuteAsync("INSERT INTO marks VALUES (1)", database);
            }
        }
    }

    /// <summary>Rows as sorted texts of their values without names: <c>1 3</c>.</summary>
    private static async Task<List<string>> TableAsync(MySqlTestServer server, string database, string table, string condition)
        => [.. (await server.QueryAsync($"SELECT * FROM {database}.{table} WHERE {condition}"))
            .Select(static row => string.Join(' ', row)).Order(StringComparer.Ordinal)];
}
