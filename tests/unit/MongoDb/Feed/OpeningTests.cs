using System.Diagnostics;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Faults;
using MongoDB.Bson;
using static CdcEmbedded.MongoDb.Tests.Feed.ResumeTests;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Opening a stream: it may take long, be refused for a while, or be needed again after an invalidate.</summary>
public sealed class OpeningTests
{
    private const int StillOpening = 2404;

    [Fact]
    public async Task A_start_far_back_in_the_oplog_is_waited_for_beyond_every_limit_and_reported()
    {
        await using var fixture = await LongOplogAsync();
        var reading = await fixture.OpenAsync(StartPosition.Earliest, items: false);
        Assert.Equal(1, await KeyAsync(reading));
        Assert.Equal(0, reading.Engine.Status.Reconnects);
        Assert.Single(fixture.Double.Commands.Named("aggregate"));
        Assert.Contains("oplog", ((MessageLog)fixture.Loggers).Of(StillOpening)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gap_in_the_oplog_that_takes_longer_than_the_limit_to_read_does_not_stop_the_stream()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { OplogReadTime = TimeSpan.FromMilliseconds(20) })
        {
            Options = new() { Include = ["shop.orders"] },
        };
        fixture.Options = new() { Include = ["shop.orders"], ConnectionString = fixture.Double.ConnectionString + "&socketTimeoutMS=300" };
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":0}""");
        Assert.Equal(0, await KeyAsync(reading));
        await NoiseAsync(fixture, 100);
        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal(1, await KeyAsync(reading));
        Assert.Equal(0, reading.Engine.Status.Reconnects);
    }

    [Fact]
    public async Task An_engine_is_closed_at_once_while_its_stream_opens()
    {
        await using var fixture = await LongOplogAsync();
        await using var engine =
            new CdcEngine(fixture.Source(), fixture.Store, new() { Name = "test", StartFrom = StartPosition.Earliest });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var changes = engine.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = changes.MoveNextAsync().AsTask();
        while (fixture.Double.Commands.Named("aggregate").Count == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_cursor_that_the_oplog_has_overtaken_is_opened_again_once_before_the_position_counts_as_lost(int times)
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":0}""");
        Assert.Equal(0, await KeyAsync(reading));
        fixture.Double.Inject(new CommandFault("getMore") { Times = times, ErrorCode = 136 });
        if (times == 2)
        {
            await Assert.ThrowsAsync<OffsetLostException>(reading.ChangeAsync);
            return;
        }

        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal(1, await KeyAsync(reading));
        Assert.Equal(0, reading.Engine.Status.Reconnects);
    }

    [Theory]
    [InlineData(433, true)]
    [InlineData(449, true)]
    [InlineData(462, true)]
    [InlineData(433, false)]
    [InlineData(449, false)]
    [InlineData(462, false)]
    public async Task An_overloaded_server_is_given_time_whatever_its_code(int code, bool isLabelled)
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":0}""");
        Assert.Equal(0, await KeyAsync(reading));
        var fault = fixture.Double.Inject(new CommandFault("getMore", "aggregate", "buildInfo", "find")
        {
            Times = 8, ErrorCode = code, Labels = isLabelled ? ["SystemOverloadedError", "RetryableError"] : [],
        });
        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal(1, await KeyAsync(reading));
        await fixture.InsertAsync("""{"_id":2}""");
        Assert.Equal(2, await KeyAsync(reading));
        Assert.InRange(fault.Met, 1, 8);
    }

    [Theory]
    [InlineData("7.0.5")]
    [InlineData("6.0.12")]
    public async Task A_stream_of_the_deployment_that_movePrimary_invalidates_continues(string version)
    {
        await using var fixture = new StreamFixture(
            new MongoDoubleOptions { Topology = DoubleTopology.Sharded, Version = version, MaxWireVersion = 21 });
        await fixture.InsertAsync("""{"_id":0}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal(1, await KeyAsync(reading));
        fixture.Double.MovePrimary("shop");
        await fixture.InsertAsync("""{"_id":2}""");
        Assert.Equal(2, await KeyAsync(reading));
        await StopAfterAsync(reading, await AfterAsync(reading, fixture));
        reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":4}""");
        Assert.Equal(4, await KeyAsync(reading));
    }

    [Fact]
    public async Task A_dropped_database_does_not_end_a_stream_that_Include_opened_on_it()
    {
        await using var fixture = new StreamFixture { Options = new() { Include = ["shop.orders"] } };
        await fixture.InsertAsync("""{"_id":0}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal(1, await KeyAsync(reading));
        await fixture.WriteAsync("""{"dropDatabase":1}""");
        await fixture.InsertAsync("""{"_id":2}""");
        Assert.Equal(2, await KeyAsync(reading));
    }

    [Fact]
    public async Task What_the_exception_of_an_invalidated_stream_advises_works()
    {
        await using var fixture = new StreamFixture { Options = new() { Database = "shop", ShowExpandedEvents = false } };
        await fixture.InsertAsync("""{"_id":0}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.WriteAsync("""{"dropDatabase":1}""");
        await fixture.InsertAsync("""{"_id":1}""");
        var failure = await reading.FailureAsync<StreamInvalidatedException>();
        Assert.Contains("Start again to continue", failure.Message, StringComparison.Ordinal);
        Assert.Contains("OnInvalidate to Continue", failure.Message, StringComparison.Ordinal);
        await reading.DisposeAsync();

        reading = await fixture.OpenAsync(items: false);
        var next = await reading.ChangeAsync();
        Assert.Equal(1, next.Key["_id"].AsInt64());
        await StopAfterAsync(reading, next);

        fixture.Options = new() { Database = "shop", ShowExpandedEvents = false, OnInvalidate = InvalidatePolicy.Continue };
        reading = await fixture.OpenAsync(items: false);
        await fixture.WriteAsync("""{"dropDatabase":1}""");
        await fixture.InsertAsync("""{"_id":2}""");
        Assert.Equal(2, await KeyAsync(reading));
    }

    [Theory]
    [InlineData(InvalidatePolicy.Fail)]
    [InlineData(InvalidatePolicy.Continue)]
    public async Task An_invalidate_that_the_pipeline_filters_out_ends_the_stream_or_not_as_the_policy_says(InvalidatePolicy policy)
    {
        await using var fixture = new StreamFixture
        {
            Options = new()
            {
                Database = "shop", Collection = "orders", ShowExpandedEvents = false, OnInvalidate = policy,
                Pipeline = [BsonDocument.Parse("""{"$match":{"operationType":"insert"}}""")],
            },
        };
        await fixture.InsertAsync("""{"_id":0}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal(1, await KeyAsync(reading));
        await fixture.WriteAsync("""{"drop":"orders"}""");
        await fixture.InsertAsync("""{"_id":2}""");
        if (policy == InvalidatePolicy.Fail)
        {
            await reading.FailureAsync<StreamInvalidatedException>();
            await reading.DisposeAsync();
            reading = await fixture.OpenAsync(items: false);
        }

        Assert.Equal(2, await KeyAsync(reading));
        Assert.Equal(0, reading.Engine.Status.Reconnects);
    }

    private static async Task<ChangeEvent> AfterAsync(StreamReading reading, StreamFixture fixture)
    {
        await fixture.InsertAsync("""{"_id":3}""");
        return await reading.ChangeAsync();
    }

    /// <summary>A server that takes 2.5 s to read from the oplog's beginning to the first captured event, where 300 ms
    /// are the limit.</summary>
    private static async Task<StreamFixture> LongOplogAsync()
    {
        var fixture = new StreamFixture(new MongoDoubleOptions { OplogReadTime = TimeSpan.FromMilliseconds(12) })
        {
            Loggers = new MessageLog(),
        };
        await NoiseAsync(fixture, 210);
        await fixture.InsertAsync("""{"_id":1}""");
        fixture.Options = new() { Include = ["shop.orders"], ConnectionString = fixture.Double.ConnectionString + "&socketTimeoutMS=300" };
        return fixture;
    }

    private static async Task NoiseAsync(StreamFixture fixture, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await fixture.InsertAsync($$"""{"_id":{{i}}}""", "noise");
        }
    }
}
