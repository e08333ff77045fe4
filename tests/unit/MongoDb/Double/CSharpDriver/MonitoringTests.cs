using CdcEmbedded.MongoDb.Double;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using MongoDB.Driver.Core.Servers;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver's monitors talk to the double.</summary>
public sealed class MonitoringTests
{
    [Fact]
    public async Task Streaming_monitor_hears_of_a_step_down_at_once()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 3 });
        using DriverClient client = DriverClient.Connect(
            deployment,
            "serverMonitoringMode=stream&heartbeatFrequencyMS=60000",
            settings => settings.ServerSelectionTimeout = TimeSpan.FromSeconds(30));
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        await client.WaitForAsync<ServerHeartbeatStartedEvent>(e => e.Awaited);
        deployment.StepDown();
        string primary = deployment.Primary!.Address;
        await client.WaitForAsync<ServerHeartbeatSucceededEvent>(
            e => e.Awaited && e.Reply.GetValue("isWritablePrimary", false).ToBoolean() && e.Reply["me"] == primary);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        Assert.Equal(1, deployment.Commands.Named("insert")[^1].Node);
        Assert.Contains(deployment.Commands.All, command => command.IsHello && command.Command.Has("topologyVersion"));
    }

    [Fact]
    public async Task Polling_monitor_asks_hello_without_awaiting()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 2 });
        using DriverClient client = DriverClient.Connect(deployment, "serverMonitoringMode=poll&heartbeatFrequencyMS=500");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        deployment.StepDown();
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        await Eventually.TrueAsync(() => client.EventsOf<ServerHeartbeatSucceededEvent>().Count() > 6);
        Assert.All(client.EventsOf<ServerHeartbeatSucceededEvent>(), e => Assert.False(e.Awaited));
        Assert.DoesNotContain(deployment.Commands.All, command => command.Command.Has("maxAwaitTimeMS"));
    }

    [Fact]
    public async Task Silent_node_is_a_failed_heartbeat()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(
            deployment, "serverMonitoringMode=poll&heartbeatFrequencyMS=500&connectTimeoutMS=500");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        deployment.Nodes[0].Faults.Silent = true;
        await client.WaitForAsync<ServerHeartbeatFailedEvent>(_ => true);
        deployment.Nodes[0].Faults.Silent = false;
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
    }

    [Fact]
    public async Task Server_too_old_for_the_driver_is_refused()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { MaxWireVersion = 8, Version = "4.2.24" });
        using DriverClient client = DriverClient.Connect(
            deployment, configure: settings => settings.ServerSelectionTimeout = TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<MongoIncompatibleDriverException>(() => client.Orders.InsertOneAsync(new BsonDocument("_id", 1)));
    }

    [Fact]
    public async Task Connection_reports_the_servers_limits_and_wire_version()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        ServerDescription server = Assert.Single(client.Client.Cluster.Description.Servers);
        Assert.Equal(ServerType.ReplicaSetPrimary, server.Type);
        Assert.Equal(deployment.Options.MaxWireVersion, server.WireVersionRange.Max);
        Assert.Equal(48_000_000, server.MaxMessageSize);
        Assert.Equal(TimeSpan.FromMinutes(30), server.LogicalSessionTimeout);
    }
}
