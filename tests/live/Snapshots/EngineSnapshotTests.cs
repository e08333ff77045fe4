using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Engines that read tables and the stream of real servers while these are changed: the consumer's copy must equal the
/// tables.</summary>
public sealed class EngineSnapshotTests(MatrixServers servers, ITestOutputHelper output) : IClassFixture<MatrixServers>
{
    private const int Rows = 400;
    private const int Restarts = 6;
    private const int Transactions = 300;

    private const string WithRows = "MySQL 9.7 FULL without GTID";

    /// <summary>A server that logs a part of each row.</summary>
    internal static readonly Combination PartialImages = new("MySQL 9.7 with partial row images", ServerKind.MySql97,
        "--binlog-row-metadata=FULL", "--binlog-row-image=MINIMAL");

    /// <summary>All servers.</summary>
    public static TheoryData<string> All() => new("MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MySQL 5.6", "MariaDB 11.8 FULL");

    /// <summary>All servers in both modes.</summary>
    public static TheoryData<string, SnapshotMode> AllModes()
    {
        var data = new TheoryData<string, SnapshotMode>();
        foreach (string name in (string[])["MySQL 9.7 FULL", "MySQL 9.7 FULL without GTID", "MySQL 5.6", "MariaDB 11.8 FULL",
            PartialImages.Name])
        {
            data.Add(name, SnapshotMode.Incremental);
            data.Add(name, SnapshotMode.Initial);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(AllModes))]
    public Task The_copy_equals_the_tables_after_random_changes_and_restarts(string combinationName, SnapshotMode mode)
        => RunRandomChangesAsync(combinationName, mode, null);

    /// <summary>Nothing but rows of our own says here which commits are visible.</summary>
    [Fact]
    public async Task The_copy_equals_the_tables_where_watermarks_are_rows_of_the_signal_table()
    {
        MySqlTestServer server = await ServerAsync(WithRows);
        string app = await server.CreateDatabaseAsync("rows");
        await server.ExecuteAsync("CREATE TABLE signals (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT NULL)", app);
        await RunRandomChangesAsync(WithRows, SnapshotMode.Incremental, $"{app}.signals");
        string? left = (await server.QueryAsync($"SELECT COUNT(*) FROM {app}.signals"))[0][0];

        // A reader deletes its row after each chunk; one that is stopped between may leave it.
        Assert.InRange(int.Parse(left ?? "", CultureInfo.InvariantCulture), 0, 2 * (Restarts + 1));
    }

