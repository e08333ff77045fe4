using System.Diagnostics;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using FsCheck;
using FsCheck.Fluent;
using static CdcEmbedded.MongoDb.Tests.Deployment.DeploymentFixture;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>Cut connections, silent servers, damaged replies and server errors through the driver.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Read_is_repeated_once_after_a_cut_connection_in_a_new_session()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        server.Fail(FailPoint(1, ["aggregate"], closeConnection: true));

        await using var cursor = await deployment.WatchAsync();

        var openings = server.Commands.Named("aggregate");
        Assert.Equal(2, openings.Count);
        Assert.Equal(2, openings.Select(opening => opening.Command.Path("lsid", "id")?.ToString()).Distinct().Count());
    }

    [Fact]
    public async Task Next_batch_is_not_asked_for_twice()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        await using var cursor = await deployment.WatchAsync();
        await cursor.ReadAsync();
        server.Fail(FailPoint(1, ["getMore"], closeConnection: true));

        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await cursor.ReadAsync());

        Assert.True(error.IsTransient);
        Assert.Single(server.Commands.Named("getMore"));
    }

    [Fact]
    public async Task Read_that_fails_twice_fails()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        server.Fail(FailPoint(2, ["find"], errorCode: 91));

        var error = await Assert.ThrowsAsync<MongoCommandFailedException>(async () => await deployment.FindAsync());

        Assert.Equal(91, error.Code);
        Assert.True(error.IsTransient);
        Assert.Equal(2, server.Commands.Named("find").Count);
    }

    [Theory]
    [InlineData("retryReads=false", 91)]
    [InlineData("", 13)]
    public async Task Read_is_not_repeated_when_switched_off_or_when_it_cannot_help(string options, int code)
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, options);
        server.Fail(FailPoint(1, ["find"], errorCode: code));

        await Assert.ThrowsAsync<MongoCommandFailedException>(async () => await deployment.FindAsync());

        Assert.Single(server.Commands.Named("find"));
    }

    [Fact]
    public async Task Second_attempt_goes_to_another_router()
    {
        await using var server = MongoDouble.Start(new() { Topology = DoubleTopology.Sharded, Nodes = 3 });
        await using var deployment = await ConnectAsync(server, "localThresholdMS=5000");
        await EveryNodeIsKnownAsync(server, deployment);
        server.Commands.Clear();
        server.Fail(FailPoint(1, ["find"], errorCode: 6));

        await using var cursor = await deployment.FindAsync();

        Assert.Equal(2, server.Commands.Named("find").Select(find => find.Node).Distinct().Count());
    }

    [Theory]
    [InlineData(DoubleTopology.Sharded, "localThresholdMS=5000")]
    [InlineData(DoubleTopology.ReplicaSet, "localThresholdMS=5000&readPreference=secondaryPreferred")]
    public async Task Cursor_stays_on_its_server_though_many_could_answer(DoubleTopology topology, string options)
    {
        await using var server = MongoDouble.Start(new() { Topology = topology, Nodes = 4 });
        await using var deployment = await ConnectAsync(server, options);
        await EveryNodeIsKnownAsync(server, deployment);
        server.Commands.Clear();
        for (var i = 0; i < 5; i++)
        {
            await using var cursor = await deployment.WatchAsync(TimeSpan.FromMilliseconds(10));
            for (var batch = 0; batch < 10; batch++)
            {
                await cursor.ReadAsync();
            }
        }

        Assert.Equal(0, server.OpenCursors);
        var node = -1;
        foreach (var command in server.Commands.All.Where(command => command.Name is "aggregate" or "getMore" or "killCursors"))
        {
            node = command.Name == "aggregate" ? command.Node : node;
            Assert.Equal(node, command.Node);
        }

        Assert.Equal(5, server.Commands.Named("aggregate").Count);
        Assert.Equal(45, server.Commands.Named("getMore").Count);
    }

    [Fact]
    public async Task Cursor_whose_server_is_gone_fails_at_once()
    {
        await using var server = MongoDouble.Start(new() { Nodes = 3 });
        await using var deployment = await ConnectAsync(server, "heartbeatFrequencyMS=500");
        await using var cursor = await deployment.WatchAsync(TimeSpan.FromMilliseconds(50));
        await cursor.ReadAsync();
        await server.Nodes[0].StopAsync();
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAsync<CdcConnectionException>(async () => await cursor.ReadAsync());

        await Assert.ThrowsAsync<CdcConnectionException>(async () => await cursor.ReadAsync());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(DoubleTopology.LoadBalanced)]
    public async Task Load_balancer_that_spreads_connections_gets_one_connection_for_the_whole_cursor(DoubleTopology topology)
    {
        await using var server = MongoDouble.Start(new() { Topology = topology, Nodes = 2 });
        await using var deployment = await ConnectAsync(server);
        await deployment.RunAsync("""{"ping": 1}""");
        await using (var cursor = await deployment.WatchAsync(TimeSpan.FromMilliseconds(10)))
        {
            for (var i = 0; i < 5; i++)
            {
                await cursor.ReadAsync();
            }
        }

        string[] names = ["ping", "aggregate", "getMore", "killCursors"];
        Assert.Single(server.Commands.All.Where(command => names.Contains(command.Name)).Select(command => command.ConnectionId)
            .Distinct());
    }

    [Fact]
    public async Task Half_open_connection_is_given_up_after_the_socket_timeout_and_the_next_limit_is_longer()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "socketTimeoutMS=300&heartbeatFrequencyMS=60000");
        await using var cursor = await deployment.WatchAsync(TimeSpan.FromMilliseconds(100));
        await cursor.ReadAsync();
        server.Nodes[0].Faults.Silent = true;

        var watch = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await cursor.ReadAsync());

        Assert.True(error.IsTransient);
        Assert.Contains("within 0.4 seconds", error.Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(350), TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromMilliseconds(600), deployment.Silence.Current);
        server.Nodes[0].Faults.Silent = false;
    }

    [Fact]
    public async Task Opening_a_stream_may_take_longer_than_the_socket_timeout_and_a_command_may_not()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "socketTimeoutMS=200&retryReads=false");
        await deployment.RunAsync("""{"ping": 1}""");
        server.Fail(BlockPoint("aggregate", TimeSpan.FromMilliseconds(900)));

        await using var cursor = await deployment.WatchAsync();

        server.Fail(BlockPoint("ping", TimeSpan.FromMilliseconds(900)));
        await Assert.ThrowsAsync<CdcConnectionException>(async () => await deployment.RunAsync("""{"ping": 1}"""));
    }

    [Fact]
    public async Task Server_that_hangs_during_the_opening_is_noticed_by_its_heartbeats()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(
            server, "connectTimeoutMS=500&heartbeatTimeoutMS=500&heartbeatFrequencyMS=500&retryReads=false&serverSelectionTimeoutMS=2000");
        await deployment.RunAsync("""{"ping": 1}""");
        server.Nodes[0].Faults.Silent = true;

        var watch = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await deployment.WatchAsync());

        Assert.True(error.IsTransient);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        server.Nodes[0].Faults.Silent = false;
    }

    [Fact]
    public async Task Server_that_accepts_and_says_nothing_fails_within_the_time_limits()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        await using var deployment =
            Connect(await SettingsAsync($"mongodb://{listener.LocalEndpoint}/?connectTimeoutMS=200&serverSelectionTimeoutMS=600"));

        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await deployment.RunAsync("""{"ping": 1}"""));

        Assert.True(error.IsTransient);
        Assert.Contains($"{listener.LocalEndpoint}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(60)]
    public async Task Reply_cut_in_the_middle_is_a_connection_error(int bytes)
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "heartbeatFrequencyMS=60000&retryReads=false");
        await deployment.RunAsync("""{"ping": 1}""");
        server.Nodes[0].Faults.CutAfter(bytes);

        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await deployment.RunAsync("""{"ping": 1}"""));

        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Server_that_is_back_is_found_again()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "heartbeatFrequencyMS=500&serverSelectionTimeoutMS=1000");
        await deployment.RunAsync("""{"ping": 1}""");
        await server.Nodes[0].StopAsync();
        await Assert.ThrowsAnyAsync<CdcException>(async () => await deployment.RunAsync("""{"ping": 1}"""));

        server.Nodes[0].Start();

        await using var patient = await ConnectAsync(server, "serverSelectionTimeoutMS=10000");
        Assert.True((await patient.RunAsync("""{"ping": 1}""")).IsTrue("ok"u8));
        Assert.True((await RepeatAsync(() => deployment.RunAsync("""{"ping": 1}"""))).IsTrue("ok"u8));
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(7, true)]
    [InlineData(13, false)]
    [InlineData(43, true)]
    [InlineData(50, true)]
    [InlineData(89, true)]
    [InlineData(91, true)]
    [InlineData(189, true)]
    [InlineData(262, true)]
    [InlineData(280, false)]
    [InlineData(286, false)]
    [InlineData(10107, true)]
    [InlineData(10334, false)]
    [InlineData(11600, true)]
    [InlineData(13436, true)]
    [InlineData(11601, true)]
    [InlineData(237, true)]
    [InlineData(175, true)]
    [InlineData(133, true)]
    [InlineData(13388, true)]
    [InlineData(234, true)]
    [InlineData(112, true)]
    [InlineData(365, true)]
    [InlineData(211, true)]
    [InlineData(136, false)]
    [InlineData(9, false)]
    public async Task Server_errors_come_through_with_code_labels_and_what_they_mean(int code, bool isTransient)
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "retryReads=false");
        server.Fail(FailPoint(1, ["find"], errorCode: code, labels: ["OneLabel"]));

        var error = await Assert.ThrowsAsync<MongoCommandFailedException>(async () => await deployment.FindAsync());

        Assert.Equal((code, isTransient, true, "find"), (error.Code, error.IsTransient, error.HasErrorLabel("OneLabel"), error.Command));
    }

    [Fact]
    public async Task Overloaded_server_is_asked_again_after_a_pause_and_then_the_error_is_transient()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        server.Fail(FailPoint(2, ["find"], errorCode: 462, labels: ["SystemOverloadedError", "RetryableError"]));
        await using (await deployment.FindAsync())
        {
            Assert.Equal(3, server.Commands.Named("find").Count);
        }

        server.Fail(FailPoint(100, ["find"], errorCode: 462, labels: ["SystemOverloadedError", "RetryableError"]));
        var error = await Assert.ThrowsAsync<MongoCommandFailedException>(async () => await deployment.FindAsync());
        Assert.True(error.IsTransient);
    }

    [Fact]
    public void Garbage_in_place_of_a_reply_gives_a_typed_error_and_never_hangs()
        => Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value)).Resize(200).ToArbitrary(),
            garbage => AnswerWith(garbage).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static async Task AnswerWith(byte[] garbage)
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "heartbeatFrequencyMS=60000&socketTimeoutMS=300&retryReads=false");
        await deployment.RunAsync("""{"ping": 1}""");
        server.Nodes[0].Faults.AnswerNextWith(garbage);

        var error = await Xunit.Record.ExceptionAsync(async () => await deployment.RunAsync("""{"ping": 1}"""));

        Assert.True(error is CdcProtocolException or CdcConnectionException, $"{error}");
        Assert.True((await RepeatAsync(() => deployment.RunAsync("""{"ping": 1}"""))).IsTrue("ok"u8));
    }

    private static async Task<T> RepeatAsync<T>(Func<ValueTask<T>> read)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await read();
            }
            catch (CdcConnectionException) when (i < 50)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }

    // The driver learns of the servers by heartbeats, which take their time.
    private static async Task EveryNodeIsKnownAsync(MongoDouble server, TestDeployment deployment)
    {
        await deployment.RunAsync("""{"ping": 1}""");
        for (var i = 0; i < 200 && server.Commands.All.Where(command => command.IsHello).Select(command => command.Node).Distinct()
            .Count() < server.Nodes.Count; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await Task.Delay(200, TestContext.Current.CancellationToken);
    }

    private static Doc BlockPoint(string command, TimeSpan time) => new()
    {
        { "configureFailPoint", "failCommand" },
        { "mode", new Doc { { "times", 1 } } },
        {
            "data", new Doc
            {
                { "failCommands", new List<object?> { command } }, { "blockConnection", true },
                    { "blockTimeMS", (int)time.TotalMilliseconds },
            }
        },
    };
}
