using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;

namespace CdcEmbedded.Tests.Telemetry;

/// <summary>What a monitoring system sees of an engine.</summary>
public sealed class MetricTests : EngineTest
{
    private readonly string _name = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Changes_are_counted_by_table_and_operation()
    {
        var source = new ScriptedSource { ChangesPerEvent = 2 };
        source.Begin().Insert(Table, ("id", 1)).Insert(Table, ("id", 2)).Insert("shop.lines", ("id", 1)).Commit()
            .Delete(Table, ("id", 1)).Truncate("shop.lines").Wait(Task.Delay(-1, Timeout));
        using var metrics = new Metrics(_name);
        await using var engine = Create(source);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await changes.MoveNextAsync());
        }

        var counted = metrics.Read("cdc.changes");
        Assert.Equal(
            ["shop.lines create 1", "shop.lines truncate 1", "shop.orders create 2", "shop.orders delete 1"],
            counted.Select(one => $"{one.Tags["db.namespace"]}.{one.Tags["db.collection.name"]} {one.Tags["cdc.operation"]} {one.Value}")
                .Order(StringComparer.Ordinal));
        Assert.All(counted, one => Assert.Equal("scripted", one.Tags["db.system.name"]));
    }

    [Fact]
    public async Task Notices_are_counted_by_kind()
    {
        var source = new ScriptedSource().Notice(NoticeKind.EventSkipped, "skipped", Table).Notice(NoticeKind.Incident, "lost")
            .Notice(NoticeKind.EventSkipped, "skipped", Table).Insert(Table, ("id", 1)).Wait(Task.Delay(-1, Timeout));
        using var metrics = new Metrics(_name);
        await using var engine = Create(source);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());

        Assert.Equal(["event_skipped 2", "incident 1"], metrics.Read("cdc.notices")
            .Select(one => $"{one.Tags["cdc.notice"]} {one.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Tables_above_the_limit_are_counted_together()
    {
        var source = new ScriptedSource();
        const int Tables = 1_003;
        for (var i = 0; i < Tables; i++)
        {
            source.Insert($"tenants.t{i}", ("id", i));
        }

        using var metrics = new Metrics(_name);
        await using var engine = Create(source.Wait(Task.Delay(-1, Timeout)));
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        for (var i = 0; i < Tables; i++)
        {
            Assert.True(await changes.MoveNextAsync());
        }

        var counted = metrics.Read("cdc.changes");
        Assert.Equal(1_001, counted.Count);
        Assert.Equal(3, Assert.Single(counted, one => one.Tags["db.collection.name"] is "(others)").Value);
    }

    [Fact]
    public async Task State_lag_buffer_reconnects_and_commits_are_those_of_the_engine()
    {
        var source = Transactions(1, 1, 1).Disconnect().Insert(Table, ("id", 3));
        using var metrics = new Metrics(_name);
        await using var engine = Create(source, CommitPolicy.EachTransaction);
        Assert.Null(metrics.Value("cdc.up"));
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await changes.MoveNextAsync());
        }

        var waiting = changes.MoveNextAsync();
        await UntilAsync(() => engine.Status.BufferedChanges == 0, "the loop waits");
        await UntilAsync(() => metrics.Value("cdc.commits") is 4, "the start and each transaction are stored");
        Assert.Equal(1, metrics.Value("cdc.up"));
        Assert.Equal(1, metrics.Value("cdc.reconnects"));
        Assert.Equal((Time.GetUtcNow() - source.FirstTimestamp.AddSeconds(2)).TotalSeconds, metrics.Value("cdc.lag"));
        Assert.Equal(0, metrics.Value("cdc.buffer.changes"));
        Assert.Equal(0, metrics.Value("cdc.buffer.size"));
        source.Heartbeat();
        await UntilAsync(() => metrics.Value("cdc.lag") is 0, "it has caught up");

        source.Insert(Table, ("id", 4));
        Assert.True(await waiting);
        Assert.Equal(1, metrics.Value("cdc.buffer.changes"));
        Assert.True(metrics.Value("cdc.buffer.size") > 0);
        await engine.DisposeAsync();
        Assert.Null(metrics.Value("cdc.up"));
    }

    [Fact]
    public async Task Commits_are_offsets_that_were_written_and_no_positions_that_are_stored_already()
    {
        using var metrics = new Metrics(_name);
        var source = Transactions(1);
        await using var engine = Create(source, CommitPolicy.Always);
        await using var items = engine.ReadAllAsync(Timeout).GetAsyncEnumerator();
        for (var heartbeats = 0; heartbeats < 3; heartbeats++)
        {
            source.Heartbeat();
            do
            {
                Assert.True(await items.MoveNextAsync());
            }
            while (items.Current is not Heartbeat);
        }

        Assert.Equal((await Store.LoadAsync(_name, Timeout))?.Version, (long?)metrics.Value("cdc.commits"));
    }

    [Fact]
    public async Task The_distances_from_the_logs_ends_are_measured_when_somebody_asks()
    {
        var source = new MeasuredSource(Transactions(1, 2));
        using var metrics = new Metrics(_name);
        await using var engine = new CdcEngine(source, Store, Named(CommitPolicy.Default));
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(0, source.Looks);

        await UntilAsync(() => metrics.Value("cdc.log.remaining") is 1_000, "it is measured");
        Assert.Equal(2_000, metrics.Value("cdc.log.headroom"));
        Assert.Equal(3_600, metrics.Value("cdc.log.headroom.time"));
        Assert.Equal(1, source.Looks);

        source.Fails = true;
        Time.Advance(TimeSpan.FromSeconds(15));
        await UntilAsync(() => metrics.Value("cdc.log.remaining") is null, "a look that failed leaves no value");
        Assert.Equal(2, source.Looks);
    }

    [Fact]
    public async Task Snapshots_show_rows_estimate_and_tables_left()
    {
        var source = new ScriptedSource();
        source.Table("shop.a", Rows(50)).Table("shop.b", Rows(50));
        using var metrics = new Metrics(_name);
        await using var engine = new CdcEngine(source, Store, new CdcEngineOptions
        {
            Name = _name,
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.Incremental, ChunkSize = 1 },
            MaxBufferedChanges = 1,
        });
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(2, metrics.Value("cdc.snapshot.tables.left"));
        Assert.InRange(metrics.Value("cdc.snapshot.rows") ?? -1, 1, 20);
        for (var i = 1; i < 100; i++)
        {
            Assert.True(await changes.MoveNextAsync());
        }

        await UntilAsync(() => metrics.Value("cdc.snapshot.tables.left") is 0, "the snapshot is over");
        Assert.Equal(100, Assert.Single(metrics.Read("cdc.changes").GroupBy(one => one.Tags["cdc.operation"]), one => one.Key is "read")
            .Sum(one => one.Value));
    }

    private static ScriptedRow[] Rows(int count) => [.. Enumerable.Range(1, count).Select(static id => ScriptedRow.Of(("id", id)))];

    private CdcEngineOptions Named(CommitPolicy commit) => new()
    {
        Name = _name,
        CommitPolicy = commit,
        TimeProvider = Time,
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromTicks(1), MaxDelay = TimeSpan.FromTicks(1), Jitter = 0 },
    };

    private CdcEngine Create(ScriptedSource source, CommitPolicy? commit = null)
        => new(source, Store, Named(commit ?? CommitPolicy.Default));

    private sealed class MeasuredSource(ScriptedSource inner) : ISource
    {
        private int _looks;

        public int Looks => Volatile.Read(ref _looks);

        public volatile bool Fails;

        public string Connector => inner.Connector;

        public SourcePosition ReadPosition(CdcOffset offset) => inner.ReadPosition(offset);

        public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
            => inner.ConnectAsync(context, StartPosition.Earliest, cancellationToken);

        public ValueTask<LogDistance?> MeasureLogAsync(SourceContext context, SourcePosition position, TimeSpan lag,
            CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _looks);
            return Fails ? throw new CdcConnectionException("The script refuses.")
                : new(new LogDistance { BytesAfter = 1_000, HeadroomBytes = 2_000, HeadroomTime = TimeSpan.FromHours(1) });
        }
    }
}
