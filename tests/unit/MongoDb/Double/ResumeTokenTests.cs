using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>The double's resume tokens, and what it refuses to resume from.</summary>
public sealed class ResumeTokenTests
{
    private static readonly MongoDoubleOptions _asServer = new() { NoopInterval = Timeout.InfiniteTimeSpan };

    [Fact]
    public async Task Token_of_an_event_is_the_key_string_of_a_server()
    {
        await using MongoDouble deployment = MongoDouble.Start(_asServer);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc { { "showExpandedEvents", true } });
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", new DocId(0x63515AC7, 0x0102030405060708) } });
        List<Doc> events = await NextAsync(client, cursor, 2);
        Doc insert = events[1];
        string time = ((DocTimestamp)insert["clusterTime"]!).Value.ToString("X16", null);
        string collection = Convert.ToHexString(((DocBinary)insert["collectionUUID"]!).Bytes);
        string operation = Convert.ToHexString("operationType\0<insert\0"u8).ToUpperInvariant();
        string id = Convert.ToHexString("_id\0"u8) + "6463515AC70102030405060708";
        string key = Convert.ToHexString("documentKey\0"u8) + "4664" + id + "0000";
        Assert.Equal($"82{time}2B042C0100296E5A1004{collection}463C{operation}46{key}04", insert.Path("_id", "_data"));
        Assert.False(insert.Document("_id")!.Has("_typeBits"));
    }

    [Fact]
    public async Task Tokens_differ_in_length_and_carry_the_types_of_numbers()
    {
        await using MongoDouble deployment = MongoDouble.Start(_asServer);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc());
        object[] keys = [7, 7_000_000_000L, 7.0 * 9, "text", -70_000, 0L];
        foreach (object key in keys)
        {
            await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", key } });
        }

        List<Doc> tokens = (await NextAsync(client, cursor, keys.Length)).ConvertAll(change => change.Document("_id")!);
        Assert.True(tokens.Select(token => token.Text("_data")!.Length).Distinct().Count() > 2);
        Assert.Equal([false, true, true, false, false, true], tokens.Select(token => token.Has("_typeBits")));
        foreach ((Doc token, object next) in tokens.Zip(keys.Skip(1)))
        {
            long resumed = await DoubleStreamTests.OpenAsync(client, new Doc { { "resumeAfter", token } });
            Assert.Equal(next, (await NextAsync(client, resumed, 1))[0].Path("documentKey", "_id"));
        }
    }

    [Theory]
    [InlineData("""{ }""", 40647)]
    [InlineData("""{ "_data": 5 }""", 40647)]
    [InlineData("""{ "_data": "zz" }""", 9)]
    [InlineData("""{ "_data": "826" }""", 9)]
    [InlineData("""{ "_data": "" }""", 40649)]
    [InlineData("""{ "_data": "DEADBEEF" }""", 50811)]
    [InlineData("""{ "_data": "8263515AC700000001" }""", 50811)]
    [InlineData("""{ "_data": "8263515AC7000000012B0A2C0100296E1404" }""", 50795)]
    [InlineData("""{ "_data": "8263515AC7000000012B042C0100296E1404", "_typeBits": 1 }""", 40648)]
    [InlineData("""{ "_data": "8263515AC7000000012B042C0100296E1404" }""", 260)]
    public async Task Token_that_cannot_be_read_is_refused_with_a_servers_code(string token, int code)
    {
        await using MongoDouble deployment = MongoDouble.Start(_asServer);
        Assert.Equal(code, await OpenCodeAsync(deployment, new Doc { { "resumeAfter", DocJson.Parse(token) } }));
    }

    [Fact]
    public async Task Token_that_the_pipeline_excludes_fails_at_the_first_later_event()
    {
        await using MongoDouble deployment = MongoDouble.Start(_asServer);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc());
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 1 } });
        Doc token = (await NextAsync(client, cursor, 1))[0].Document("_id")!;
        var match = new Doc { { "$match", new Doc { { "documentKey._id", 2 } } } };
        long resumed = await DoubleStreamTests.OpenAsync(client, new Doc { { "resumeAfter", token } }, match);
        Assert.Empty(DoubleStreamTests.Batch(await client.RunAsync("shop", DoubleStreamTests.GetMore(resumed, 10)), "nextBatch"));
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 2 } });
        Doc reply = await client.RunAsync("shop", DoubleStreamTests.GetMore(resumed, 1000));
        Assert.Equal(280, reply.Number("code"));
        Assert.Equal(["NonResumableChangeStreamError"], reply.Array("errorLabels"));
    }

    [Fact]
    public async Task Token_of_a_fragment_fails_where_the_event_is_no_longer_split()
    {
        MongoDoubleOptions options = _asServer with { MaxEventSize = 2000 };
        await using MongoDouble deployment = MongoDouble.Start(options);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        var split = new Doc { { "$changeStreamSplitLargeEvent", new Doc() } };
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc { { "fullDocument", "updateLookup" } }, split);
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 1 } });
        await UpdateAsync(deployment, new string('x', 1200));
        Doc fragment = (await NextAsync(client, cursor, 3))[1];
        Assert.Equal(1L, fragment.Document("splitEvent")?.Number("fragment"));
        await UpdateAsync(deployment, "short");
        long resumed = await DoubleStreamTests.OpenAsync(
            client, new Doc { { "fullDocument", "updateLookup" }, { "resumeAfter", fragment["_id"] } }, split);
        Assert.Equal(280, (await client.RunAsync("shop", DoubleStreamTests.GetMore(resumed, 1000))).Number("code"));
    }

    [Fact]
    public async Task Field_larger_than_a_fragment_cannot_be_split()
    {
        await using MongoDouble deployment = MongoDouble.Start(_asServer with { MaxEventSize = 2000 });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        var split = new Doc { { "$changeStreamSplitLargeEvent", new Doc() } };
        long splitting = await DoubleStreamTests.OpenAsync(client, new Doc(), split);
        long whole = await DoubleStreamTests.OpenAsync(client, new Doc());
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 1 }, { "text", new string('x', 3000) } });
        Assert.Equal(7182500, (await client.RunAsync("shop", DoubleStreamTests.GetMore(splitting, 1000))).Number("code"));
        Assert.Equal(10334, (await client.RunAsync("shop", DoubleStreamTests.GetMore(whole, 1000))).Number("code"));
    }

    [Fact]
    public async Task Start_before_the_oldest_entry_of_a_cut_oplog_has_lost_its_history()
    {
        await using MongoDouble deployment = MongoDouble.Start(_asServer);
        DocTimestamp first = deployment.ClusterTime;
        Assert.Null(await OpenCodeAsync(deployment, new Doc { { "startAtOperationTime", new DocTimestamp(first.Value - 5) } }));
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 1 } });
        DocTimestamp gap = deployment.AdvanceClusterTime();
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 2 } });
        deployment.TruncateOplog(keep: 1);
        Assert.Equal(286, await OpenCodeAsync(deployment, new Doc { { "startAtOperationTime", gap } }));
        Assert.Null(await OpenCodeAsync(deployment, new Doc { { "startAtOperationTime", deployment.ClusterTime } }));
    }

    private static Task<Doc> UpdateAsync(MongoDouble deployment, string text)
    {
        var update = new Doc { { "q", new Doc { { "_id", 1 } } }, { "u", new Doc { { "$set", new Doc { { "text", text } } } } } };
        return deployment.RunAsync("shop", new Doc { { "update", "orders" }, { "updates", new[] { update } } });
    }

    private static async Task<long?> OpenCodeAsync(MongoDouble deployment, Doc stage)
    {
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        Doc reply = await client.RunAsync("shop", new Doc
        {
            { "aggregate", "orders" }, { "pipeline", new[] { new Doc { { "$changeStream", stage } } } }, { "cursor", new Doc() },
        });
        return reply.Number("code");
    }

    private static async Task<List<Doc>> NextAsync(RawClient client, long cursor, int count)
    {
        var events = new List<Doc>();
        while (events.Count < count)
        {
            events.AddRange(DoubleStreamTests.Batch(await client.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 1000)), "nextBatch"));
        }

        return events;
    }
}
