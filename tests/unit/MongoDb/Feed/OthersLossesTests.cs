using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Faults;
using MongoDB.Bson;
using static CdcEmbedded.MongoDb.Tests.Feed.ResumeTests;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Losses and stalls that other readers of change streams shipped, each by the name of its report.</summary>
public sealed class OthersLossesTests
{
    [Fact]
    public async Task PeerDB_4213_and_powersync_251_a_resume_after_a_long_stop_comes_back()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { OplogReadTime = TimeSpan.FromMilliseconds(10) });
        fixture.Options = new() { Include = ["shop.orders"], ConnectionString = fixture.Double.ConnectionString + "&socketTimeoutMS=300" };
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        await StopAfterAsync(reading, await reading.ChangeAsync());
        for (var i = 0; i < 120; i++)
        {
            await fixture.InsertAsync($$"""{"_id":{{i}}}""", "noise");
        }

        await fixture.InsertAsync("""{"_id":2}""");
        reading = await fixture.OpenAsync(items: false);
        Assert.Equal(2, await KeyAsync(reading));
        Assert.Equal(0, reading.Engine.Status.Reconnects);
    }

    [Fact]
    public async Task Morphium_329_a_stale_token_ends_the_stream_and_is_not_tried_again_and_again()
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        await StopAfterAsync(reading, await reading.ChangeAsync());
        await fixture.InsertAsync("""{"_id":2}""");
        fixture.Double.TruncateOplog();
        fixture.Double.Commands.Clear();
        reading = await fixture.OpenAsync(items: false);
        await reading.FailureAsync<OffsetLostException>();
        Assert.Single(fixture.Double.Commands.Named("aggregate"));
    }

    [Fact]
    public async Task Morphium_329_errors_that_keep_coming_are_waited_for_longer_and_longer()
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal(1, await KeyAsync(reading));
        var fault = fixture.Double.Inject(new CommandFault("aggregate", "getMore") { Times = int.MaxValue, ErrorCode = 11600 });
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        fault.Remove();

        // Two commands an attempt at most, and 200 ms between the later attempts.
        Assert.InRange(fault.Met, 1, 80);
        await fixture.InsertAsync("""{"_id":2}""");
        Assert.Equal(2, await KeyAsync(reading));
    }

    [Fact]
    public async Task Estuary_2026_a_collection_that_is_dropped_while_the_reader_is_stopped_does_not_end_the_capture()
    {
        await using var fixture = new StreamFixture();
        fixture.Options = new() { Database = "shop", Collection = "orders", OnInvalidate = InvalidatePolicy.Continue };
        await fixture.InsertAsync("""{"_id":0}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        await StopAfterAsync(reading, await reading.ChangeAsync());
        await fixture.InsertAsync("""{"_id":2}""");
        await fixture.WriteAsync("""{"drop":"orders"}""");
        await fixture.InsertAsync("""{"_id":3}""");
        await fixture.WriteAsync("""{"drop":"orders"}""");
        await fixture.InsertAsync("""{"_id":4}""");
        reading = await fixture.OpenAsync(items: false);
        Assert.Equal(2, await KeyAsync(reading));
        Assert.Equal(3, await KeyAsync(reading));
        Assert.Equal(4, await KeyAsync(reading));
    }

    [Fact]
    public async Task Dbz_633_and_debezium_7945_the_counters_of_a_transaction_survive_a_restart_after_each_of_its_changes()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.WriteAsync("""{"create":"lines"}""");
        var reading = await fixture.OpenAsync();
        await fixture.TransactAsync(
            StreamFixture.Insert("""{"_id":1}"""), StreamFixture.Insert("""{"_id":1}""", "lines"), StreamFixture.Insert("""{"_id":2}"""),
            StreamFixture.Insert("""{"_id":2}""", "lines"), StreamFixture.Insert("""{"_id":3}"""));
        await fixture.InsertAsync("""{"_id":9}""");
        await reading.NextAsync<TransactionBegin>();
        foreach (var expected in ((long, long)[])[(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
        {
            var change = await reading.ChangeAsync();
            Assert.Equal(expected, (change.TotalOrder, change.DataCollectionOrder));
            await StopAfterAsync(reading, change);
            reading = await fixture.OpenAsync();
        }

        var end = await reading.NextAsync<TransactionEnd>();
        Assert.Equal(5, end.EventCount);
        Assert.Equal([new("shop.orders", 3), new("shop.lines", 2)], end.DataCollections);
        Assert.Equal(9, await KeyAsync(reading));
    }

    [Fact]
    public async Task Cortex_a_token_is_stored_only_when_its_change_has_been_processed()
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        await fixture.InsertAsync("""{"_id":2}""");
        Assert.Equal(1, await KeyAsync(reading));

        // The loop's body fails here.
        await reading.DisposeAsync();
        reading = await fixture.OpenAsync(items: false);
        Assert.Equal(1, await KeyAsync(reading));
        Assert.Equal(2, await KeyAsync(reading));
    }

    [Fact]
    public async Task Cortex_a_change_that_equals_the_one_before_is_delivered()
    {
        await using var fixture = new StreamFixture();
        fixture.Options = new() { Pipeline = [BsonDocument.Parse("""{"$project":{"updateDescription":0,"wallTime":0}}""")] };
        await fixture.InsertAsync("""{"_id":1}""");
        var reading = await fixture.OpenAsync(MongoOffsets.Now(fixture.Double), items: false);
        await reading.DisposeAsync();
        for (var i = 0; i < 3; i++)
        {
            await fixture.WriteAsync(StreamFixture.Update(1, $$$"""{"$set":{"a":{{{i}}}}}"""));
        }

        reading = await fixture.OpenAsync(items: false);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(2, (await reading.ChangeAsync()).After["a"].AsInt64());
        }
    }
}
