using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Snapshots;

public sealed class SnapshotPolicyTests : SnapshotEngineTest
{
    private const string Orders = "1=o1 2=o2 3=o3 4=o4 5=o5";

    private static CdcEngineOptions With(ISnapshotPolicy policy) => new()
    {
        Name = "test",
        MaxBatchSize = 2,
        CommitPolicy = CommitPolicy.Always,
        Snapshot = new SnapshotOptions { Policy = policy, ChunkSize = 3 },
    };

    [Fact]
    public async Task WhenNeeded_reads_the_tables_again_if_the_position_is_lost_at_the_start()
    {
        var source = Tables(5);
        await Store.SaveAsync("test", At(0), 0, default);
        source.LoseOffsets();
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.WhenNeeded));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Count == 10, "the tables were read");
        source.Insert("shop.orders", ("id", 9), ("v", "o9"));
        await UntilAsync(() => copy["orders"] == Orders + " 9=o9", "the stream continues");
        await stop.CancelAsync();
        await loop;
        var notice = Assert.Single(copy.Notices);
        Assert.Equal(NoticeKind.PositionLost, notice.Kind);
        Assert.Contains("the tables are read again", notice.Message, StringComparison.Ordinal);
        Assert.Contains("\"finished\":[\"recovery-", LastSaved, StringComparison.Ordinal);
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task WhenNeeded_reads_the_tables_again_if_the_position_is_lost_later()
    {
        var source = Tables(5);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.WhenNeeded));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Count == 10, "the tables were read");
        source.Insert("shop.orders", ("id", 6), ("v", "o6")).Fail(new OffsetLostException("purged"))
            .Insert("shop.parts", ("id", 6), ("v", "p6"));
        await UntilAsync(() => copy.Lines.Contains("parts Completed 6"), "the tables were read again");
        source.Insert("shop.orders", ("id", 9), ("v", "o9"));
        await UntilAsync(() => copy["orders"] == Orders + " 6=o6 9=o9", "the stream continues");
        await stop.CancelAsync();
        await loop;
        Assert.Single(copy.Notices);
        Assert.Equal(0, source.OpenReaders);
    }

    [Theory]
    [InlineData(SnapshotMode.Never)]
    [InlineData(SnapshotMode.Initial)]
    public async Task Resnapshot_reads_the_tables_beside_the_stream_from_the_loss_on(SnapshotMode mode)
    {
        var source = Tables(5);
        await Store.SaveAsync("test", At(0), 0, default);
        source.LoseOffsets();
        await using var engine = new CdcEngine(source, Store, Resnapshot(mode));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Count == 10, "the tables were read");
        source.Insert("shop.orders", ("id", 9), ("v", "o9"));
        await UntilAsync(() => copy["orders"] == Orders + " 9=o9", "the stream continues");
        source.Fail(new OffsetLostException("purged")).Insert("shop.parts", ("id", 6), ("v", "p6"));
        await UntilAsync(() => copy.Lines.Count(static line => line.StartsWith("orders Completed", StringComparison.Ordinal)) == 2,
            "the tables were read again");
        await stop.CancelAsync();
        await loop;
        Assert.Equal([NoticeKind.PositionLost, NoticeKind.PositionLost], copy.Notices.Select(static notice => notice.Kind));
        Assert.All(copy.Notices, static notice => Assert.Contains("the tables are read again", notice.Message, StringComparison.Ordinal));
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task Resnapshot_reads_the_tables_that_the_options_name()
    {
        var source = Tables(5);
        await Store.SaveAsync("test", At(0), 0, default);
        source.LoseOffsets();
        await using var engine = new CdcEngine(source, Store, Resnapshot(SnapshotMode.Never, "shop.parts"));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Lines.Contains("parts Completed 5"), "the table was read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal("", copy["orders"]);
    }

    [Fact]
    public void Resnapshot_needs_a_source_that_can_read_tables()
    {
        var error = Assert.Throws<ArgumentException>(() => new CdcEngine(new Engine.RefusingSource(new ScriptedSource()), Store,
            Resnapshot(SnapshotMode.Never)));
        Assert.Contains("cannot read tables", error.Message, StringComparison.Ordinal);
    }

    private static CdcEngineOptions Resnapshot(SnapshotMode mode, params string[] tables) => new()
    {
        Name = "test",
        MaxBatchSize = 2,
        CommitPolicy = CommitPolicy.Always,
        OnOffsetLost = OffsetLostPolicy.Resnapshot,
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromTicks(1), MaxDelay = TimeSpan.FromTicks(1) },
        Snapshot = new SnapshotOptions { Mode = mode, ChunkSize = 3, Tables = tables },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_after_the_notice_of_a_lost_position_does_not_lose_the_new_snapshot(bool isBesideTheStream)
    {
        var options = isBesideTheStream ? Resnapshot(SnapshotMode.Never) : With(SnapshotMode.WhenNeeded);
        for (var crash = 1; crash <= 6; crash++)
        {
            var source = Tables(5);
            var store = new CdcEmbedded.Offsets.InMemoryOffsetStore();
            await store.SaveAsync("test", At(0), 0, default);
            source.LoseOffsets();
            var copy = new TableCopy();
            await using (var first = new CdcEngine(source, store, options))
            {
                var items = 0;
                await foreach (var item in first.ReadAllAsync(Timeout))
                {
                    // Everything before this item is acknowledged, the notice first.
                    if (++items > crash)
                    {
                        break;
                    }

                    copy.Apply(item);
                }
            }

            await using var engine = new CdcEngine(source, store, options);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Timeout);
            await foreach (var item in engine.ReadAllAsync(stop.Token))
            {
                copy.Apply(item);
                if (copy.Count == 10)
                {
                    break;
                }
            }

            Assert.Equal(Orders, copy["orders"]);
        }
    }

    [Fact]
    public async Task A_policy_of_the_application_is_asked_with_the_facts_at_each_start_and_after_a_loss()
    {
        var source = Tables(5);
        var policy = new Rule(static facts => facts.IsPositionLost ? SnapshotMode.Initial
            : facts.Offset is null ? SnapshotMode.Never : SnapshotMode.Incremental);
        for (var run = 0; run < 2; run++)
        {
            await using var engine = new CdcEngine(source, Store, With(policy));
            var (loop, copy, stop) = Run(engine);
            await UntilAsync(() => source.OpenFeeds == 1, "the stream is open");
            source.Insert("shop.parts", ("id", 10 + run), ("v", "p"));
            await UntilAsync(() => copy["parts"].EndsWith($"{10 + run}=p", StringComparison.Ordinal), "the stream runs");
            if (run == 1)
            {
                await UntilAsync(() => copy.Lines.Contains("orders Completed 5"), "the policy's snapshot was read");
                source.Fail(new OffsetLostException("purged")).Heartbeat();
                await UntilAsync(() => copy.Lines.Count(static line => line == "orders Completed 5") == 2, "it was read after the loss");
            }

            await stop.CancelAsync();
            await loop;
            Assert.Equal(run == 0 ? "" : Orders, copy["orders"]);
        }

        Assert.Equal(["start", "start with offset", "lost: purged"], policy.Asked);
    }

    [Fact]
    public async Task A_decision_that_is_none_fails_the_start()
    {
        await using var engine = new CdcEngine(Tables(1), Store, With(new Rule(static _ => SnapshotMode.Always)));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ReadIdsAsync(engine));
        Assert.Contains("allowed is", error.Message, StringComparison.Ordinal);
    }

    private sealed class Rule(Func<SnapshotFacts, SnapshotMode> decide) : ISnapshotPolicy
    {
        public List<string> Asked { get; } = [];

        public SnapshotDecision Decide(SnapshotFacts facts)
        {
            Asked.Add(facts.IsPositionLost ? $"lost: {facts.Reason}" : facts.Offset is null ? "start" : "start with offset");
            return new SnapshotDecision { Mode = decide(facts), Tables = ["shop.orders"] };
        }
    }
}
