using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Where a stream resumes although the server does not accept its resume token.</summary>
public sealed class ResumeTests
{
    private const int ResumesByTime = 2405;

    [Fact]
    public async Task A_collection_removed_from_Include_does_not_make_the_position_unusable()
    {
        await using var fixture = new StreamFixture
        {
            Options = new() { Include = ["shop.orders", "shop.lines"] }, Loggers = new MessageLog(),
        };
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        await fixture.InsertAsync("""{"_id":2}""", "lines");
        await reading.ChangeAsync();
        await StopAfterAsync(reading, await reading.ChangeAsync());
        await fixture.InsertAsync("""{"_id":3}""", "lines");
        await fixture.InsertAsync("""{"_id":4}""");

        fixture.Options = new() { Include = ["shop.orders"] };
        reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":5}""");

        Assert.Equal(4, await KeyAsync(reading));
        Assert.Equal(5, await KeyAsync(reading));
        Assert.Single(((MessageLog)fixture.Loggers).Of(ResumesByTime));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_position_that_no_event_follows_yet_fails_only_when_one_arrives_and_nothing_is_lost_or_repeated(bool clockMoves)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { NoopInterval = Timeout.InfiniteTimeSpan })
        {
            Options = new() { Include = ["shop.orders", "shop.lines"] },
        };
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":1}""");
        await fixture.InsertAsync("""{"_id":2}""", "lines");
        await reading.ChangeAsync();
        await StopAfterAsync(reading, await reading.ChangeAsync());

        fixture.Options = new() { Include = ["shop.orders"] };
        reading = await fixture.OpenAsync(items: false);
        if (clockMoves)
        {
            // Empty batches then move the position past the token before the server refuses it.
            fixture.Double.AdvanceClusterTime();
        }

        await Task.Delay(400, TestContext.Current.CancellationToken);
        await fixture.InsertAsync("""{"_id":3}""");

        Assert.Equal(3, await KeyAsync(reading));
        Assert.Equal(0, reading.Engine.Status.Reconnects);
    }

    [Fact]
    public async Task A_position_inside_a_transaction_whose_event_is_filtered_out_now_resumes_with_the_rest()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.WriteAsync("""{"create":"lines"}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.TransactAsync(
            StreamFixture.Insert("""{"_id":1}"""), StreamFixture.Insert("""{"_id":2}""", "lines"), StreamFixture.Insert("""{"_id":3}"""),
            StreamFixture.Insert("""{"_id":4}""", "lines"), StreamFixture.Insert("""{"_id":5}"""));
        await reading.ChangeAsync();
        await StopAfterAsync(reading, await reading.ChangeAsync());

        fixture.Options = new() { Include = ["shop.orders"], AcceptOtherOffset = true };
        reading = await fixture.OpenAsync(items: false);

        Assert.Equal(3, await KeyAsync(reading));
        Assert.Equal(5, await KeyAsync(reading));
    }

    [Fact]
    public async Task A_split_event_that_is_not_split_any_more_does_not_make_the_position_unusable()
    {
        await using var fixture = await SplitAsync();
        await fixture.WriteAsync("""{"delete":"orders","deletes":[{"q":{"_id":1},"limit":1}]}""");
        await fixture.InsertAsync("""{"_id":2}""");
        var reading = await fixture.OpenAsync(items: false);
        Assert.Equal(ChangeOperation.Delete, (await reading.ChangeAsync()).Operation);
        Assert.Equal(2, await KeyAsync(reading));
    }

    [Fact]
    public async Task Other_images_do_not_make_the_position_after_a_split_event_unusable()
    {
        await using var fixture = await SplitAsync();
        fixture.Options = new() { FullDocument = FullDocumentMode.Off, BeforeImages = BeforeImageMode.Off };
        await fixture.InsertAsync("""{"_id":2}""");
        var reading = await fixture.OpenAsync(items: false);
        Assert.Equal(2, await KeyAsync(reading));
    }

    [Fact]
    public async Task A_split_event_has_the_same_event_id_however_it_is_split()
    {
        var ids = new List<string>();
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        await fixture.InsertAsync($$"""{"_id":1,"text":"{{new string('a', 2000)}}"}""");
        await fixture.WriteAsync(StreamFixture.Update(1, $$$"""{"$set":{"text":"{{{new string('b', 2000)}}}"}}"""));
        foreach (var mode in (FullDocumentMode[])[FullDocumentMode.UpdateLookup, FullDocumentMode.Off])
        {
            fixture.Options = new() { FullDocument = mode };
            await using var engine = new CdcEngine(
                fixture.Source(), new Offsets.InMemoryOffsetStore(), new() { Name = "ids", StartFrom = StartPosition.Earliest });
            await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
            {
                if (change.Operation == ChangeOperation.Update)
                {
                    ids.Add(change.EventId);
                    break;
                }
            }
        }

        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task The_position_is_lost_only_if_the_oplog_does_not_reach_its_time()
    {
        await using var fixture = new StreamFixture { Options = new() { Include = ["shop.orders", "shop.lines"] } };
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":2}""", "lines");
        await StopAfterAsync(reading, await reading.ChangeAsync());
        await fixture.InsertAsync("""{"_id":3}""");
        fixture.Double.TruncateOplog(keep: 1);
        fixture.Options = new() { Include = ["shop.orders"] };
        reading = await fixture.OpenAsync(items: false);
        Assert.Contains("oplog", (await reading.FailureAsync<OffsetLostException>()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "data": "82" }""")]
    [InlineData("""{ "_data": 5 }""")]
    [InlineData("""{ "_data": { "$binary": { "base64": "gqs=", "subType": "00" } } }""")]
    [InlineData("""{ "_data": "zz" }""")]
    [InlineData("""{ "_data": "826" }""")]
    [InlineData("""{ "_data": "" }""")]
    [InlineData("""{ "_data": "DEADBEEF" }""")]
    [InlineData("""{ "_data": "8263515AC700000001" }""")]
    [InlineData("""{ "_data": "8263515AC7000000012B0A2C0100296E1404" }""")]
    [InlineData("""{ "_data": "8263515AC7000000012B042C0100296E1404", "_typeBits": 1 }""")]
    public async Task A_token_that_the_server_cannot_read_is_a_lost_position_with_its_policy(string token)
    {
        await using var fixture = new StreamFixture();
        var start = StartPosition.At(MongoOffset.FromResumeToken(BsonDocument.Parse(token)));
        var reading = await fixture.OpenAsync(start);
        await reading.FailureAsync<OffsetLostException>();
        await reading.DisposeAsync();

        fixture.OnOffsetLost = OffsetLostPolicy.StartFromLatest;
        reading = await fixture.OpenAsync(start);
        Assert.Equal(NoticeKind.PositionLost, (await reading.NextAsync<Notice>()).Kind);
        await fixture.InsertAsync("""{"_id":1}""");
        await reading.NextAsync<SchemaChange>();
        Assert.Equal(1, await KeyAsync(reading));
    }

    [Fact]
    public async Task Resnapshot_after_a_lost_token_says_so_and_reads_the_collections()
    {
        await using var fixture = new StreamFixture { OnOffsetLost = OffsetLostPolicy.Resnapshot };
        fixture.Options = new MongoSourceOptions { Include = ["shop.*"] };
        await fixture.InsertAsync("""{"_id":1}""");
        var reading = await fixture.OpenAsync(StartPosition.At(MongoOffset.FromResumeToken(BsonDocument.Parse("""{ "_data": "zz" }"""))));
        Assert.Equal(NoticeKind.PositionLost, (await reading.NextAsync<Notice>()).Kind);
        Assert.Equal((ChangeOperation.Read, 1L), await NextAsync());
        await fixture.InsertAsync("""{"_id":2}""");
        Assert.Equal((ChangeOperation.Create, 2L), await NextAsync());

        async Task<(ChangeOperation, long)> NextAsync()
        {
            while (true)
            {
                if (await reading.NextAsync(withHeartbeats: false) is ChangeEvent change)
                {
                    return (change.Operation, change.Key["_id"].AsInt64());
                }
            }
        }
    }

    [Fact]
    public async Task A_server_without_startAfter_is_asked_to_resumeAfter_and_continues_after_an_invalidate_too()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { UnknownStreamOptions = ["startAfter"] });
        fixture.Options = new()
        {
            Database = "shop", Collection = "orders", OnInvalidate = InvalidatePolicy.Continue, ShowExpandedEvents = false,
        };
        await fixture.InsertAsync("""{"_id":1}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.InsertAsync("""{"_id":2}""");
        await StopAfterAsync(reading, await reading.ChangeAsync());
        await fixture.InsertAsync("""{"_id":3}""");
        reading = await fixture.OpenAsync(items: false);
        Assert.Equal(3, await KeyAsync(reading));
        fixture.Double.KillCursors();
        await fixture.InsertAsync("""{"_id":4}""");
        Assert.Equal(4, await KeyAsync(reading));
        await fixture.WriteAsync("""{"drop":"orders"}""");
        await fixture.InsertAsync("""{"_id":5}""");
        Assert.Equal(5, await KeyAsync(reading));
        Assert.Equal(0, reading.Engine.Status.Reconnects);
    }

    internal static async Task<long> KeyAsync(StreamReading reading) => (await reading.ChangeAsync()).Key["_id"].AsInt64();

    internal static async Task StopAfterAsync(StreamReading reading, StreamItem item)
    {
        await reading.Engine.CommitAsync(item, TestContext.Current.CancellationToken);
        await reading.DisposeAsync();
    }

    /// <summary>A stream that has stopped after an update that came in several fragments.</summary>
    private static async Task<StreamFixture> SplitAsync()
    {
        var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        fixture.Options = new() { FullDocument = FullDocumentMode.UpdateLookup };
        await fixture.InsertAsync($$"""{"_id":1,"text":"{{new string('a', 2000)}}"}""");
        var reading = await fixture.OpenAsync(items: false);
        await fixture.WriteAsync(StreamFixture.Update(1, $$$"""{"$set":{"text":"{{{new string('b', 2000)}}}"}}"""));
        var change = await reading.ChangeAsync();
        var token = RawBson.Parse(((MongoSourceInfo)change.Source).ResumeToken.ToJson());
        Assert.True(TokenParts.TryRead(token, out var parts) && parts.IsFragment);
        await StopAfterAsync(reading, change);
        return fixture;
    }
}
