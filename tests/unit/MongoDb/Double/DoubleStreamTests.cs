using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Replay;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>What official clients do not show of the double's streams.</summary>
public sealed class DoubleStreamTests
{
    private static readonly MongoDoubleOptions _still = new() { NoopInterval = Timeout.InfiniteTimeSpan };

    [Fact]
    public async Task GetMore_waits_until_an_event_comes()
    {
        await using MongoDouble deployment = MongoDouble.Start(_still);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await OpenAsync(client, new Doc());
        Task<Doc> waiting = client.RunAsync("shop", GetMore(cursor, 30_000));
        await deployment.Commands.WaitAsync(command => command.Name == "getMore", TestContext.Current.CancellationToken);
        await InsertAsync(deployment, new Doc { { "_id", 1 } });
        Doc reply = await waiting;
        Assert.Equal("insert", Batch(reply, "nextBatch").Single().Text("operationType"));
    }

    [Fact]
    public async Task GetMore_without_events_answers_empty_with_a_token_after_the_time_it_was_given()
    {
        await using MongoDouble deployment = MongoDouble.Start(_still);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await OpenAsync(client, new Doc());
        Doc first = await client.RunAsync("shop", GetMore(cursor, 20));
        deployment.AdvanceClusterTime();
        Doc second = await client.RunAsync("shop", GetMore(cursor, 20));
        Assert.Empty(Batch(first, "nextBatch"));
        Assert.True(string.CompareOrdinal(Token(second), Token(first)) > 0, $"{Token(first)} then {Token(second)}");
    }

    [Fact]
    public async Task Events_and_post_batch_tokens_order_as_their_hex_does()
    {
        await using MongoDouble deployment = MongoDouble.Start(_still);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await OpenAsync(client, new Doc());
        var tokens = new List<string>();
        for (int i = 0; i < 20; i++)
        {
            await InsertAsync(deployment, new Doc { { "_id", i } });
            Doc reply = await client.RunAsync("shop", GetMore(cursor, 1000));
            tokens.AddRange(Batch(reply, "nextBatch").Select(change => change.Path("_id", "_data") as string ?? ""));
            Assert.Equal(tokens[^1], Token(reply));
            deployment.AdvanceClusterTime();
            tokens.Add(Token(await client.RunAsync("shop", GetMore(cursor, 1))));
        }

        Assert.Equal(tokens.Order(StringComparer.Ordinal).Distinct(), tokens);
    }

    [Fact]
    public async Task Stream_from_before_a_truncated_oplog_loses_its_history()
    {
        await using MongoDouble deployment = MongoDouble.Start(_still);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await OpenAsync(client, new Doc());
        await InsertAsync(deployment, new Doc { { "_id", 1 } });
        deployment.TruncateOplog();
        Assert.Equal(286, (await client.RunAsync("shop", GetMore(cursor, 10))).Number("code"));
        Assert.Equal(0, deployment.OpenCursors);
    }

    [Fact]
    public async Task Small_events_split_where_the_options_lower_the_limit()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { MaxEventSize = 2000 });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await OpenAsync(
            client, new Doc { { "fullDocument", "updateLookup" } }, new Doc { { "$changeStreamSplitLargeEvent", new Doc() } });
        await InsertAsync(deployment, new Doc { { "_id", 1 } });
        var set = new Doc { { "$set", new Doc { { "text", new string('x', 1200) } } } };
        var update = new Doc { { "q", new Doc { { "_id", 1 } } }, { "u", set } };
        await deployment.RunAsync("shop", new Doc { { "update", "orders" }, { "updates", new[] { update } } });
        var events = new List<Doc>();
        while (events.Count < 3)
        {
            events.AddRange(Batch(await client.RunAsync("shop", GetMore(cursor, 1000)), "nextBatch"));
        }

        Assert.Equal([null, 1L, 2L], events.Select(change => change.Document("splitEvent")?.Number("fragment")));
        Assert.All(events.Skip(1), change => Assert.Equal(2L, change.Document("splitEvent")?.Number("of")));
        Assert.True(events[1].Has("fullDocument") && events[2].Has("updateDescription"));
    }

    [Fact]
    public async Task Transaction_shares_one_time_and_counts_its_operations()
    {
        await using MongoDouble deployment = MongoDouble.Start(_still);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await OpenAsync(client, new Doc());
        await deployment.RunTransactionAsync(
            "shop", Insert(new Doc { { "_id", 1 } }), Insert(new Doc { { "_id", 2 } }, new Doc { { "_id", 3 } }));
        List<Doc> events = Batch(await client.RunAsync("shop", GetMore(cursor, 1000)), "nextBatch");
        Assert.Equal([1, 2, 3], events.Select(change => change.Path("documentKey", "_id")));
        Assert.Single(events.Select(change => change["clusterTime"]).Distinct());
        Assert.All(events, change => Assert.Equal(1L, change["txnNumber"]));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    public async Task Replay_serves_every_event_once_and_in_order(int batchSize)
    {
        await using MongoDouble deployment = MongoDouble.Start();
        var feed = new ReplayFeed(2500);
        deployment.Replay = feed;
        Assert.InRange(feed.TotalBytes / feed.Count, 635, 645);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await OpenAsync(client, new Doc());
        var seen = new List<object?>();
        string token = "";
        while (seen.Count < 1000)
        {
            Doc reply = await client.RunAsync("shop", GetMore(cursor, 10, batchSize));
            seen.AddRange(Batch(reply, "nextBatch").Select(change => change.Path("fullDocument", "number")));
            token = Token(reply);
        }

        long resumed = await OpenAsync(client, new Doc { { "resumeAfter", new Doc { { "_data", token } } } });
        while (seen.Count < feed.Count)
        {
            Doc reply = await client.RunAsync("shop", GetMore(resumed, 10, 400));
            seen.AddRange(Batch(reply, "nextBatch").Select(change => change.Path("fullDocument", "number")));
        }

        Assert.Equal(Enumerable.Range(0, 2500).Select(number => (object?)(long)number), seen);
    }

    internal static async Task<long> OpenAsync(RawClient client, Doc stage, params Doc[] following)
    {
        var aggregate = new Doc
        {
            { "aggregate", "orders" },
            { "pipeline", (object[])[new Doc { { "$changeStream", stage } }, .. following] },
            { "cursor", new Doc { { "batchSize", 0 } } },
        };
        Doc reply = await client.RunAsync("shop", aggregate);
        return reply.Path("cursor", "id") as long? ?? throw new InvalidOperationException(reply.ToString());
    }

    internal static Doc GetMore(long cursor, int wait, int batchSize = 0)
    {
        var command = new Doc { { "getMore", cursor }, { "collection", "orders" }, { "maxTimeMS", wait } };
        return batchSize == 0 ? command : command.AddUnlessNull("batchSize", batchSize);
    }

    internal static Task<Doc> InsertAsync(MongoDouble deployment, params Doc[] documents) => deployment.RunAsync("shop", Insert(documents));

    internal static List<Doc> Batch(Doc reply, string name) =>
        [.. (reply.Document("cursor")?.Array(name) ?? throw new InvalidOperationException(reply.ToString())).OfType<Doc>()];

    private static Doc Insert(params Doc[] documents) => new() { { "insert", "orders" }, { "documents", documents } };

    private static string Token(Doc reply) => reply.Path("cursor", "postBatchResumeToken", "_data") as string ?? "";
}
