using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Faults;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver meets the faults that tests inject into the double.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Error_with_labels_reaches_the_application_as_often_as_asked()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment, "retryReads=false");
        ActiveFault fault = deployment.Inject(
            new CommandFault("find") { Times = 2, ErrorCode = 96, Message = "as injected", Labels = ["ALabel"] });
        for (int i = 0; i < 2; i++)
        {
            var e = await Assert.ThrowsAsync<MongoDB.Driver.MongoCommandException>(
                () => client.Orders.Find(new BsonDocument()).ToListAsync());
            Assert.Equal(96, e.Code);
            Assert.Contains("as injected", e.Message, StringComparison.Ordinal);
            Assert.True(e.HasErrorLabel("ALabel"));
        }

        Assert.Empty(await client.Orders.Find(new BsonDocument()).ToListAsync());
        Assert.Equal(2, fault.Met);
    }

    [Fact]
    public async Task Overloaded_server_is_asked_again_after_a_pause()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        ActiveFault fault = deployment.Inject(CommandFault.Overloaded(2, "find"));
        Assert.Empty(await client.Orders.Find(new BsonDocument()).ToListAsync());
        Assert.Equal(2, fault.Met);
        Assert.Equal(3, deployment.Commands.Named("find").Count);
    }

    [Fact]
    public async Task Overloaded_server_interrupts_no_change_stream()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        ActiveFault fault = deployment.Inject(CommandFault.Overloaded(2, "getMore"));
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Equal(1, (await stream.NextAsync()).DocumentKey["_id"]);
        Assert.Equal(2, fault.Met);
    }

    [Fact]
    public async Task Write_whose_reply_was_lost_is_repeated_and_done_once()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        deployment.Inject(new CommandFault("insert") { LoseReply = true });
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Equal(2, deployment.Commands.Named("insert").Count);
        Assert.Equal(1, await client.Orders.CountDocumentsAsync(new BsonDocument()));
    }

    [Fact]
    public async Task Read_over_a_connection_that_is_cut_is_repeated_once()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        deployment.Inject(new CommandFault("find") { CloseConnection = true });
        Assert.Empty(await client.Orders.Find(new BsonDocument()).ToListAsync());
        deployment.Inject(new CommandFault("find") { CloseConnection = true, Times = 2 });
        await Assert.ThrowsAsync<MongoConnectionException>(() => client.Orders.Find(new BsonDocument()).ToListAsync());
    }

    [Fact]
    public async Task Command_that_is_held_back_runs_into_the_clients_socket_timeout()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment, "socketTimeoutMS=300&retryReads=false");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        deployment.Inject(new CommandFault("find") { Block = TimeSpan.FromSeconds(5) });
        var e = await Assert.ThrowsAsync<MongoConnectionException>(() => client.Orders.Find(new BsonDocument()).ToListAsync());
        Assert.True(e.ContainsTimeoutException);
        Assert.Single(await client.Orders.Find(new BsonDocument()).ToListAsync());
    }

    [Fact]
    public async Task Fault_of_one_application_leaves_others_alone()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient reader = DriverClient.Connect(deployment, "appName=reader");
        using DriverClient writer = DriverClient.Connect(deployment, "appName=writer");
        deployment.Inject(new CommandFault("insert") { ErrorCode = 96, ApplicationName = "reader", Times = int.MaxValue });
        await Assert.ThrowsAsync<MongoDB.Driver.MongoCommandException>(() => reader.Orders.InsertOneAsync(new BsonDocument("_id", 1)));
        await writer.Orders.InsertOneAsync(new BsonDocument("_id", 1));
    }

    [Fact]
    public async Task Reply_that_is_no_message_is_a_connection_error()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment, "retryReads=false");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        deployment.Nodes[0].Faults.AnswerNextWith([0xFF, 0xFF, 0xFF, 0x7F, 0xBA, 0xD0, 0xBA, 0xD0]);
        await Assert.ThrowsAsync<MongoConnectionException>(() => client.Orders.Find(new BsonDocument()).ToListAsync());
        Assert.Single(await client.Orders.Find(new BsonDocument()).ToListAsync());
    }
}