    private async Task RunRandomChangesAsync(string combinationName, SnapshotMode mode, string? signals)
    {
        int seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        MySqlTestServer server = await ServerAsync(combinationName);
        string database = await server.CreateDatabaseAsync("snap");
        await using SqlSession session = await server.OpenSessionAsync(database);
        await session.ExecuteAsync("SET NAMES utf8mb4");
        var writer = new SnapshotWriter(new Random(seed), session);
        await writer.BeginAsync(Rows);
        var copy = new KeyedCopy();
        var completed = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Reader(server, database, Options(mode, null, signals), copy, completed);
        try
        {
            Task reading = Task.Run(() => reader.RunAsync(new Random(seed + 1)));
            while ((writer.Statements < Transactions || !reader.HasSnapshot || reader.Starts <= Restarts)
                && !reading.IsCompleted)
            {
                await writer.StepAsync(mayPrepare: copy.Reads > 0);
            }

            await writer.EndAsync();
            await reading.WaitAsync(Capture.Patience);
            List<string> differences = copy.Differences(await ServerTable.ReadAllAsync(server, database));
            Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(20))}");
            Assert.True(reader.Starts > Restarts);
            Assert.InRange(copy.Reads, Rows, int.MaxValue);
            Assert.InRange(completed.Count, 1, SnapshotWriter.Names.Count);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"CDC_RANDOM_SEED={seed} on {combinationName}, {mode}, after {writer.Statements} statements"
                + $" and {reader.Starts} starts, {copy.Reads} rows, {copy.Changes} changes, completed {string.Join(' ', completed)}, "
                + $"current {reader.Current}: {e.Message}", e);
        }

        output.WriteLine($"seed {seed}: {writer.Statements} statements, {reader.Starts} starts, {copy.Reads} rows, {copy.Changes} changes");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_request_with_a_condition_reads_those_rows_of_one_table_beside_the_stream(string combinationName)
    {
        MySqlTestServer server = await ServerAsync(combinationName);
        string database = await server.CreateDatabaseAsync("ask");
        await using SqlSession session = await server.OpenSessionAsync(database);
        var writer = new SnapshotWriter(new Random(7), session);
        await writer.BeginAsync(Rows);
        var copy = new KeyedCopy();
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(),
            Options(SnapshotMode.Never, StartPosition.At(await Capture.EndOfLogAsync(server))));
        using var patience = new CancellationTokenSource(Capture.Patience);
        Task reading = Task.Run(async () =>
        {
            await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
            {
                copy.Apply(change);
                if (change.Table == SnapshotWriter.Marks)
                {
                    return;
                }
            }
        });
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest
        {
            Tables = [$"{database}.numbers"],
            Condition = "id % 3 = 0 OR id < 0",
        });
        while (!handle.Completion.IsCompleted)
        {
            await writer.StepAsync();
        }

        await writer.EndAsync();
        await reading.WaitAsync(Capture.Patience);
        SnapshotStatus status = await handle.Completion;
        Assert.True(status.IsComplete, status.Tables is [var first, ..] ? first.Reason ?? status.Reason : status.Reason);
        Assert.True(copy.Reads > 0);
        Assert.Empty(copy.Differences(await ServerTable.ReadAllAsync(server, database), static (table, row) =>
            !table.FullName.EndsWith(".numbers", StringComparison.Ordinal)
            || IdOf(row) is var id && id >= 0 && id % 3 != 0));

        static int IdOf(string row) => int.Parse(
            row.Split(", ").Single(static part => part.StartsWith("id=", StringComparison.Ordinal))[3..],
            CultureInfo.InvariantCulture);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_request_to_an_idle_stream_is_carried_out_whatever_was_last_in_the_log(string combinationName)
    {
        MySqlTestServer server = await ServerAsync(combinationName);
        string database = await server.CreateDatabaseAsync("idle");
        string other = await server.CreateDatabaseAsync("other");
        await server.ExecuteAsync($"CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3); "
            + $"CREATE TABLE {other}.t (id INT PRIMARY KEY)", database);
        var copy = new KeyedCopy();
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(),
            Options(SnapshotMode.Never, StartPosition.At(await Capture.EndOfLogAsync(server))));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task reading = Task.Run(async () =>
        {
            try
            {
                await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
                {
                    copy.Apply(change);
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        });
        string[] last =
        [
            "DO 0", "FLUSH LOGS", $"INSERT INTO {other}.t VALUES (1)", $"CREATE TABLE {other}.u (id INT)", "INSERT INTO t VALUES (4)",
            "FLUSH LOGS; FLUSH LOGS", $"DROP TABLE {other}.u; FLUSH LOGS",
        ];
        for (int i = 0; i < last.Length; i++)
        {
            await server.ExecuteAsync(last[i], database);
            await Task.Delay(i % 2 * 200);
            SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest());
            try
            {
                Assert.True((await handle.Completion.WaitAsync(TimeSpan.FromSeconds(15))).IsComplete);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"After {last[i]} the snapshot does not complete.");
            }
        }

        await patience.CancelAsync();
        await reading;
        Assert.Empty(copy.Differences([.. (await ServerTable.ReadAllAsync(server, database))]));
    }

    [Fact]
    public async Task Transactions_that_are_delivered_before_their_outcome_exclude_snapshots()
    {
        // The log has a change at XA PREPARE, a query at XA COMMIT only, of which the stream then says nothing.
        MySqlTestServer server = await ServerAsync("MySQL 9.7 FULL");
        string database = await server.CreateDatabaseAsync("xa");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", database);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = [$"{database}.*"],
            Xa = XaMode.DeliverAtPrepare,
        });
        await using var initial = new CdcEngine(source, new InMemoryOffsetStore(), Options(SnapshotMode.Initial));
        await using IAsyncEnumerator<ChangeEvent> items = initial.ReadAsync().GetAsyncEnumerator();
        NotSupportedException refusal = await Assert.ThrowsAsync<NotSupportedException>(async () => await items.MoveNextAsync());
        Assert.Contains("XaMode.DeliverAtPrepare", refusal.Message, StringComparison.Ordinal);

        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), Options(SnapshotMode.Incremental));
        using var patience = new CancellationTokenSource(Capture.Patience);
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest());
        await using IAsyncEnumerator<ChangeEvent> stream = engine.ReadAsync(patience.Token).GetAsyncEnumerator();
        Task<bool> reading = stream.MoveNextAsync().AsTask();
        Assert.Contains("XaMode.DeliverAtPrepare", (await handle.Completion.WaitAsync(Capture.Patience)).Reason, StringComparison.Ordinal);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static CdcEngineOptions Options(SnapshotMode mode, StartPosition? from = null, string? signals = null) => new()
    {
        Name = "snapshots",
        StartFrom = from,
        CommitPolicy = CommitPolicy.Always,
        MaxBatchSize = 20,
        Reconnect = ReconnectPolicy.None,
        Snapshot = new SnapshotOptions
        {
            Mode = mode, ChunkSize = 20, SignalTable = signals, WritesWatermarks = signals is not null, Readers = 3,
        },
    };

    private Task<MySqlTestServer> ServerAsync(string name)
        => servers.ServerAsync(name == PartialImages.Name ? PartialImages : Combination.Of(name));

    /// <summary>Reads with one engine after another over the same store, until snapshot and history have ended.</summary>
    private sealed class Reader(MySqlTestServer server, string database, CdcEngineOptions options, KeyedCopy copy,
        HashSet<string> completed)
    {
        private readonly InMemoryOffsetStore _store = new();
        private bool _hasMark;
        private CdcEngine? _engine;

        /// <summary>What is not complete.</summary>
        public string Current => string.Join(' ', (_engine?.Snapshots.Current ?? []).SelectMany(static status => status.Tables));

        public int Starts { get; private set; }

        public bool HasSnapshot { get; private set; }

        private bool IsOver => HasSnapshot && _hasMark;

        public async Task RunAsync(Random random)
        {
            while (!IsOver)
            {
                int limit = Starts < Restarts ? random.Next(1, 600) : int.MaxValue;
                await ReadAsync(limit, leaveFirst: random.Next(2) == 0);
            }
        }

        private async Task ReadAsync(int limit, bool leaveFirst)
        {
            Starts++;
            using var patience = new CancellationTokenSource(Capture.Patience);
            await using var engine = new CdcEngine(Capture.Source(server, database), _store, options);
            _engine = engine;
            await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
            {
                if (--limit <= 0 && leaveFirst)
                {
                    // Not processed: it must be delivered again.
                    return;
                }

                Apply(item);

                // As acknowledged: an item of progress may be lost with an engine, and handles are ahead of the consumer.
                HasSnapshot |= (await _store.LoadAsync("snapshots"))?.Text.Contains("\"finished\":[\"initial\"]",
                    StringComparison.Ordinal) == true;
                if (limit <= 0 || IsOver)
                {
                    // Processed, but not acknowledged: it is delivered again.
                    return;
                }
            }
        }

        private void Apply(StreamItem item)
        {
            if (item is SnapshotProgress { Progress: var progress })
            {
                Assert.True(progress.Status != SnapshotTableStatus.Failed, $"{progress.Table} has failed: {progress.Reason}");
                if (progress.Status == SnapshotTableStatus.Completed)
                {
                    completed.Add(progress.Table);
                }
            }
            else if (item is ChangeEvent change)
            {
                copy.Apply(change);
                _hasMark |= change.Table == SnapshotWriter.Marks;
            }
        }
    }
}
