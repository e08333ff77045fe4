using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>The faults that the double plays.</summary>
public sealed class DoubleFaultTests
{
    private static readonly Doc _ping = new() { { "ping", 1 } };

    [Fact]
    public async Task CutAfter_breaks_a_reply_in_the_middle_once()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        deployment.Nodes[0].Faults.CutAfter(30);
        using (RawClient cut = await RawClient.ConnectAsync(deployment.Nodes[0]))
        {
            await Assert.ThrowsAnyAsync<IOException>(() => cut.RunAsync("admin", _ping.Clone()));
        }

        using RawClient next = await RawClient.ConnectAsync(deployment.Nodes[0]);
        Assert.Equal(1.0, (await next.RunAsync("admin", _ping.Clone()))["ok"]);
    }

    [Fact]
    public async Task Silent_node_takes_messages_and_answers_none()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        deployment.Nodes[0].Faults.Silent = true;
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        Task<Doc> asked = client.RunAsync("admin", _ping.Clone());
        await Assert.ThrowsAsync<TimeoutException>(
            () => asked.WaitAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
        deployment.Nodes[0].CutConnections();
        await Assert.ThrowsAnyAsync<IOException>(() => asked);
    }

    [Fact]
    public async Task Garbage_takes_the_place_of_one_reply()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        byte[] garbage = [8, 0, 0, 0, 0xBA, 0xD0, 0xBA, 0xD0];
        deployment.Nodes[0].Faults.AnswerNextWith(garbage);
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        Assert.NotNull((await client.RunAsync("admin", new Doc { { "hello", 1 } }))["ok"]);
        Assert.Equal(garbage, await client.ExchangeAsync("admin", _ping.Clone()));
    }

    [Fact]
    public async Task Node_survives_what_is_no_protocol()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        byte[][] wrong = [[1], [255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray()];
        foreach (byte[] nonsense in wrong)
        {
            using RawClient bad = await RawClient.ConnectAsync(deployment.Nodes[0]);
            await bad.SendAsync(nonsense);
        }

        using RawClient good = await RawClient.ConnectAsync(deployment.Nodes[0]);
        Assert.Equal(1.0, (await good.RunAsync("admin", _ping.Clone()))["ok"]);
    }

    [Fact]
    public async Task Hello_that_waits_ends_when_the_role_changes()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 2 });
        using RawClient monitor = await RawClient.ConnectAsync(deployment.Nodes[0]);
        Doc before = await monitor.RunAsync("admin", new Doc { { "hello", 1 } });
        Assert.Equal(true, before["isWritablePrimary"]);
        Task<Doc> waiting = monitor.RunAsync(
            "admin", new Doc { { "hello", 1 }, { "topologyVersion", before["topologyVersion"] }, { "maxAwaitTimeMS", 60_000 } });
        await deployment.Commands.WaitAsync(command => command.Command.Has("maxAwaitTimeMS"), TestContext.Current.CancellationToken);
        deployment.StepDown();
        Doc after = await waiting;
        Assert.Equal(true, after["secondary"]);
        Assert.Equal(deployment.Nodes[1].Address, (await monitor.RunAsync("admin", new Doc { { "hello", 1 } }))["primary"]);
    }

    [Theory]
    [InlineData(189)]
    [InlineData(10107)]
    [InlineData(11600)]
    [InlineData(11602)]
    public async Task StepDown_ends_a_waiting_getMore_with_its_code_label_and_topologyVersion(int code)
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Nodes = 2 });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc());
        Task<Doc> waiting = client.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 60_000));
        await deployment.Commands.WaitAsync(command => command.Name == "getMore", TestContext.Current.CancellationToken);
        deployment.StepDown(cursorError: code);
        Doc reply = await waiting;
        Assert.Equal(code, reply.Number("code"));
        Assert.Contains("ResumableChangeStreamError", reply.Array("errorLabels") ?? []);
        Assert.NotNull(reply.Document("topologyVersion"));
        Doc refused = await client.RunAsync("shop", new Doc { { "insert", "orders" }, { "documents", new[] { new Doc() } } });
        Assert.Equal(10107, refused.Number("code"));
    }

    [Fact]
    public async Task Fail_point_blocks_then_fails_as_often_as_configured()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        var data = new Doc
        {
            { "failCommands", new[] { "find" } }, { "errorCode", 11600 }, { "errorLabels", new[] { "A" } }, { "blockConnection", true },
            { "blockTimeMS", 50 },
        };
        var mode = new Doc { { "times", 2 } };
        await client.RunAsync("admin", new Doc { { "configureFailPoint", "failCommand" }, { "mode", mode }, { "data", data } });
        var find = new Doc { { "find", "orders" } };
        long start = TimeProvider.System.GetTimestamp();
        var replies = new List<Doc>();
        for (int i = 0; i < 3; i++)
        {
            replies.Add(await client.RunAsync("shop", find.Clone()));
        }

        Assert.Equal([11600L, 11600L, null], replies.Select(reply => reply.Number("code")));
        Assert.Equal(["A"], replies[0].Array("errorLabels"));
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(90));
    }

    [Fact]
    public async Task Load_balanced_cursor_lives_on_one_backend_only()
    {
        await using MongoDouble deployment = MongoDouble.Start(
            new MongoDoubleOptions { Topology = DoubleTopology.LoadBalanced, Nodes = 2 });
        using RawClient first = await RawClient.ConnectAsync(deployment.Nodes[0]);
        using RawClient second = await RawClient.ConnectAsync(deployment.Nodes[0]);
        var hello = new Doc { { "hello", 1 }, { "loadBalanced", true } };
        Doc one = await first.RunAsync("admin", hello.Clone());
        Doc other = await second.RunAsync("admin", hello.Clone());
        Assert.NotEqual(one["serviceId"], other["serviceId"]);
        long cursor = await DoubleStreamTests.OpenAsync(first, new Doc());
        Assert.Equal(43, (await second.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 10))).Number("code"));
        Assert.Equal(1.0, (await first.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 10)))["ok"]);
    }

    [Fact]
    public async Task Commands_without_login_or_privilege_are_refused()
    {
        var user = new DoubleUser("u", "p") { Privileges = [new DoublePrivilege("shop", "orders", "find")], Mechanisms = ["PLAIN"] };
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [user] });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        var find = new Doc { { "find", "orders" } };
        Assert.Equal(13, (await client.RunAsync("shop", find.Clone())).Number("code"));
        await client.RunAsync("$external", new Doc { { "saslStart", 1 }, { "mechanism", "PLAIN" }, { "payload", "\0u\0p"u8.ToArray() } });
        Assert.Equal(1.0, (await client.RunAsync("shop", find.Clone()))["ok"]);
        var aggregate = new Doc
        {
            { "aggregate", "orders" }, { "pipeline", new[] { new Doc { { "$changeStream", new Doc() } } } }, { "cursor", new Doc() },
        };
        Assert.Equal(13, (await client.RunAsync("shop", aggregate)).Number("code"));
        Doc status = await client.RunAsync("admin", new Doc { { "connectionStatus", 1 }, { "showPrivileges", true } });
        Doc privilege = Assert.IsType<Doc>(Assert.Single((List<object?>)status.Path("authInfo", "authenticatedUserPrivileges")!));
        Assert.Equal(["find"], privilege.Array("actions"));
    }

    [Fact]
    public async Task Node_stopped_and_started_again_keeps_port_and_data()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        DoubleNode node = deployment.Nodes[0];
        int port = node.Port;
        await DoubleStreamTests.InsertAsync(deployment, new Doc { { "_id", 1 } });
        await node.StopAsync();
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => RawClient.ConnectAsync(node));
        node.Start();
        using RawClient client = await RawClient.ConnectAsync(node);
        Assert.Equal(port, node.Port);
        Assert.Single(DoubleStreamTests.Batch(await client.RunAsync("shop", new Doc { { "find", "orders" } }), "firstBatch"));
    }
}
