using System.Diagnostics;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Topology;
using FsCheck;
using FsCheck.Fluent;
using static CdcEmbedded.MongoDb.Tests.Deployment.DeploymentFixture;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

public class FaultTests
{
    [Fact]
    public async Task Read_is_tried_once_more_after_a_cut_connection_and_a_command_is_not()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        server.Fail(FailPoint(1, ["find", "ping"], closeConnection: true));
        await using var cursor = await deployment.OpenCursorAsync("shop", Command("""{"find": "orders"}"""));
        Assert.Equal(2, server.Commands.Named("find").Count);

        server.Fail(FailPoint(1, ["find", "ping"], closeConnection: true));
        await Assert.ThrowsAsync<CdcConnectionException>(async () => await deployment.RunCommandAsync("admin", Command("""{"ping": 1}""")));
        Assert.Single(server.Commands.Named("ping"));
    }

    [Fact]
    public async Task Read_that_fails_twice_fails()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        server.Fail(FailPoint(2, ["find"], errorCode: 91));

        var error = await Assert.ThrowsAsync<MongoCommandException>(
            async () => await deployment.OpenCursorAsync("shop", Command("""{"find": "orders"}""")));

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

        await Assert.ThrowsAsync<MongoCommandException>(
            async () => await deployment.OpenCursorAsync("shop", Command("""{"find": "orders"}""")));

        Assert.Single(server.Commands.Named("find"));
    }

    [Fact]
    public async Task Second_attempt_goes_to_another_router()
    {
        await using var server = MongoDouble.Start(new() { Topology = DoubleTopology.Sharded, Nodes = 2 });
        await using var deployment = await ConnectAsync(server, "localThresholdMS=5000");
        for (var i = 0; i < 100
            && deployment.Topology.Servers.Values.Any(router => router.Type == CdcEmbedded.MongoDb.Topology.ServerType.Unknown); i++)
        {
            await Task.Delay(20);
        }

        server.Fail(FailPoint(1, ["find"], errorCode: 6));

        await using var cursor = await deployment.OpenCursorAsync("shop", Command("""{"find": "orders"}"""));

        var finds = server.Commands.Named("find");
        Assert.Equal(2, finds.Select(find => find.Node).Distinct().Count());
    }

    [Fact]
    public async Task Half_open_connection_is_given_up_after_the_socket_timeout()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "socketTimeoutMS=300&heartbeatFrequencyMS=60000");
        await using var cursor = await deployment.OpenCursorAsync(
            "admin", Watch(), new() { MaxAwaitTime = TimeSpan.FromMilliseconds(100) });
        await cursor.ReadAsync();
        server.Nodes[0].Faults.Silent = true;

        var watch = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await cursor.ReadAsync());

        Assert.True(error.IsTransient);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(10));
        server.Nodes[0].Faults.Silent = false;
    }

    [Fact]
    public async Task Server_that_accepts_and_says_nothing_fails_within_the_time_limits()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var settings = CdcEmbedded.MongoDb.Topology.MongoConnectionSettings.Parse(
            $"mongodb://{listener.LocalEndpoint}/?connectTimeoutMS=200&serverSelectionTimeoutMS=600");

        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await MongoDeployment.ConnectAsync(
            settings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None));

        Assert.Contains("did not complete the connection within 0.2 seconds", error.Message, StringComparison.Ordinal);
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
        server.Nodes[0].Faults.CutAfter(bytes);

        var error = await Assert.ThrowsAsync<CdcConnectionException>(
            async () => await deployment.RunCommandAsync("admin", Command("""{"ping": 1}""")));

        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Session_that_met_a_network_error_is_not_used_again()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        server.Fail(FailPoint(1, ["find"], closeConnection: true));

        await using var cursor = await deployment.OpenCursorAsync("shop", Command("""{"find": "orders"}"""));

        Assert.Equal(2, server.Commands.Named("find").Select(find => find.Command.Path("lsid", "id")?.ToString()).Distinct().Count());
    }

    [Fact]
    public async Task Server_that_comes_back_is_found_again()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "heartbeatFrequencyMS=500&serverSelectionTimeoutMS=10000");
        await server.Nodes[0].StopAsync();
        await Assert.ThrowsAnyAsync<CdcException>(async () => await deployment.RunCommandAsync("admin", Command("""{"ping": 1}""")));

        server.Nodes[0].Start();

        Assert.True((await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""))).IsTrue("ok"u8));
    }

    [Fact]
    public void Garbage_in_place_of_a_reply_gives_a_typed_error_and_never_hangs()
        => Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value)).Resize(200).ToArbitrary(),
            garbage => AnswerWith(garbage).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static async Task AnswerWith(byte[] garbage)
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "heartbeatFrequencyMS=60000&socketTimeoutMS=200");
        server.Nodes[0].Faults.AnswerNextWith(garbage);

        var error = await Xunit.Record.ExceptionAsync(async () => await deployment.RunCommandAsync("admin", Command("""{"ping": 1}""")));

        Assert.True(error is CdcProtocolException or CdcConnectionException, $"{error}");
        Assert.True((await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""))).IsTrue("ok"u8));
    }

    private static Doc FailPoint(int times, string[] commands, bool closeConnection = false, int? errorCode = null) => new()
    {
        { "configureFailPoint", "failCommand" },
        { "mode", new Doc { { "times", times } } },
        {
            "data", new Doc { { "failCommands", commands.Select(command => (object?)command).ToList() },
                { "closeConnection", closeConnection } }
                .AddUnlessNull("errorCode", errorCode)
        },
    };
}
