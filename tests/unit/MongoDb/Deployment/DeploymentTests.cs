using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Topology;
using static CdcEmbedded.MongoDb.Tests.Deployment.DeploymentFixture;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

public class DeploymentTests
{
    [Theory]
    [InlineData(DoubleTopology.ReplicaSet, 3, TopologyType.ReplicaSetWithPrimary)]
    [InlineData(DoubleTopology.Sharded, 2, TopologyType.Sharded)]
    [InlineData(DoubleTopology.LoadBalanced, 2, TopologyType.LoadBalanced)]
    [InlineData(DoubleTopology.Standalone, 1, TopologyType.Single)]
    public async Task Deployment_of_each_topology_is_recognised_and_answers(DoubleTopology topology, int nodes, object expected)
    {
        await using var server = MongoDouble.Start(new() { Topology = topology, Nodes = nodes });
        await using var deployment = await ConnectAsync(server);

        var reply = await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""));

        Assert.True(reply.IsTrue("ok"u8));
        Assert.Equal(expected, deployment.Topology.Type);
    }

    [Fact]
    public async Task Direct_connection_to_a_secondary_reads_there()
    {
        await using var server = MongoDouble.Start(new() { Nodes = 2 });
        var settings = MongoConnectionSettings.Parse($"mongodb://{server.Nodes[1].Address}/?directConnection=true");
        await using var deployment = await MongoDeployment.ConnectAsync(
            settings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);

        await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""));

        var ping = Assert.Single(server.Commands.Named("ping"));
        Assert.Equal(1, ping.Node);
        Assert.Equal("primaryPreferred", ping.Command.Document("$readPreference")?.Text("mode"));
    }

    [Fact]
    public async Task Read_preference_of_the_connection_string_chooses_the_server_and_is_sent()
    {
        await using var server = MongoDouble.Start(new() { Nodes = 2 });
        await using var deployment = await ConnectAsync(server, "readPreference=secondary&readPreferenceTags=");

        await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""));
        await deployment.RunCommandAsync("admin", Command("""{"ping": 2}"""), new() { ReadPreference = ReadPreference.Primary });

        var pings = server.Commands.Named("ping");
        Assert.Equal([1, 0], pings.Select(ping => ping.Node));
        Assert.Equal("secondary", pings[0].Command.Document("$readPreference")?.Text("mode"));
        Assert.False(pings[1].Command.Has("$readPreference"));
    }

    [Fact]
    public async Task Commands_carry_one_session_and_the_cluster_time_and_sessions_are_ended()
    {
        await using var server = MongoDouble.Start();
        await server.InsertAsync("shop", "orders", 1);
        var deployment = await ConnectAsync(server);
        await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""));
        await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""));

        await deployment.DisposeAsync();

        var pings = server.Commands.Named("ping");
        var session = pings[0].Command.Path("lsid", "id")?.ToString();
        Assert.NotNull(session);
        Assert.Equal(session, pings[1].Command.Path("lsid", "id")?.ToString());
        Assert.True(pings[1].Command.Has("$clusterTime"));
        Assert.False(pings[1].Command.Has("readConcern"));
        Assert.Single(Assert.Single(server.Commands.Named("endSessions")).Command.Array("endSessions") ?? []);
    }

    [Fact]
    public async Task After_cluster_time_is_added_to_the_commands_own_read_concern()
    {
        await using var server = MongoDouble.Start();
        await server.InsertAsync("shop", "orders", 1);
        await using var deployment = await ConnectAsync(server);
        var time = (await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""))).TryGetTimestamp("operationTime"u8, out var seen)
            ? seen : default;

        await using var cursor = await deployment.OpenCursorAsync(
            "shop", Command("""{"find": "orders", "readConcern": {"level": "majority"}}"""), new() { AfterClusterTime = time });

        var concern = Assert.Single(server.Commands.Named("find")).Command.Document("readConcern");
        Assert.Equal("majority", concern?.Text("level"));
        Assert.True(concern?.Has("afterClusterTime"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("compressors=zlib")]
    public async Task Cursor_yields_its_batches_and_ends(string options)
    {
        await using var server = MongoDouble.Start();
        await server.InsertAsync("shop", "orders", [.. Enumerable.Range(0, 25)]);
        await using var deployment = await ConnectAsync(server, options);

        var ids = new List<int>();
        await using var cursor = await deployment.OpenCursorAsync(
            "shop", Command("""{"find": "orders", "batchSize": 10}"""), new() { BatchSize = 10 });
        while (!cursor.IsExhausted)
        {
            var batch = await cursor.ReadAsync();
            foreach (var element in batch.Documents)
            {
                ids.Add(element.Value.AsDocument().GetInt32("_id"u8));
            }
        }

        Assert.Equal(Enumerable.Range(0, 25), ids.Order());
        Assert.Equal(options.Length > 0, server.Commands.Named("getMore")[0].Compressed);
        Assert.False(server.Commands.All[0].Compressed);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cursor.ReadAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("compressors=zlib")]
    public async Task Large_batch_is_one_array_of_its_own_size_that_documents_are_slices_of(string options)
    {
        const int Size = 100_000;
        await using var server = MongoDouble.Start();
        for (var id = 0; id < 40; id++)
        {
            await server.RunAsync("shop", new Doc
            {
                { "insert", "orders" },
                { "documents", new List<object?> { new Doc { { "_id", id }, { "text", new string('x', Size) } } } },
            });
        }

        await using var deployment = await ConnectAsync(server, options);
        await using var cursor = await deployment.OpenCursorAsync("shop", Command("""{"find": "orders"}"""));
        var batch = await cursor.ReadAsync();

        byte[]? shared = null;
        foreach (var element in batch.Documents)
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(element.Value.AsDocument().Bytes, out var segment));
            Assert.Same(shared ?? segment.Array, segment.Array);
            shared = segment.Array;
        }

        Assert.InRange(shared?.Length ?? 0, 40 * Size, 41 * Size);
    }

    [Fact]
    public async Task Change_stream_waits_for_events_and_is_closed_at_the_server()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        var cursor = await deployment.OpenCursorAsync("admin", Watch(), new() { MaxAwaitTime = TimeSpan.FromMilliseconds(200) });
        Assert.True((await cursor.ReadAsync()).Documents.IsEmpty);
        var idle = await cursor.ReadAsync();
        Assert.True(idle.Documents.IsEmpty);
        Assert.True(idle.PostBatchResumeToken.HasValue);
        Assert.NotNull(idle.OperationTime);

        await server.InsertAsync("shop", "orders", 7);
        var batch = await cursor.ReadAsync();
        foreach (var element in batch.Documents)
        {
            Assert.Equal("insert", element.Value.AsDocument().GetString("operationType"u8));
        }

        Assert.Equal(1, batch.Documents.Count());
        Assert.Equal(200, server.Commands.Named("getMore")[0].Command.Number("maxTimeMS"));
        await cursor.DisposeAsync();
        await cursor.DisposeAsync();
        Assert.Equal(0, server.OpenCursors);
        Assert.Equal(
            server.Commands.Named("aggregate")[0].ConnectionId,
            Assert.Single(server.Commands.Named("getMore").Select(command => command.ConnectionId).Distinct()));
    }

    [Fact]
    public async Task Cancelled_read_surfaces_and_the_cursor_is_closed_over_another_connection()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        var cursor = await deployment.OpenCursorAsync("admin", Watch(), new() { MaxAwaitTime = TimeSpan.FromSeconds(10) });
        await cursor.ReadAsync();
        using var cancellation = new CancellationTokenSource();

        var reading = cursor.ReadAsync(cancellation.Token).AsTask();
        await server.Commands.WaitAsync(command => command.Name == "getMore", TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await cursor.DisposeAsync();

        var kill = Assert.Single(server.Commands.Named("killCursors"));
        Assert.NotEqual(server.Commands.Named("getMore")[0].ConnectionId, kill.ConnectionId);
        Assert.Equal(0, server.OpenCursors);
    }

    [Fact]
    public async Task Step_down_fails_the_cursor_and_the_new_primary_is_selected()
    {
        await using var server = MongoDouble.Start(new() { Nodes = 2 });
        await using var deployment = await ConnectAsync(server, "heartbeatFrequencyMS=60000");
        await using var cursor = await deployment.OpenCursorAsync("admin", Watch(), new() { MaxAwaitTime = TimeSpan.FromSeconds(5) });
        await cursor.ReadAsync();
        var reading = cursor.ReadAsync().AsTask();
        await server.Commands.WaitAsync(command => command.Name == "getMore", TestContext.Current.CancellationToken);

        server.StepDown();

        var error = await Assert.ThrowsAsync<MongoCommandException>(() => reading);
        Assert.True(error.HasErrorLabel("ResumableChangeStreamError"));
        await using var resumed = await deployment.OpenCursorAsync("admin", Watch());
        Assert.Equal(server.Nodes[1].Address, resumed.Server);
    }

    [Fact]
    public async Task Error_of_the_server_carries_code_name_and_labels()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);

        var error = await Assert.ThrowsAsync<MongoCommandException>(
            async () => await deployment.RunCommandAsync("admin", Command("""{"frobnicate": 1}""")));

        Assert.Equal(59, error.Code);
        Assert.Equal("frobnicate", error.Command);
        Assert.Equal("CommandNotFound", error.CodeName);
        Assert.False(error.IsTransient);
        Assert.Empty(error.Labels);
    }

    [Fact]
    public async Task Connecting_to_nobody_fails_within_the_selection_timeout_with_the_reason()
    {
        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await MongoDeployment.ConnectAsync(
            MongoConnectionSettings.Parse("mongodb://user:secret@127.0.0.1:1/?serverSelectionTimeoutMS=300"),
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None));

        Assert.Contains("127.0.0.1:1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Too_old_server_is_refused_at_once()
    {
        await using var server = MongoDouble.Start(new() { MaxWireVersion = 5 });

        var error = await Assert.ThrowsAsync<CdcConnectionException>(() => ConnectAsync(server));

        Assert.False(error.IsTransient);
        Assert.Contains("MongoDB 3.6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposed_deployment_leaves_no_connection_open()
    {
        await using var server = MongoDouble.Start(new() { Nodes = 3 });
        var deployment = await ConnectAsync(server);
        await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""));

        await deployment.DisposeAsync();
        await deployment.DisposeAsync();

        for (var i = 0; i < 100 && server.Nodes.Any(node => node.OpenConnections > 0); i++)
        {
            await Task.Delay(20);
        }

        Assert.All(server.Nodes, node => Assert.Equal(0, node.OpenConnections));
        await Assert.ThrowsAsync<ObjectDisposedException>(async ()
            => await deployment.RunCommandAsync("admin", Command("""{"ping": 1}""")));
    }

    [Fact]
    public async Task Hello_tells_the_client()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "appname=search-index");

        var hello = server.Commands.All.First(command => command.IsHello).Command;

        Assert.Equal("search-index", hello.Path("client", "application", "name"));
        Assert.Equal("CdcEmbedded", hello.Path("client", "driver", "name"));
        Assert.Equal(true, hello["helloOk"]);
    }
}
