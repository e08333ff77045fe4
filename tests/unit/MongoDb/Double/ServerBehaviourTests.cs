using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>Behaviour of servers that only options of the double switch on, and the layout of events.</summary>
public sealed class ServerBehaviourTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public async Task Documents_of_one_insert_share_a_time_since_8_0(bool share, int times)
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { InsertsShareTime = share });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc());
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 1 } }, new Doc { { "_id", 2 } }, new Doc { { "_id", 3 } });
        List<Doc> events = DoubleStreamTests.Batch(await client.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 1000)), "nextBatch");
        Assert.Equal(times, events.Select(change => change["clusterTime"]).Distinct().Count());
        Assert.All(events, change => Assert.False(change.Has("txnNumber") || change.Has("lsid")));
        long resumed = await DoubleStreamTests.OpenAsync(client, new Doc { { "resumeAfter", events[0]["_id"] } });
        Doc rest = await client.RunAsync("shop", DoubleStreamTests.GetMore(resumed, 1000));
        Assert.Equal([2, 3], DoubleStreamTests.Batch(rest, "nextBatch").Select(change => change.Path("documentKey", "_id")));
    }

    [Fact]
    public async Task Transaction_over_two_shards_has_two_times_with_others_between()
    {
        await using MongoDouble deployment = MongoDouble.Start(
            new MongoDoubleOptions { Topology = DoubleTopology.Sharded, Nodes = 2, Shards = 2 });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 0 } });
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc());
        var insert = new Doc { { "insert", "orders" }, { "documents", Enumerable.Range(1, 8).Select(id => new Doc { { "_id", id } }) } };
        var between = new Doc { { "insert", "orders" }, { "documents", new[] { new Doc { { "_id", 99 } } } } };
        await deployment.RunTransactionAsync("shop", [insert], between);
        List<Doc> events = DoubleStreamTests.Batch(await client.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 1000)), "nextBatch");
        Assert.Equal(9, events.Count);
        IEnumerable<Doc> inTransaction = events.Where(change => change.Has("txnNumber"));
        Assert.Equal(2, inTransaction.Select(change => change["clusterTime"]).Distinct().Count());
        Assert.Single(inTransaction.Select(change => DocJson.Write(change["lsid"])).Distinct());
        int other = events.FindIndex(change => !change.Has("txnNumber"));
        Assert.InRange(other, 1, 7);
    }

    [Fact]
    public async Task Opening_a_stream_takes_the_time_of_reading_the_oplog()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { OplogReadTime = TimeSpan.FromMilliseconds(10) });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        DocTimestamp start = deployment.ClusterTime;
        for (int i = 0; i < 50; i++)
        {
            var insert = new Doc { { "insert", "others" }, { "documents", new[] { new Doc { { "_id", i } } } } };
            await deployment.RunAsync("shop", insert);
        }

        long began = TimeProvider.System.GetTimestamp();
        Doc reply = await client.RunAsync("shop", new Doc
        {
            { "aggregate", "orders" },
            { "pipeline", new[] { new Doc { { "$changeStream", new Doc { { "startAtOperationTime", start } } } } } },
            { "cursor", new Doc() },
        });
        Assert.Equal(1.0, reply["ok"]);
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(450));
    }

    [Fact]
    public async Task Server_without_startAfter_refuses_it()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { UnknownStreamOptions = ["startAfter"] });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        var stage = new Doc { { "startAfter", new Doc { { "_data", "82" } } } };
        Doc reply = await client.RunAsync("shop", new Doc
        {
            { "aggregate", "orders" }, { "pipeline", new[] { new Doc { { "$changeStream", stage } } } }, { "cursor", new Doc() },
        });
        Assert.Equal(40415, reply.Number("code"));
    }

    [Fact]
    public async Task Fields_of_events_come_in_a_servers_order()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Version = "8.1.0" });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc { { "showExpandedEvents", true } });
        await deployment.RunAsync("shop", new Doc { { "create", "orders" } });
        var images = new Doc { { "enabled", true } };
        await deployment.RunAsync("shop", new Doc { { "collMod", "orders" }, { "changeStreamPreAndPostImages", images } });
        var insert = new Doc { { "insert", "orders" }, { "documents", new[] { new Doc { { "_id", 1 } } } } };
        await deployment.RunTransactionAsync("shop", insert);
        var rename = new Doc { { "renameCollection", "shop.orders" }, { "to", "shop.archive" } };
        await deployment.RunAsync("admin", rename);
        List<Doc> events = DoubleStreamTests.Batch(await client.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 1000)), "nextBatch");
        string[] head = ["_id", "operationType", "clusterTime", "collectionUUID", "wallTime"];
        Assert.Equal([.. head, "ns", "operationDescription", "nsType"], events[0].Names);
        Assert.Equal([.. head, "ns", "operationDescription", "stateBeforeChange"], events[1].Names);
        Assert.Equal(["txnNumber", "lsid", .. head, "fullDocument", "ns", "documentKey"], events[2].Names);
        Assert.Equal(["to", .. head, "ns", "operationDescription"], events[3].Names);
    }
}
