using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters.ServerSelectors;
using static CdcEmbedded.MongoDb.Tests.Deployment.DeploymentFixture;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>Commands and cursors through the driver.</summary>
public sealed class DeploymentTests
{
    [Theory]
    [InlineData(DoubleTopology.ReplicaSet, 3)]
    [InlineData(DoubleTopology.Sharded, 2)]
    [InlineData(DoubleTopology.LoadBalanced, 2)]
    [InlineData(DoubleTopology.Standalone, 1)]
    public async Task Deployment_of_each_topology_answers(DoubleTopology topology, int nodes)
    {
        await using var server = MongoDouble.Start(new() { Topology = topology, Nodes = nodes });
        await using var deployment = await ConnectAsync(server);

        Assert.True((await deployment.RunAsync("""{"ping": 1}""")).IsTrue("ok"u8));
    }

    [Fact]
    public async Task Direct_connection_to_a_secondary_reads_there()
    {
        await using var server = MongoDouble.Start(new() { Nodes = 2 });
        await using var deployment = Connect(await SettingsAsync($"mongodb://{server.Nodes[1].Address}/?directConnection=true"));

        await deployment.RunAsync("""{"ping": 1}""");

        var ping = Assert.Single(server.Commands.Named("ping"));
        Assert.Equal(1, ping.Node);
        Assert.Equal("primaryPreferred", ping.Command.Document("$readPreference")?.Text("mode"));
    }

    [Fact]
    public async Task Read_preference_of_the_settings_chooses_the_server_and_is_sent()
    {
        await using var server = MongoDouble.Start(new() { Nodes = 2 });
        await using var deployment = await ConnectAsync(server, "readPreference=secondary");
        await using var cursor = await deployment.WatchAsync();
        await cursor.ReadAsync();
        await cursor.ReadAsync();

        var opening = Assert.Single(server.Commands.Named("aggregate"));
        Assert.Equal(1, opening.Node);
        Assert.Equal("secondary", opening.Command.Document("$readPreference")?.Text("mode"));
        Assert.Equal(1, Assert.Single(server.Commands.Named("getMore")).Node);
    }

