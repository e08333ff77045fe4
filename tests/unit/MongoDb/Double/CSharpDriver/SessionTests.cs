using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>Sessions of the C# driver on the double.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task Cursor_keeps_the_session_that_opened_it()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertManyAsync(Enumerable.Range(1, 30).Select(id => new BsonDocument("_id", id)));
        List<BsonDocument> all = await client.Orders.Find(new BsonDocument(), new FindOptions { BatchSize = 10 }).ToListAsync();
        Assert.Equal(30, all.Count);
        Assert.Single(deployment.Commands.All.Where(command => command.Name is "find" or "getMore").Select(SessionOf).Distinct());
    }

    [Fact]
    public async Task Explicit_session_is_on_every_command_and_ends_with_it()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        string lsid;
        using (IClientSessionHandle session = await client.Client.StartSessionAsync())
        {
            lsid = Convert.ToHexString(session.ServerSession.Id["id"].AsBsonBinaryData.Bytes);
            await client.Orders.InsertOneAsync(session, new BsonDocument("_id", 1));
            await client.Orders.Find(session, new BsonDocument()).ToListAsync();
        }

        IEnumerable<ReceivedCommand> inside = deployment.Commands.All.Where(command => command.Name is "insert" or "find");
        Assert.All(inside, command => Assert.Equal(lsid, SessionOf(command)));
    }

    [Fact]
    public async Task Causally_consistent_session_reads_after_its_own_write()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        using IClientSessionHandle session = await client.Client.StartSessionAsync(new ClientSessionOptions { CausalConsistency = true });
        await client.Orders.InsertOneAsync(session, new BsonDocument("_id", 1));
        await client.Orders.Find(session, new BsonDocument()).ToListAsync();
        Doc find = deployment.Commands.Named("find").Single().Command;
        Assert.IsType<DocTimestamp>(find.Path("readConcern", "afterClusterTime"));
        Assert.NotNull(session.OperationTime);
        Assert.NotNull(session.ClusterTime);
    }

    [Fact]
    public async Task Snapshot_session_reads_one_point_in_time()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        using IClientSessionHandle session = await client.Client.StartSessionAsync(new ClientSessionOptions { Snapshot = true });
        Assert.Single(await client.Orders.Find(session, new BsonDocument()).ToListAsync());
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        Assert.Single(await client.Orders.Find(session, new BsonDocument()).ToListAsync());
        Assert.Equal(2, await client.Orders.CountDocumentsAsync(new BsonDocument()));
    }

    private static string SessionOf(ReceivedCommand command) =>
        command.Command.Path("lsid", "id") is DocBinary id ? Convert.ToHexString(id.Bytes) : "none";
}
