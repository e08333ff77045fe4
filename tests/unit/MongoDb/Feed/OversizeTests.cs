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

    private static async Task<(long Key, bool IsReduced)> NextAsync(StreamReading reading)
    {
        var change = await reading.ChangeAsync();
        return (change.Key["_id"].AsInt64(), ((MongoSourceInfo)change.Source).IsReduced);
    }
}