    [Fact]
    public async Task Server_selector_of_the_applications_client_still_chooses()
    {
        await using var server = MongoDouble.Start(new() { Nodes = 3 });
        var chosen = server.Nodes[2].Address;
        var settings = await SettingsAsync(Uri(server, "readPreference=nearest&localThresholdMS=5000"));
        settings.ClusterConfigurator = builder => builder.ConfigureCluster(cluster => cluster.With(
            preServerSelector: Optional.Create<IServerSelector>(new DelegateServerSelector(
                (_, servers) => servers.Where(one => one.EndPoint.ToString()?.EndsWith(chosen, StringComparison.Ordinal) == true)))));
        await using var deployment = Connect(settings);
        for (var i = 0; i < 5; i++)
        {
            await using var cursor = await deployment.WatchAsync(TimeSpan.FromMilliseconds(10));
            await cursor.ReadAsync();
            await cursor.ReadAsync();
        }

        var commands = server.Commands.All.Where(static command => command.Name is "aggregate" or "getMore").ToList();
        Assert.True(commands.Count >= 10);
        Assert.All(commands, static command => Assert.Equal(2, command.Node));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("serverMonitoringMode=auto", false)]
    [InlineData("serverMonitoringMode=stream", true)]
    public async Task Monitors_poll_unless_the_settings_ask_for_a_stream(string options, bool streams)
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, options);
        await deployment.RunAsync("""{"ping": 1}""");
        var waited = TimeSpan.FromSeconds(streams ? 10 : 1);
        using var patience = new CancellationTokenSource(waited);
        while (!Awaits() && !patience.IsCancellationRequested)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(streams, Awaits());

        bool Awaits() => server.Commands.All.Any(static command => command.IsHello && command.Command.Has("maxAwaitTimeMS"));
    }

    [Fact]
    public async Task Primary_is_not_sent_as_a_read_preference_whichever_instance_the_settings_have()
    {
        await using var server = MongoDouble.Start();
        var settings = await SettingsAsync(Uri(server));
        settings.ReadPreference = new ReadPreference(ReadPreferenceMode.Primary);
        await using var deployment = Connect(settings);

        await deployment.RunAsync("""{"ping": 1}""");

        Assert.False(Assert.Single(server.Commands.Named("ping")).Command.Has("$readPreference"));
    }

    [Fact]
    public async Task Cursor_keeps_one_session_and_carries_the_cluster_time_and_sessions_are_ended()
    {
        await using var server = MongoDouble.Start();
        await server.InsertAsync("shop", "orders", 1);
        var deployment = await ConnectAsync(server);
        await using (var cursor = await deployment.WatchAsync(TimeSpan.FromMilliseconds(20)))
        {
            for (var i = 0; i < 3; i++)
            {
                await cursor.ReadAsync();
            }
        }

        await deployment.DisposeAsync();

        var session = server.Commands.Named("aggregate")[0].Command.Path("lsid", "id")?.ToString();
        Assert.NotNull(session);
        Assert.All(server.Commands.Named("getMore"), command => Assert.Equal(session, command.Command.Path("lsid", "id")?.ToString()));
        Assert.Equal(session, Assert.Single(server.Commands.Named("killCursors")).Command.Path("lsid", "id")?.ToString());
        Assert.All(server.Commands.Named("getMore"), command => Assert.True(command.Command.Has("$clusterTime")));
        Assert.NotEmpty(server.Commands.Named("endSessions"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("compressors=zlib")]
    [InlineData("compressors=zstd")]
    [InlineData("compressors=snappy")]
    public async Task Cursor_yields_its_batches_and_ends(string options)
    {
        await using var server = MongoDouble.Start();
        await server.InsertAsync("shop", "orders", [.. Enumerable.Range(0, 25)]);
        await using var deployment = await ConnectAsync(server, options);

        var ids = new List<int>();
        await using var cursor = await deployment.FindAsync(batchSize: 10);
        while (!cursor.IsExhausted)
        {
            foreach (var element in (await cursor.ReadAsync()).Documents)
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
        await using var cursor = await deployment.FindAsync();
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
        var cursor = await deployment.WatchAsync();
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
    }

    [Fact]
    public async Task Cancelled_read_surfaces_with_the_callers_token_and_the_cursor_is_closed_over_another_connection()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);
        var cursor = await deployment.WatchAsync(TimeSpan.FromSeconds(10));
        await cursor.ReadAsync();
        using var cancellation = new CancellationTokenSource();

        var reading = cursor.ReadAsync(cancellation.Token).AsTask();
        await server.Commands.WaitAsync(command => command.Name == "getMore", TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
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
        await using var cursor = await deployment.WatchAsync(TimeSpan.FromSeconds(5));
        await cursor.ReadAsync();
        var reading = cursor.ReadAsync().AsTask();
        await server.Commands.WaitAsync(command => command.Name == "getMore", TestContext.Current.CancellationToken);

        server.StepDown();

        var error = await Assert.ThrowsAsync<MongoCommandFailedException>(() => reading);
        Assert.True(error.HasErrorLabel("ResumableChangeStreamError"));
        Assert.True(error.IsTransient);
        await using var resumed = await deployment.WatchAsync();
        Assert.Equal(server.Nodes[1].Address, resumed.Server);
    }

    [Fact]
    public async Task Error_of_the_server_carries_code_name_and_labels()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server);

        var error = await Assert.ThrowsAsync<MongoCommandFailedException>(async () => await deployment.RunAsync("""{"frobnicate": 1}"""));

        Assert.Equal((59, "frobnicate", "CommandNotFound", false), (error.Code, error.Command, error.CodeName, error.IsTransient));
        Assert.Equal(server.Nodes[0].Address, error.Server);
        Assert.Empty(error.Labels);
        Assert.IsType<MongoCommandException>(error.InnerException);
    }

    [Fact]
    public async Task Connecting_to_nobody_fails_within_the_selection_timeout_with_the_reason()
    {
        await using var deployment = Connect(await SettingsAsync("mongodb://user:secret@127.0.0.1:1/?serverSelectionTimeoutMS=300"));
        var error = await Assert.ThrowsAsync<CdcConnectionException>(async () => await deployment.RunAsync("""{"ping": 1}"""));

        Assert.Contains("127.0.0.1:1 (Connection refused", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Server_that_is_older_than_the_driver_supports_is_refused_at_once_with_what_to_do()
    {
        await using var server = MongoDouble.Start(new() { Version = "4.2.24", MaxWireVersion = 8 });
        await using var deployment = await ConnectAsync(server);

        var error = await Assert.ThrowsAsync<ServerMisconfiguredException>(async () => await deployment.RunAsync("""{"ping": 1}"""));

        Assert.Equal("mongodb.version", Assert.Single(error.Findings).Code);
        Assert.Contains("MongoDB 4.4", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Theory]
    [InlineData("")]
    [InlineData("serverMonitoringMode=stream")]
    public async Task Disposed_deployment_leaves_no_connection_open(string options)
    {
        await using var server = MongoDouble.Start(new() { Nodes = 3 });
        var deployment = await ConnectAsync(server, options);
        await deployment.RunAsync("""{"ping": 1}""");

        await deployment.DisposeAsync();
        await deployment.DisposeAsync();

        for (var i = 0; i < 1500 && server.Nodes.Any(node => node.OpenConnections > 0); i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.All(server.Nodes, node => Assert.Equal(0, node.OpenConnections));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await deployment.RunAsync("""{"ping": 1}"""));
    }

    [Fact]
    public async Task Disposing_does_not_close_the_cluster_of_another_client_with_the_same_settings()
    {
        await using var server = MongoDouble.Start();
        var settings = await SettingsAsync(Uri(server));
        var application = new MongoClient(settings);
        var first = Connect(application.Settings);
        await using var second = Connect(application.Settings);
        await first.RunAsync("""{"ping": 1}""");
        await second.RunAsync("""{"ping": 1}""");

        await first.DisposeAsync();

        await second.RunAsync("""{"ping": 1}""");
        await application.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), null,
            TestContext.Current.CancellationToken);
        await using var later = Connect(application.Settings);
        await later.RunAsync("""{"ping": 1}""");
        ClusterRegistry.Instance.UnregisterAndDisposeCluster(application.Cluster);
    }

    [Fact]
    public async Task Handshake_names_the_application_and_the_library()
    {
        await using var server = MongoDouble.Start();
        await using var deployment = await ConnectAsync(server, "appname=search-index");
        await deployment.RunAsync("""{"ping": 1}""");

        var hello = server.Commands.All.First(command => command.IsHello).Command;

        Assert.Equal("search-index", hello.Path("client", "application", "name"));
        Assert.Contains("CdcEmbedded", (string?)hello.Path("client", "driver", "name"), StringComparison.Ordinal);
    }
}
