using CdcEmbedded.MongoDb.Double;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver declares the Stable API to the double.</summary>
public sealed class StableApiTests
{
    [Fact]
    public async Task Every_command_carries_the_declared_version()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { RequireApiVersion = true });
        using DriverClient client = Connect(deployment, new ServerApi(ServerApiVersion.V1, strict: true, deprecationErrors: true));
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Orders.InsertManyAsync(Enumerable.Range(0, 200).Select(id => new BsonDocument("_id", id)));
        Assert.Equal(200, (await client.Orders.Find(new BsonDocument()).ToListAsync()).Count);
        Assert.Equal(0, (await stream.NextAsync()).DocumentKey["_id"]);
        Assert.All(deployment.Commands.All, command => Assert.Equal("1", command.Command.Text("apiVersion")));
    }

    [Fact]
    public async Task Server_that_requires_a_version_refuses_a_client_without()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { RequireApiVersion = true });
        using DriverClient client = DriverClient.Connect(
            deployment, configure: settings => settings.ServerSelectionTimeout = TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => client.Orders.Find(new BsonDocument()).ToListAsync());
    }

    [Theory]
    [InlineData("{ buildInfo: 1 }")]
    [InlineData("{ serverStatus: 1 }")]
    [InlineData("{ aggregate: 'orders', pipeline: [{ $collStats: { storageStats: {} } }], cursor: {} }")]
    public async Task Strict_client_is_refused_what_is_outside_the_version(string command)
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = Connect(deployment, new ServerApi(ServerApiVersion.V1, strict: true));
        var e = await Assert.ThrowsAsync<MongoDB.Driver.MongoCommandException>(
            () => client.Database.RunCommandAsync<BsonDocument>(BsonDocument.Parse(command)));
        Assert.Equal((323, "APIStrictError"), (e.Code, e.CodeName));
        using DriverClient relaxed = Connect(deployment, new ServerApi(ServerApiVersion.V1));
        await relaxed.Database.RunCommandAsync<BsonDocument>(BsonDocument.Parse(command));
    }

    [Fact]
    public async Task Strict_client_may_not_ask_for_expanded_events()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = Connect(deployment, new ServerApi(ServerApiVersion.V1, strict: true));
        ChangeStreamOptions options = WatchedStream.Options;
        options.ShowExpandedEvents = true;
        var e = await Assert.ThrowsAsync<MongoDB.Driver.MongoCommandException>(() => WatchedStream.OpenAsync(client.Orders, options));
        Assert.Equal(323, e.Code);
    }

    private static DriverClient Connect(MongoDouble deployment, ServerApi api) =>
        DriverClient.Connect(deployment, configure: settings => settings.ServerApi = api);
}
