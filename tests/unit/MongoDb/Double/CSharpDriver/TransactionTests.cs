using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Faults;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>Transactions of the C# driver on the double.</summary>
public sealed class TransactionTests
{
    [Theory]
    [InlineData(DoubleTopology.ReplicaSet)]
    [InlineData(DoubleTopology.Sharded)]
    [InlineData(DoubleTopology.LoadBalanced)]
    public async Task Committed_transaction_is_seen_as_a_whole(DoubleTopology topology)
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Topology = topology, Nodes = 2 });
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Database.CreateCollectionAsync(
            "orders", new CreateCollectionOptions { ChangeStreamPreAndPostImagesOptions = new() { Enabled = true } });
        await client.Orders.InsertOneAsync(new BsonDocument { { "_id", 0 }, { "a", 1 } });
        ChangeStreamOptions options = WatchedStream.Options;
        options.FullDocumentBeforeChange = ChangeStreamFullDocumentBeforeChangeOption.Required;
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders, options);
        using (IClientSessionHandle session = await client.Client.StartSessionAsync())
        {
            await session.WithTransactionAsync(async (handle, token) =>
            {
                await client.Orders.InsertOneAsync(handle, new BsonDocument("_id", 1), cancellationToken: token);
                await client.Orders.UpdateOneAsync(handle, new BsonDocument("_id", 0), Builders<BsonDocument>.Update.Set("a", 2),
                    cancellationToken: token);
                Assert.Equal(2, await client.Orders.CountDocumentsAsync(handle, new BsonDocument(), cancellationToken: token));
                Assert.Equal(1, await client.Orders.CountDocumentsAsync(new BsonDocument(), cancellationToken: token));
                return true;
            });
            session.StartTransaction();
            await client.Orders.InsertOneAsync(session, new BsonDocument("_id", 99));
            await session.AbortTransactionAsync();
        }

        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        ChangeStreamDocument<BsonDocument>[] changes = await stream.NextAsync(3);
        Assert.Equal([1, 0, 2], changes.Select(change => change.DocumentKey["_id"].AsInt32));
        Assert.Equal(changes[0].ClusterTime, changes[1].ClusterTime);
        Assert.Equal(changes[0].BackingDocument["txnNumber"], changes[1].BackingDocument["txnNumber"]);
        Assert.Equal(changes[0].BackingDocument["lsid"], changes[1].BackingDocument["lsid"]);
        Assert.False(changes[2].BackingDocument.Contains("txnNumber"));
        Assert.Equal(1, changes[1].FullDocumentBeforeChange["a"]);
    }

    [Fact]
    public async Task Commit_whose_reply_was_lost_is_repeated()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        deployment.Inject(new CommandFault("commitTransaction") { LoseReply = true });
        using IClientSessionHandle session = await client.Client.StartSessionAsync();
        session.StartTransaction();
        await client.Orders.InsertOneAsync(session, new BsonDocument("_id", 1));
        await session.CommitTransactionAsync();
        Assert.Equal(2, deployment.Commands.Named("commitTransaction").Count);
        Assert.Equal(1, await client.Orders.CountDocumentsAsync(new BsonDocument()));
    }

    [Fact]
    public async Task Transaction_that_the_server_forgot_is_run_again()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        deployment.Inject(new CommandFault("insert") { ErrorCode = 251, Labels = ["TransientTransactionError"] });
        using IClientSessionHandle session = await client.Client.StartSessionAsync();
        int runs = 0;
        await session.WithTransactionAsync(async (handle, token) =>
        {
            runs++;
            await client.Orders.InsertOneAsync(handle, new BsonDocument("_id", 1), cancellationToken: token);
            return true;
        });
        Assert.Equal(2, runs);
        Assert.Equal(1, await client.Orders.CountDocumentsAsync(new BsonDocument()));
    }
}
