using System.Net;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Servers;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver finds its way in each topology that the double plays.</summary>
public sealed class TopologyTests
{
    [Fact]
    public async Task Replica_set_is_discovered_from_one_member()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 3 });
        using DriverClient client = ConnectTo(deployment.Nodes[2], "replicaSet=rs0");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        await Eventually.TrueAsync(() => ConnectedOf(client) == 3);
        Assert.Equal(ClusterType.ReplicaSet, client.Client.Cluster.Description.Type);
        Assert.Equal(deployment.Nodes.Select(node => node.Port).Order(), PortsOf(client).Order());
        Assert.Equal(0, deployment.Commands.Named("insert").Single().Node);
    }

    [Fact]
    public async Task Direct_connection_stays_with_its_member()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 3 });
        using DriverClient client = ConnectTo(deployment.Nodes[1], "directConnection=true");
        IMongoCollection<BsonDocument> nearby = client.Orders.WithReadPreference(MongoDB.Driver.ReadPreference.SecondaryPreferred);
        Assert.Empty(await nearby.Find(new BsonDocument()).ToListAsync());
        Assert.Equal([deployment.Nodes[1].Port], PortsOf(client));
        Assert.Equal(1, deployment.Commands.Named("find").Single().Node);

        // This driver sends no read preference of primaryPreferred by itself over a direct connection, as others do.
        await Assert.ThrowsAsync<MongoNotPrimaryException>(() => client.Orders.Find(new BsonDocument()).ToListAsync());
        await Assert.ThrowsAsync<MongoNotPrimaryException>(() => client.Orders.InsertOneAsync(new BsonDocument("_id", 1)));
    }

    [Theory]
    [InlineData("secondary")]
    [InlineData("nearest&readPreferenceTags=dc:east")]
    public async Task Reads_and_streams_follow_the_read_preference(string preference)
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 2 });
        deployment.Nodes[1].Tags = new Doc { { "dc", "east" } };
        using DriverClient client = DriverClient.Connect(deployment, "readPreference=" + preference);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Equal(1, (await stream.NextAsync()).DocumentKey["_id"]);
        IEnumerable<ReceivedCommand> reads = deployment.Commands.All.Where(command => command.Name is "aggregate" or "getMore");
        Assert.All(reads, command => Assert.Equal(1, command.Node));
    }

    [Fact]
    public async Task Stream_survives_an_election_on_the_new_primary()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 3 });
        using DriverClient client = DriverClient.Connect(deployment);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Equal(1, (await stream.NextAsync()).DocumentKey["_id"]);
        deployment.StepDown(elect: -1);
        Task written = client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        deployment.Elect(2);
        await written;
        Assert.Equal(2, (await stream.NextAsync()).DocumentKey["_id"]);
        Assert.Equal(2, deployment.Commands.Named("aggregate")[^1].Node);
    }

    [Fact]
    public async Task Member_that_dies_is_left_and_taken_back_when_it_returns()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 2 });
        using DriverClient client = DriverClient.Connect(deployment, "heartbeatFrequencyMS=500");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        await deployment.Nodes[0].StopAsync();
        deployment.StepDown();
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        deployment.Nodes[0].Start();
        await Eventually.TrueAsync(() => ConnectedOf(client) == 2);
        Assert.Equal(2, await client.Orders.CountDocumentsAsync(new BsonDocument()));
    }

    [Fact]
    public async Task Sharded_cluster_uses_all_routers_and_keeps_a_cursor_on_one()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Topology = DoubleTopology.Sharded, Nodes = 3 });
        using DriverClient client = DriverClient.Connect(deployment, "localThresholdMS=10000");
        await client.Database.CreateCollectionAsync("orders");
        await client.Client.GetDatabase("admin").RunCommandAsync<BsonDocument>(
            BsonDocument.Parse("{ shardCollection: 'shop.orders', key: { region: 1, _id: 1 } }"));
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        for (int i = 0; i < 30; i++)
        {
            await client.Orders.InsertOneAsync(new BsonDocument { { "_id", i }, { "region", "eu" } });
            Assert.Equal(BsonDocument.Parse($"{{ region: 'eu', _id: {i} }}"), (await stream.NextAsync()).DocumentKey);
        }

        Assert.Equal(ClusterType.Sharded, client.Client.Cluster.Description.Type);
        Assert.True(deployment.Commands.Named("insert").Select(command => command.Node).Distinct().Count() > 1);
        Assert.Single(deployment.Commands.Named("getMore").Select(command => command.Node).Distinct());
    }

    [Fact]
    public async Task Stream_moves_to_another_router_when_its_own_dies()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Topology = DoubleTopology.Sharded, Nodes = 2 });
        using DriverClient client = DriverClient.Connect(deployment, "heartbeatFrequencyMS=500");
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Equal(1, (await stream.NextAsync()).DocumentKey["_id"]);
        int router = deployment.Commands.Named("getMore")[^1].Node;
        await deployment.Nodes[router].StopAsync();
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        Assert.Equal(2, (await stream.NextAsync()).DocumentKey["_id"]);
        Assert.Equal(1 - router, deployment.Commands.Named("aggregate")[^1].Node);
    }

    [Fact]
    public async Task Load_balanced_cursor_keeps_its_connection()
    {
        await using MongoDouble deployment = MongoDouble.Start(
            new MongoDoubleOptions { Topology = DoubleTopology.LoadBalanced, Nodes = 3 });
        using DriverClient client = DriverClient.Connect(deployment);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        for (int i = 0; i < 5; i++)
        {
            await client.Orders.InsertOneAsync(new BsonDocument("_id", i));
            Assert.Equal(i, (await stream.NextAsync()).DocumentKey["_id"]);
        }

        Assert.Equal(ClusterType.LoadBalanced, client.Client.Cluster.Description.Type);
        long connection = Assert.Single(deployment.Commands.Named("getMore").Select(command => command.ConnectionId).Distinct());
        Assert.Equal(connection, deployment.Commands.Named("aggregate")[0].ConnectionId);
        Assert.DoesNotContain(deployment.Commands.Named("insert"), command => command.ConnectionId == connection);
    }

    [Fact]
    public async Task Client_that_says_loadBalanced_to_a_server_without_load_balancer_is_refused()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = ConnectTo(deployment.Nodes[0], "loadBalanced=true");
        await Assert.ThrowsAnyAsync<Exception>(() => client.Orders.InsertOneAsync(new BsonDocument("_id", 1)));
        Assert.Empty(deployment.Commands.Named("insert"));
    }

    [Fact]
    public async Task Standalone_refuses_change_streams()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Topology = DoubleTopology.Standalone });
        using DriverClient client = DriverClient.Connect(deployment, "retryWrites=false");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        var e = await Assert.ThrowsAsync<MongoDB.Driver.MongoCommandException>(() => WatchedStream.OpenAsync(client.Orders));
        Assert.Equal(40573, e.Code);
    }

    private static DriverClient ConnectTo(DoubleNode node, string options)
    {
        MongoClientSettings settings = MongoClientSettings.FromConnectionString($"mongodb://{node.Address}/?{options}");
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(20);
        return DriverClient.Connect(settings);
    }

    private static int ConnectedOf(DriverClient client) =>
        client.Client.Cluster.Description.Servers.Count(server => server.State == ServerState.Connected);

    private static int[] PortsOf(DriverClient client) =>
        [.. client.Client.Cluster.Description.Servers.Select(server => ((IPEndPoint)server.EndPoint).Port)];
}
