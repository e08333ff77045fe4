using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Tests.Engine;

public sealed class OffsetLostTests : EngineTest
{
    private readonly RecordedLog _log = new();

    [Fact]
    public async Task By_default_a_lost_offset_ends_the_stream_and_stays_stored()
    {
        await Store.SaveAsync("test", At(1), 0, default);
        var source = Transactions(1, 1, 1).LoseOffsets().End();
        await using var engine = Lost(source, OffsetLostPolicy.Fail);

        await Assert.ThrowsAsync<OffsetLostException>(() => ReadIdsAsync(engine));

        Assert.Equal(At(1), LastSaved);
        Assert.Single(source.Starts);
    }

    [Theory]
    [InlineData(OffsetLostPolicy.StartFromEarliest, new[] { "Begin", "1", "2", "End", "Begin", "3", "End" }, 0)]
    [InlineData(OffsetLostPolicy.StartFromLatest, new string[0], 2)]
    public async Task Lost_at_the_start_the_policy_reads_elsewhere_after_a_notice(OffsetLostPolicy policy, string[] expected, int start)
    {
        await Store.SaveAsync("test", At(1), 0, default);
        var source = Transactions(1, 2, 1).LoseOffsets().End();
        await using var engine = Lost(source, policy);

        var items = await ReadItemsAsync(engine);

        var notice = Assert.IsType<Notice>(items[0]);
        Assert.Equal(NoticeKind.PositionLost, notice.Kind);
        Assert.Equal(At(start), notice.Offset.ToString());
        Assert.Contains(At(1), notice.Message, StringComparison.Ordinal);
        Assert.Contains(At(start), notice.Message, StringComparison.Ordinal);
        Assert.Contains("has lost the offset", notice.Message, StringComparison.Ordinal);
        Assert.Equal(("", "", null), (notice.Database, notice.Table, notice.Source));
        Assert.Equal(expected, items.Skip(1).Select(Text));
        Assert.Contains(At(1), Assert.Single(_log.Of(LogLevel.Error)), StringComparison.Ordinal);
        Assert.Contains("PositionLost", Assert.Single(_log.Of(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Equal(0, source.OpenFeeds);
    }

    [Fact]
    public async Task Lost_while_reading_the_notice_follows_everything_read_before()
    {
        var source = Transactions(1, 1).Fail(new OffsetLostException("purged")).Insert(Table, ("id", 2)).End();
        await using var engine = Lost(source, OffsetLostPolicy.StartFromEarliest);

        var items = await ReadItemsAsync(engine);

        Assert.Equal(["Begin", "1", "End", "PositionLost", "Begin", "1", "End", "2"], items.Select(Text));
        Assert.Equal([StartPosition.Earliest, StartPosition.Earliest], source.Starts);
        Assert.Equal(0, engine.Status.Reconnects);
    }

    [Fact]
    public async Task Lost_at_a_reconnect_is_lost_too()
    {
        var source = Transactions(1, 1).Disconnect().Insert(Table, ("id", 2)).End();
        source.LoseOffsets();
        await using var engine = Lost(source, OffsetLostPolicy.StartFromLatest);

        Assert.Equal(["Begin", "1", "End", "PositionLost"], (await ReadItemsAsync(engine)).Select(Text));
    }

    [Fact]
    public async Task Acknowledging_the_notice_stores_the_new_place_and_not_before()
    {
        await Store.SaveAsync("test", At(1), 0, default);
        var source = Transactions(1, 1, 1).LoseOffsets();
        await using var engine = Lost(source, OffsetLostPolicy.StartFromLatest);
        await using var items = engine.ReadAllAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(At(1), LastSaved);

        await engine.CommitAsync(items.Current);

        Assert.Equal(At(2), LastSaved);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Streams_of_changes_and_of_batches_pass_the_notice_log_it_and_store_the_new_place(bool inBatches)
    {
        await Store.SaveAsync("test", At(2), 0, default);
        var source = Transactions(1, 1, 1).LoseOffsets().End();
        await using var engine = Lost(source, OffsetLostPolicy.StartFromEarliest);

        var ids = new List<long>();
        if (inBatches)
        {
            await foreach (var batch in engine.ReadBatchesAsync(Timeout))
            {
                ids.AddRange(batch.Select(Id));
            }
        }
        else
        {
            ids = await ReadIdsAsync(engine);
        }

        Assert.Equal([1, 2], ids);
        Assert.Equal(At(2), LastSaved);
        Assert.Contains("PositionLost", Assert.Single(_log.Of(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_at_the_new_position_is_retried_there_and_reported_once()
    {
        await Store.SaveAsync("test", At(1), 0, default);
        var source = Transactions(1, 1, 1).Disconnect().End();
        var faulty = new RefusingSource(source);
        await using var engine = Lost(faulty, OffsetLostPolicy.StartFromEarliest);

        Assert.Equal(["PositionLost", "Begin", "1", "End", "Begin", "2", "End"], (await ReadItemsAsync(engine)).Select(Text));

        Assert.Equal([At(1), "earliest", "earliest", At(2)], faulty.Starts);
    }

    [Theory]
    [InlineData(OffsetLostPolicy.StartFromEarliest)]
    [InlineData(OffsetLostPolicy.StartFromLatest)]
    public async Task A_second_loss_before_anything_was_read_fails(OffsetLostPolicy policy)
    {
        var source = new ScriptedSource().Fail(new OffsetLostException("first")).Fail(new OffsetLostException("second"));
        await using var engine = Lost(source, policy);

        var failure = await Assert.ThrowsAsync<OffsetLostException>(() => ReadItemsAsync(engine));

        Assert.Equal("second", failure.Message);
        Assert.Equal(2, source.Starts.Count);
    }

    [Fact]
    public async Task A_second_loss_after_something_was_read_is_another_loss()
    {
        var source = new ScriptedSource().Fail(new OffsetLostException("first")).Insert(Table, ("id", 1))
            .Fail(new OffsetLostException("second")).End();
        await using var engine = Lost(source, OffsetLostPolicy.StartFromEarliest);

        Assert.Equal(["PositionLost", "1", "PositionLost", "1"], (await ReadItemsAsync(engine)).Select(Text));
    }

    [Fact]
    public async Task A_start_without_a_position_has_none_to_lose()
    {
        await using var engine = Lost(new RefusingSource(new ScriptedSource()) { LosesEverything = true },
            OffsetLostPolicy.StartFromEarliest);

        await Assert.ThrowsAsync<OffsetLostException>(() => ReadItemsAsync(engine));
    }

    [Fact]
    public async Task A_notice_of_the_source_comes_in_its_order_once_and_is_logged()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1)).Notice(NoticeKind.TableSkipped, "skipped", "shop.orders").Disconnect()
            .Notice(NoticeKind.Incident, "lost events").Insert(Table, ("id", 2)).End();
        await using var engine = Lost(source, OffsetLostPolicy.Fail);

        var items = await ReadItemsAsync(engine);

        Assert.Equal(["1", "TableSkipped", "Incident", "2"], items.Select(Text));
        var skipped = Assert.IsType<Notice>(items[1]);
        Assert.Equal(("shop", "orders", "skipped"), (skipped.Database, skipped.Table, skipped.Message));
        Assert.Equal("TableSkipped of shop.orders: skipped", skipped.ToString());
        Assert.Equal("Incident: lost events", items[2].ToString());
        Assert.Equal(1, _log.Of(LogLevel.Warning)
            .Count(line => line.Contains("TableSkipped notice of shop.orders: skipped", StringComparison.Ordinal)));
        Assert.Equal(1, _log.Of(LogLevel.Warning).Count(line => line.Contains("Incident notice: lost events", StringComparison.Ordinal)));
    }

    private CdcEngine Lost(Sources.ISource source, OffsetLostPolicy policy) => new(source, Store, new CdcEngineOptions
    {
        Name = "test",
        OnOffsetLost = policy,
        LoggerFactory = _log,
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) },
    });

    private static async Task<List<StreamItem>> ReadItemsAsync(CdcEngine engine)
    {
        var items = new List<StreamItem>();
        await foreach (var item in engine.ReadAllAsync(Timeout))
        {
            items.Add(item);
        }

        return items;
    }

    private static string Text(StreamItem item) => item switch
    {
        ChangeEvent change => Id(change).ToString(System.Globalization.CultureInfo.InvariantCulture),
        TransactionBegin => "Begin",
        TransactionEnd => "End",
        Notice notice => notice.Kind.ToString(),
        _ => item.ToString() ?? "",
    };
}
