using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>What snapshots and the checks before a stream read from the double.</summary>
public sealed class DoubleReadTests
{
    [Fact]
    public async Task Snapshot_read_sees_the_collection_as_of_its_time()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 1 }, { "a", 1 } }, new Doc { { "_id", 2 } });
        Doc first = await client.RunAsync("shop", Find(new Doc { { "level", "snapshot" } }));
        object? time = first.Path("cursor", "atClusterTime");
        Assert.IsType<DocTimestamp>(time);
        var set = new Doc { { "q", new Doc { { "_id", 1 } } }, { "u", new Doc { { "$set", new Doc { { "a", 2 } } } } } };
        await deployment.RunAsync("shop", new Doc { { "update", "orders" }, { "updates", new[] { set } } });
        var remove = new Doc { { "q", new Doc { { "_id", 2 } } }, { "limit", 1 } };
        await deployment.RunAsync("shop", new Doc { { "delete", "orders" }, { "deletes", new[] { remove } } });
        Doc past = await client.RunAsync("shop", Find(new Doc { { "level", "snapshot" }, { "atClusterTime", time } }));
        IEnumerable<string> then = DoubleStreamTests.Batch(past, "firstBatch").Select(document => document.ToString());
        Assert.Equal(["""{"_id": 1, "a": 1}""", """{"_id": 2}"""], then);
        Doc now = await client.RunAsync("shop", Find(new Doc()));
        Assert.Equal(["""{"_id": 1, "a": 2}"""], DoubleStreamTests.Batch(now, "firstBatch").Select(document => document.ToString()));
        deployment.TruncateOplog();
        Doc lost = await client.RunAsync("shop", Find(new Doc { { "level", "snapshot" }, { "atClusterTime", time } }));
        Assert.Equal(239, lost.Number("code"));
    }

    [Fact]
    public async Task Find_pages_in_the_order_of_the_key_between_min_and_max()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await DoubleStreamTests.InsertAsync(deployment, [.. Enumerable.Range(1, 30).Reverse().Select(id => new Doc { { "_id", id } })]);
        var find = new Doc
        {
            { "find", "orders" }, { "min", new Doc { { "_id", 5L } } }, { "max", new Doc { { "_id", 20.0 } } },
                { "hint", new Doc { { "_id", 1 } } },
            { "batchSize", 4 }, { "limit", 10 },
        };
        Doc reply = await client.RunAsync("shop", find);
        List<object?> ids = [.. DoubleStreamTests.Batch(reply, "firstBatch").Select(document => document["_id"])];
        while (reply.Path("cursor", "id") is > 0L and long cursor)
        {
            reply = await client.RunAsync("shop", new Doc { { "getMore", cursor }, { "collection", "orders" }, { "batchSize", 4 } });
            ids.AddRange(DoubleStreamTests.Batch(reply, "nextBatch").Select(document => document["_id"]));
        }

        Assert.Equal(Enumerable.Range(5, 10).Cast<object?>(), ids);
    }

    [Fact]
    public async Task Oplog_gives_its_window_and_collections_their_images()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        var images = new Doc { { "enabled", true } };
        await deployment.RunAsync("shop", new Doc { { "create", "orders" }, { "changeStreamPreAndPostImages", images } });
        Doc newest = await client.RunAsync(
            "local", new Doc { { "find", "oplog.rs" }, { "sort", new Doc { { "$natural", -1 } } }, { "limit", 1 } });
        Assert.Equal(deployment.ClusterTime, Assert.Single(DoubleStreamTests.Batch(newest, "firstBatch"))["ts"]);
        Doc collections = await client.RunAsync(
            "shop", new Doc { { "listCollections", 1 }, { "filter", new Doc { { "name", "orders" } } } });
        Doc orders = Assert.Single(DoubleStreamTests.Batch(collections, "firstBatch"));
        Assert.Equal(true, orders.Path("options", "changeStreamPreAndPostImages", "enabled"));
    }

    private static Doc Find(Doc concern) => new() { { "find", "orders" }, { "readConcern", concern } };
}
