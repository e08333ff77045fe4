using System.Security.Authentication;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Security;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver talks TLS to the double.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task Replica_set_is_watched_over_tls()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Tls = true, Nodes = 3 });
        using DriverClient client = DriverClient.Connect(deployment);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Equal(1, (await stream.NextAsync()).DocumentKey["_id"]);
    }

    [Fact]
    public async Task Certificate_of_an_unknown_authority_is_a_failed_heartbeat()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Tls = true });
        using var other = new DoubleCertificates(DateTimeOffset.UtcNow);
        using DriverClient client = DriverClient.Connect(deployment, configure: settings =>
        {
            DriverClient.Trust(settings, other.Authority);
            settings.ServerSelectionTimeout = TimeSpan.FromSeconds(1);
        });
        await Assert.ThrowsAsync<TimeoutException>(() => client.Orders.InsertOneAsync(new BsonDocument("_id", 1)));
        var failed = await client.WaitForAsync<ServerHeartbeatFailedEvent>(_ => true);
        Assert.IsType<AuthenticationException>(failed.Exception.GetBaseException());
    }

    [Fact]
    public async Task Plain_client_does_not_reach_a_tls_server()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Tls = true });
        using DriverClient client = DriverClient.Connect(deployment, configure: settings =>
        {
            settings.UseTls = false;
            settings.ServerSelectionTimeout = TimeSpan.FromSeconds(1);
        });
        await Assert.ThrowsAsync<TimeoutException>(() => client.Orders.InsertOneAsync(new BsonDocument("_id", 1)));
    }
}
