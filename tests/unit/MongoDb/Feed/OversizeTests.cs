using CdcEmbedded.MongoDb.Double;
using static CdcEmbedded.MongoDb.Tests.Feed.ResumeTests;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Events that a server can neither send nor split (error 7182500), or cannot send at all (10334).</summary>
public sealed class OversizeTests
{
    private static readonly string _large = new('a', 4000);

    [Theory]
    [InlineData("8.0.4", OversizeEventPolicy.Fail)]
    [InlineData("8.0.4", OversizeEventPolicy.Reduce)]
    [InlineData("6.0.5", OversizeEventPolicy.Fail)]
    [InlineData("6.0.5", OversizeEventPolicy.Reduce)]
    public async Task A_large_event_fails_or_arrives_without_its_documents_as_the_policy_says(string version, OversizeEventPolicy policy)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000, Version = version });
        await fixture.InsertAsync("""{"_id":0}""");
        fixture.Options = new() { OnOversizeEvent = policy };
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        await fixture.InsertAsync($$"""{"_id":2,"text":"{{_large}}"}""");
        await fixture.InsertAsync("""{"_id":3}""");
        var delivered = new List<(long, bool)>();
        if (policy == OversizeEventPolicy.Fail)
        {
            // The first change may be in the same reply of the server as the large one, which fails, or in one before it.
            await Assert.ThrowsAsync<OversizeEventException>(async () =>
            {
                while (true)
                {
                    delivered.Add(await NextAsync(reading));
                }
            });
            await reading.DisposeAsync();

            // The policy may be changed afterwards.
            fixture.Options = new() { OnOversizeEvent = OversizeEventPolicy.Reduce };
            reading = await fixture.OpenAsync(items: false);
        }

        while (delivered.Count < 3)
        {
            delivered.Add(await NextAsync(reading));
        }

        Assert.Equal([(1, false), (2, true), (3, false)], delivered);
    }

    [Fact]
    public async Task A_restart_after_an_event_without_its_documents_delivers_the_next_ones_with_theirs()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        await fixture.InsertAsync("""{"_id":0}""");
        fixture.Options = new() { OnOversizeEvent = OversizeEventPolicy.Reduce };
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync($$"""{"_id":1,"text":"{{_large}}"}""");
        await fixture.InsertAsync("""{"_id":2}""");
        var large = await reading.ChangeAsync();
        Assert.True(((MongoSourceInfo)large.Source).IsReduced);
        await StopAfterAsync(reading, large);

        // The large event was delivered: not even the policy Fail stops at it again.
        fixture.Options = new() { OnOversizeEvent = OversizeEventPolicy.Fail };
        reading = await fixture.OpenAsync(items: false);
        Assert.Equal((2, false), await NextAsync(reading));
        await fixture.InsertAsync("""{"_id":3}""");
        Assert.Equal((3, false), await NextAsync(reading));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_and_split_events_in_any_order_arrive_once(bool restartsAfterEach)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        fixture.Options = new() { OnOversizeEvent = OversizeEventPolicy.Reduce, FullDocument = FullDocumentMode.UpdateLookup };
        await fixture.InsertAsync($$"""{"_id":1,"text":"{{new string('a', 2000)}}"}""");
        var reading = await fixture.OpenAsync(items: false);
        for (var round = 0; round < 2; round++)
        {
            await fixture.WriteAsync(StreamFixture.Update(1, $$$"""{"$set":{"text":"{{{new string('b', 2000 + round)}}}"}}"""));
            await fixture.InsertAsync($$"""{"_id":{{10 + round}},"text":"{{_large}}"}""");
            await fixture.InsertAsync($$"""{"_id":{{20 + round}},"text":"{{_large}}"}""");
        }

        await fixture.InsertAsync("""{"_id":30}""");
        foreach (var expected in ((long, bool)[])[(1, false), (10, true), (20, true), (1, false), (11, true), (21, true), (30, false)])
        {
            var change = await reading.ChangeAsync();
            Assert.Equal(expected, (change.Key["_id"].AsInt64(), ((MongoSourceInfo)change.Source).IsReduced));
            if (restartsAfterEach)
            {
                await StopAfterAsync(reading, change);
                reading = await fixture.OpenAsync(items: false);
            }
        }
    }

    [Fact]
    public async Task A_large_update_that_the_pipeline_selects_by_its_document_is_not_skipped()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        await fixture.InsertAsync("""{"_id":1}""");
        fixture.Options = new()
        {
            OnOversizeEvent = OversizeEventPolicy.Reduce,
            FullDocument = FullDocumentMode.UpdateLookup,
            Pipeline = [MongoDB.Bson.BsonDocument.Parse("""{"$match":{"fullDocument.status":"paid"}}""")],
        };
        var reading = await fixture.OpenAsync(items: false);
        await fixture.WriteAsync(StreamFixture.Update(1, $$$"""{"$set":{"status":"paid","text":"{{{_large}}}"}}"""));
        await fixture.InsertAsync("""{"_id":2,"status":"paid"}""");
        Assert.Equal((1, true), await NextAsync(reading));
        Assert.Equal((2, false), await NextAsync(reading));
    }

    [Theory]
    [InlineData("8.0.4", false)]
    [InlineData("8.0.4", true)]
    [InlineData("6.0.5", false)]
    [InlineData("6.0.5", true)]
    public async Task Skipped_events_are_reported_once_and_all_others_arrive_once(string version, bool restartsAfterEach)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000, Version = version });
        var log = new MessageLog();
        fixture.Loggers = log;
        fixture.Options = new() { OnOversizeEvent = OversizeEventPolicy.Skip };
        await fixture.InsertAsync("""{"_id":0}""");
        var reading = await fixture.OpenAsync();

        // The first two events of the stream, two in a row between others, and the last one.
        foreach (var id in (int[])[-1, -2, 3, -4, -5, 6, 7, -8])
        {
            await fixture.InsertAsync(id < 0 ? $$"""{"_id":{{id}},"text":"{{_large}}"}""" : $$"""{"_id":{{id}}}""");
        }

        foreach (var expected in (long[])[-1, -2, 3, -4, -5, 6, 7, -8])
        {
            var item = await reading.NextAsync();
            if (expected < 0)
            {
                AssertSkipped(item, expected);
            }
            else
            {
                var change = Assert.IsType<ChangeEvent>(item);
                Assert.Equal((expected, true), (change.Key["_id"].AsInt64(), change.After.HasValue));
            }

            if (restartsAfterEach)
            {
                await StopAfterAsync(reading, item);
                reading = await fixture.OpenAsync();
            }
        }

        await fixture.InsertAsync("""{"_id":9}""");
        Assert.Equal(9, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        await reading.QuietAsync();

        // An engine that is stopped may have read ahead, and logged what the next one reads again.
        var logged = log.All.Count(message => message.Contains("and is skipped", StringComparison.Ordinal));
        Assert.True(restartsAfterEach ? logged >= 5 : logged == 5, $"{logged} messages");
    }

    [Fact]
    public async Task A_start_at_a_large_event_skips_it_and_a_loop_over_changes_gets_the_others()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        fixture.Options = new() { OnOversizeEvent = OversizeEventPolicy.Skip, FullDocument = FullDocumentMode.UpdateLookup };
        await fixture.InsertAsync($$"""{"_id":1,"text":"{{_large}}"}""");
        await fixture.WriteAsync(StreamFixture.Update(1, $$$"""{"$set":{"text":"{{{_large}}}b"}}"""));
        await fixture.InsertAsync("""{"_id":2}""");
        var reading = await fixture.OpenAsync(StartPosition.Earliest, items: false);
        Assert.Equal((2, false), await NextAsync(reading));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public async Task A_skipped_event_of_a_transaction_is_reported_inside_it_and_the_counts_are_of_the_others(int place, bool restarts)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        fixture.Options = new() { OnOversizeEvent = OversizeEventPolicy.Skip };
        await fixture.WriteAsync("""{"create":"orders"}""");
        var reading = await fixture.OpenAsync();
        await fixture.TransactAsync([.. Enumerable.Range(0, 3).Select(id => StreamFixture.Insert(
            id == place ? $$"""{"_id":{{id}},"text":"{{_large}}"}""" : $$"""{"_id":{{id}}}"""))]);
        await fixture.InsertAsync("""{"_id":9}""");

        var begin = await reading.NextAsync<TransactionBegin>();
        var order = 0L;
        for (var id = 0; id < 3; id++)
        {
            var item = await reading.NextAsync();
            if (id == place)
            {
                AssertSkipped(item, id);
            }
            else
            {
                var change = Assert.IsType<ChangeEvent>(item);
                Assert.Equal((id, ++order, begin.Transaction.Id), (change.Key["_id"].AsInt64(), change.TotalOrder, change.Transaction?.Id));
            }

            if (restarts)
            {
                await StopAfterAsync(reading, item);
                reading = await fixture.OpenAsync();
            }
        }

        var end = await reading.NextAsync<TransactionEnd>();
        Assert.Equal((begin.Transaction.Id, 2), (end.Transaction.Id, end.EventCount));
        Assert.Null((await reading.ChangeAsync()).Transaction);
    }

    private static void AssertSkipped(StreamItem item, long id)
    {
        var notice = Assert.IsType<Notice>(item);
        var source = Assert.IsType<MongoSourceInfo>(notice.Source);
        Assert.Equal((NoticeKind.EventSkipped, "shop", "orders", true), (notice.Kind, notice.Database, notice.Table, source.IsReduced));
        Assert.Equal($$$"""{"_id":{"$numberInt":"{{{id}}}"}}""", source.KeyJson);
        var time = $"Timestamp({source.ClusterTime.Timestamp}, {source.ClusterTime.Increment})";
        Assert.Contains($"An insert of shop.orders at the cluster time {time} (", notice.Message, StringComparison.Ordinal);
    }

    private static async Task<(long Key, bool IsReduced)> NextAsync(StreamReading reading)
    {
        var change = await reading.ChangeAsync();
        return (change.Key["_id"].AsInt64(), ((MongoSourceInfo)change.Source).IsReduced);
    }
}
