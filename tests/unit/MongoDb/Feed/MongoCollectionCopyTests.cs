using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Verification;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>A copy in a collection is compared with its source.</summary>
public sealed class MongoCollectionCopyTests : MongoClientTest
{
    [Fact]
    public async Task A_collection_with_the_rows_of_a_table_is_compared_by_its_ids()
    {
        var source = new ScriptedSource().Key("shop.orders", "_id").Table("shop.orders", [.. Enumerable.Range(1, 9)
            .Select(static id => ScriptedRow.Of(("_id", id), ("price", id * 1.5m), ("name", $"n{id}")))]);
        var collection = Client.GetDatabase("copy").GetCollection<BsonDocument>("orders");
        for (var id = 1; id <= 10; id++)
        {
            if (id != 4)
            {
                await collection.InsertOneAsync(new BsonDocument
                {
                    ["_id"] = id,
                    ["price"] = new BsonDecimal128(id * 1.5m),
                    ["name"] = id == 7 ? "wrong" : $"n{id}",
                    ["own"] = true,
                }, null, Cancellation);
            }
        }

        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions { Name = "test" });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var loop = Task.Run(async () =>
        {
            await foreach (var _ in engine.ReadAsync(stop.Token))
            {
                continue;
            }
        });
        var result = await engine.Snapshots.VerifyAsync("shop.orders", new MongoCollectionCopy(collection), null, Cancellation);
        Assert.Equal(["Different _id=7: name", "MissingInCopy _id=4", "OnlyInCopy _id=10"],
            result.Differences.Select(static each => each.ToString()).Order(StringComparer.Ordinal));
        result = await engine.Snapshots.VerifyAsync("shop.orders", new MongoCollectionCopy(collection),
            new VerifyOptions { ReportsExtraColumns = true }, Cancellation);
        Assert.Equal((8, 1, 1), (result.DifferentRows, result.MissingRows, result.ExtraRows));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
    }
}
