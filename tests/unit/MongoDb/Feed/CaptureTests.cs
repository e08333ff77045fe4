using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using static CdcEmbedded.MongoDb.Tests.Feed.ResumeTests;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>What the stream cannot show of captured collections, and transactions over several shards.</summary>
public sealed class CaptureTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_collection_that_another_one_replaces_is_reported_if_that_one_is_not_captured(bool byInclude)
    {
        await using var fixture = new StreamFixture();
        fixture.Options = byInclude ? new() { Include = ["shop.orders"] } : new() { Exclude = ["shop.tmp*"] };
        await fixture.InsertAsync("""{"_id":1}""");
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":2}""", "tmp.agg_out.7");
        await fixture.WriteAsync("""{"renameCollection":"shop.tmp.agg_out.7","to":"shop.orders","dropTarget":true}""", "admin");
        var rename = await reading.NextAsync<SchemaChange>();
        Assert.Equal((SchemaChangeKind.Rename, "tmp.agg_out.7", "orders"), (rename.Kind, rename.Table, rename.NewTable));
        var notice = await reading.NextAsync<Notice>();
        Assert.Equal((NoticeKind.DataLoss, "shop", "orders"), (notice.Kind, notice.Database, notice.Table));
        Assert.Contains("$out", notice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_collection_is_logged_for_a_loop_over_changes()
    {
        await using var fixture = new StreamFixture { Options = new() { Exclude = ["shop.tmp*"] }, Loggers = new MessageLog() };
        await fixture.InsertAsync("""{"_id":1}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":2}""", "tmp");
        await fixture.WriteAsync("""{"renameCollection":"shop.tmp","to":"shop.orders","dropTarget":true}""", "admin");
        await fixture.InsertAsync("""{"_id":3}""");
        Assert.Equal(3, await KeyAsync(reading));
        Assert.Contains(
            ((MessageLog)fixture.Loggers).All, static text => text.Contains("Read the collection again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rename_of_a_captured_collection_is_an_item_without_a_notice()
    {
        await using var fixture = new StreamFixture { Options = new() { Include = ["shop.*"] } };
        await fixture.InsertAsync("""{"_id":1}""");
        var reading = await fixture.OpenAsync();
        await fixture.WriteAsync("""{"renameCollection":"shop.orders","to":"shop.sales"}""", "admin");
        await fixture.InsertAsync("""{"_id":2}""", "sales");
        await reading.NextAsync<SchemaChange>();
        Assert.Equal(2, await KeyAsync(reading));
    }

    [Fact]
    public async Task A_collection_that_is_created_without_images_is_reported_once_if_documents_come_from_images()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""", "lines");
        Assert.Equal("create", (await reading.NextAsync<SchemaChange>()).Operation);
        var notice = await reading.NextAsync<Notice>();
        Assert.Equal((NoticeKind.DataLoss, "lines"), (notice.Kind, notice.Table));
        Assert.Contains("collMod", notice.Message, StringComparison.Ordinal);
        await reading.ChangeAsync();
        fixture.Double.KillCursors();
        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"a":1}}""", "lines"));
        Assert.Equal(AfterState.None, ((MongoSourceInfo)(await reading.ChangeAsync()).Source).AfterState);
        await fixture.WriteAsync("""{"create":"kept","changeStreamPreAndPostImages":{"enabled":true}}""");
        await fixture.InsertAsync("""{"_id":2}""", "kept");
        Assert.Equal("create", (await reading.NextAsync<SchemaChange>()).Operation);
        Assert.Equal(2, await KeyAsync(reading));
    }

    [Fact]
    public async Task A_collection_that_was_created_without_images_unseen_is_reported_at_its_first_update()
    {
        await using var fixture = new StreamFixture { Options = new() { ShowExpandedEvents = false } };
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""", "lines");
        await reading.ChangeAsync();
        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"a":1}}""", "lines"));
        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"a":2}}""", "lines"));
        var update = await reading.ChangeAsync();
        Assert.Equal(AfterState.None, ((MongoSourceInfo)update.Source).AfterState);
        Assert.Equal("lines", (await reading.NextAsync<Notice>()).Table);
        await reading.ChangeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_collection_that_keeps_images_no_longer_is_reported_seen_or_not(bool showsExpandedEvents)
    {
        const string Images = """
            "changeStreamPreAndPostImages":{"enabled":true}
            """;
        await using var fixture = new StreamFixture { Options = new() { ShowExpandedEvents = showsExpandedEvents } };
        await fixture.WriteAsync($$"""{"create":"orders",{{Images}} }""");
        await fixture.WriteAsync($$"""{"create":"lines",{{Images}} }""");
        var reading = await fixture.OpenAsync();
        await fixture.WriteAsync($$"""{"collMod":"orders",{{Images.Replace("true", "false", StringComparison.Ordinal)}} }""");
        await fixture.WriteAsync("""{"drop":"lines"}""");
        foreach (var collection in (string[])["orders", "lines"])
        {
            await fixture.InsertAsync("""{"_id":1}""", collection);
            await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"a":1}}""", collection));
            await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"a":2}}""", collection));
            var items = new List<StreamItem>();
            while (items.Count(static item => item is ChangeEvent) < 3)
            {
                items.Add(await reading.NextAsync());
            }

            Assert.Equal(AfterState.None, ((MongoSourceInfo)((ChangeEvent)items[^1]).Source).AfterState);
            var notice = Assert.Single(items.OfType<Notice>());
            Assert.Equal((NoticeKind.DataLoss, collection), (notice.Kind, notice.Table));
            Assert.Contains("collMod", notice.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transaction_over_two_shards_begins_and_ends_once_and_its_orders_continue(bool restartsBetween)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { Topology = DoubleTopology.Sharded, Nodes = 2 });
        await fixture.InsertAsync("""{"_id":0}""");
        await fixture.WriteAsync("""{"create":"lines"}""");
        var reading = await fixture.OpenAsync();
        var many = string.Join(',', Enumerable.Range(1, 8).Select(static id => $$"""{"_id":{{id}}}"""));
        await fixture.Double.RunTransactionAsync(
            "shop", [DocJson.Parse(StreamFixture.Insert(many))], DocJson.Parse(StreamFixture.Insert("""{"_id":99}""", "lines")));
        var begin = await reading.NextAsync<TransactionBegin>();
        var orders = new List<long>();
        var hasOther = false;
        while (orders.Count < 8)
        {
            var change = await reading.ChangeAsync();
            if (change.Table == "lines")
            {
                Assert.Null(change.Transaction);
                Assert.InRange(orders.Count, 1, 7);
                hasOther = true;
                if (restartsBetween)
                {
                    await StopAfterAsync(reading, change);
                    reading = await fixture.OpenAsync();
                }
            }
            else
            {
                Assert.Equal(begin.Transaction.Id, change.Transaction?.Id);
                orders.Add(change.TotalOrder);
            }
        }

        Assert.True(hasOther);
        Assert.Equal(Enumerable.Range(1, 8).Select(static order => (long)order), orders);

        // The next transaction of the session ends it before its time.
        await fixture.Double.RunTransactionAsync("shop", [DocJson.Parse(StreamFixture.Insert("""{"_id":100}"""))]);
        for (var item = await reading.NextAsync(); item is not TransactionEnd end || end.Transaction.Id != begin.Transaction.Id;)
        {
            Assert.False(item is TransactionBegin again && again.Transaction.Id == begin.Transaction.Id);
            item = await reading.NextAsync();
        }
    }

    [Fact]
    public async Task Transactions_that_only_wait_for_other_shards_do_not_hold_back_the_commit_of_offsets()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { Topology = DoubleTopology.Sharded, Nodes = 2 });
        await fixture.WriteAsync("""{"create":"orders"}""");
        await using var engine = new CdcEngine(fixture.Source(), fixture.Store, new()
        {
            Name = "test", StartFrom = StartPosition.At(MongoOffset.FromClusterTime(MongoOffsets.TimeOf(fixture.Double).ToBson())),
            CommitPolicy = CommitPolicy.EachTransaction,
        });
        var stop = TestContext.Current.CancellationToken;
        await using var changes = engine.ReadAsync(stop).GetAsyncEnumerator(stop);
        await fixture.Double.RunTransactionAsync("shop", [DocJson.Parse(StreamFixture.Insert("""{"_id":1}"""))]);
        for (var i = 2; i < 5; i++)
        {
            await fixture.InsertAsync($$"""{"_id":{{i}}}""");
            Assert.True(await changes.MoveNextAsync());
        }

        var stored = await fixture.Store.LoadAsync("test", TestContext.Current.CancellationToken);
        Assert.Contains("\"tx\"", stored?.Text ?? "", StringComparison.Ordinal);
        Assert.Contains("\"token\"", stored?.Text ?? "", StringComparison.Ordinal);
    }
}
