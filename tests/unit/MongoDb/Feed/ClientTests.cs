using System.Collections.Concurrent;
using System.Diagnostics;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Faults;
using CdcEmbedded.MongoDb.Double.Security;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using MongoDB.Driver.Core.Servers;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>The application's client and what the driver brings, through the engine.</summary>
public sealed class ClientTests
{
    [Fact]
    public async Task The_applications_client_is_neither_used_nor_closed()
    {
        await using var fixture = new StreamFixture();
        var settings = MongoClientSettings.FromConnectionString(fixture.Double.ConnectionString);
        settings.ApplicationName = "shop";
        settings.MaxConnectionPoolSize = 1;
        settings.ServerMonitoringMode = ServerMonitoringMode.Poll;
        var commands = new ConcurrentQueue<string>();
        settings.ClusterConfigurator = builder => builder.Subscribe<CommandStartedEvent>(started => commands.Enqueue(started.CommandName));
        var client = new MongoClient(settings);
        fixture.Options = new MongoSourceOptions { Client = client };
        var reading = await fixture.OpenAsync();
        await reading.NextAsync<Heartbeat>();

        // The stream awaits events, and the application's only connection is free.
        for (var i = 0; i < 20; i++)
        {
            await PingAsync(client);
        }

        await fixture.InsertAsync("""{"_id":1}""");
        await reading.NextAsync<SchemaChange>();
        Assert.Equal(1, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        Assert.Contains("getMore", commands);
        var pings = fixture.Double.Commands.Named("ping").Select(ping => ping.ConnectionId).ToHashSet();
        Assert.DoesNotContain(fixture.Double.Commands.Named("getMore"), more => pings.Contains(more.ConnectionId));
        Assert.All(fixture.Double.Commands.All.Where(command => command.IsHello && command.Command.Path("client", "application", "name")
            is not null),
            hello => Assert.Equal("shop", hello.Command.Path("client", "application", "name")));

        await reading.DisposeAsync();
        await PingAsync(client);
        ClusterRegistry.Instance.UnregisterAndDisposeCluster(client.Cluster);
        await NoConnectionIsOpenAsync(fixture.Double);
    }

    [Fact]
    public async Task The_client_is_kept_over_reconnects_and_closed_with_the_engine()
    {
        await using var fixture = new StreamFixture();
        var created = 0;
        var settings = MongoClientSettings.FromConnectionString(fixture.Double.ConnectionString);
        settings.ServerMonitoringMode = ServerMonitoringMode.Poll;
        settings.ClusterConfigurator = builder => builder.Subscribe<ClusterOpenedEvent>(_ => Interlocked.Increment(ref created));
        fixture.Options = new MongoSourceOptions { Client = new MongoClient(settings) };
        var reading = await fixture.OpenAsync();
        await reading.NextAsync<Heartbeat>();
        var before = Volatile.Read(ref created);
        using (var fault = new Fault(fixture.Double, new CommandFault("getMore", "aggregate") { Times = 8, ErrorCode = 91 }))
        {
            while (reading.Engine.Status.Reconnects == 0)
            {
                await reading.NextAsync<Heartbeat>();
            }
        }

        await fixture.InsertAsync("""{"_id":1}""");
        await reading.NextAsync<SchemaChange>();
        await reading.ChangeAsync();
        Assert.Equal(before, Volatile.Read(ref created));
        await reading.DisposeAsync();
        ClusterRegistry.Instance.UnregisterAndDisposeCluster(fixture.Options.Client.Cluster);
        await NoConnectionIsOpenAsync(fixture.Double);
    }

    [Fact]
    public async Task Leaving_the_loop_closes_every_connection()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        await using var engine = new CdcEngine(
            fixture.Source(), new InMemoryOffsetStore(), new CdcEngineOptions { Name = "test", StartFrom = StartPosition.Earliest });
        await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
        {
            break;
        }

        await NoConnectionIsOpenAsync(fixture.Double);
        Assert.Equal(0, fixture.Double.OpenCursors);
    }

    [Fact]
    public async Task Validating_closes_every_connection()
    {
        await using var fixture = new StreamFixture();
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), new CdcEngineOptions { Name = "test" });
        await engine.ValidateAsync(TestContext.Current.CancellationToken);
        await NoConnectionIsOpenAsync(fixture.Double);
    }

    [Fact]
    public async Task Driver_logs_go_to_the_engines_logger_factory_unless_the_client_has_one()
    {
        await using var fixture = new StreamFixture();
        using var loggers = new CategoryLoggers();
        await ReadOneAsync(fixture, loggers);
        Assert.Contains("MongoDB.Command", loggers.Categories);
        Assert.Contains("CdcEmbedded.MongoDb.MongoSource", loggers.Categories);

        using var theirs = new CategoryLoggers();
        using var engines = new CategoryLoggers();
        var settings = MongoClientSettings.FromConnectionString(fixture.Double.ConnectionString);
        settings.LoggingSettings = new MongoDB.Driver.Core.Configuration.LoggingSettings(theirs);
        fixture.Options = new MongoSourceOptions { Client = new MongoClient(settings) };
        await ReadOneAsync(fixture, engines);
        Assert.Contains("MongoDB.Command", theirs.Categories);
        Assert.DoesNotContain("MongoDB.Command", engines.Categories);
        ClusterRegistry.Instance.UnregisterAndDisposeCluster(fixture.Options.Client.Cluster);
    }

    [Fact]
    public async Task Commands_are_activities_of_the_driver()
    {
        await using var fixture = new StreamFixture();
        var port = fixture.Double.Nodes[0].Address.Split(':')[1];
        var seen = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "MongoDB.Driver",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("server.port")?.ToString() == port)
                {
                    seen.Enqueue(activity.GetTagItem("db.command.name")?.ToString() ?? activity.DisplayName);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await ReadOneAsync(fixture, null);
        Assert.Contains("aggregate", seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_with_the_stable_api_is_served_strict_or_not(bool strict)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { RequireApiVersion = true });
        var settings = MongoClientSettings.FromConnectionString(fixture.Double.ConnectionString);
        settings.ServerApi = new ServerApi(ServerApiVersion.V1, strict: strict);
        fixture.Options = new MongoSourceOptions { Client = new MongoClient(settings), ShowExpandedEvents = !strict };
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""");
        while (await reading.NextAsync() is not ChangeEvent)
        {
        }

        Assert.Equal("1", fixture.Double.Commands.Named("getMore")[0].Command.Text("apiVersion"));
        ClusterRegistry.Instance.UnregisterAndDisposeCluster(fixture.Options.Client.Cluster);
    }

    [Fact]
    public async Task A_login_that_expires_is_repeated_and_the_stream_stays_open()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { Users = [new DoubleUser("cdc", "s3cret")] });
        fixture.Options = new MongoSourceOptions
        {
            ConnectionString = fixture.Double.ConnectionString.Replace("mongodb://", "mongodb://cdc:s3cret@", StringComparison.Ordinal),
        };
        var reading = await fixture.OpenAsync();
        await reading.NextAsync<Heartbeat>();
        fixture.Double.ExpireLogins();
        await fixture.InsertAsync("""{"_id":1}""");
        await reading.NextAsync<SchemaChange>();
        Assert.Equal(1, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        Assert.Equal(0, reading.Engine.Status.Reconnects);
        Assert.Single(fixture.Double.Commands.Named("aggregate"));
    }

    [Fact]
    public async Task An_overloaded_server_is_given_time_and_nothing_is_lost()
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync();
        await reading.NextAsync<Heartbeat>();
        fixture.Double.Inject(CommandFault.Overloaded(5, "getMore", "aggregate"));
        for (var i = 0; i < 3; i++)
        {
            await fixture.InsertAsync($$"""{"_id":{{i}}}""");
        }

        await reading.NextAsync<SchemaChange>();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(i, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        }
    }

    [Fact]
    public async Task A_typed_pipeline_of_the_driver_is_applied_by_the_server()
    {
        await using var fixture = new StreamFixture();
        var pipeline = new EmptyPipelineDefinition<ChangeStreamDocument<BsonDocument>>()
            .Match(change => change.OperationType == ChangeStreamOperationType.Delete || change.DocumentKey["_id"] == 3)
            .Project("{ fullDocument: 0 }");
        fixture.Options = new MongoSourceOptions { Pipeline = ChangeStreamPipeline.Render(pipeline) };
        var reading = await fixture.OpenAsync(items: false);
        for (var i = 1; i <= 4; i++)
        {
            await fixture.InsertAsync($$"""{"_id":{{i}}}""");
        }

        await fixture.WriteAsync("""{"delete":"orders","deletes":[{"q":{"_id":4},"limit":1}]}""");
        var insert = await reading.ChangeAsync();
        Assert.Equal((3L, false), (insert.Key["_id"].AsInt64(), insert.After.HasValue));
        Assert.Equal((ChangeOperation.Delete, 4L), (await reading.ChangeAsync()) is var delete
            ? (delete.Operation, delete.Key["_id"].AsInt64()) : default);
    }

    [Theory]
    [InlineData("""{"$group":{"_id":1}}""", "allows only")]
    [InlineData("""{"$changeStream":{}}""", "adds itself")]
    [InlineData("""{"$changeStreamSplitLargeEvent":{}}""", "adds itself")]
    [InlineData("""{"$match":{},"$project":{}}""", "one field")]
    [InlineData("""{}""", "one field")]
    [InlineData("""{"$project":{"_id":0}}""", "_id")]
    [InlineData("""{"$project":{"_id":false,"ns":1}}""", "_id")]
    [InlineData("""{"$project":{"_id":"$documentKey"}}""", "_id")]
    [InlineData("""{"$project":{"_id._data":1}}""", "_id")]
    [InlineData("""{"$unset":"_id"}""", "_id")]
    [InlineData("""{"$unset":["fullDocument","_id._data"]}""", "_id")]
    [InlineData("""{"$set":{"_id":1}}""", "_id")]
    [InlineData("""{"$addFields":{"_id.x":1}}""", "_id")]
    public void A_stage_that_a_change_stream_does_not_allow_is_refused_by_its_number(string stage, string reason)
    {
        var refusal = Assert.Throws<ArgumentException>(() => new MongoSource(new MongoSourceOptions
        {
            ConnectionString = "mongodb://localhost", Pipeline = [BsonDocument.Parse("""{"$match":{}}"""), BsonDocument.Parse(stage)],
        }));
        Assert.Contains("Stage 2 of Pipeline", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"$project":{"_id":1,"ns":1}}""")]
    [InlineData("""{"$project":{"fullDocument":0}}""")]
    [InlineData("""{"$unset":["fullDocument"]}""")]
    [InlineData("""{"$set":{"_identity":1}}""")]
    [InlineData("""{"$replaceRoot":{"newRoot":"$$ROOT"}}""")]
    [InlineData("""{"$redact":"$$KEEP"}""")]
    public void A_stage_that_a_change_stream_allows_is_accepted(string stage)
        => _ = new MongoSource(new MongoSourceOptions { ConnectionString = "mongodb://localhost", Pipeline = [BsonDocument.Parse(stage)] });

    [Fact]
    public void Either_a_client_or_a_connection_string_is_wanted()
    {
        Assert.Throws<ArgumentException>(() => new MongoSource(new MongoSourceOptions()));
        Assert.Throws<ArgumentException>(
            () => new MongoSource(new MongoSourceOptions { ConnectionString = "mongodb://a",
                Client = new MongoClient("mongodb://a.invalid/?directConnection=true") }));
    }

    [Theory]
    [InlineData("http://a")]
    [InlineData("mongodb://user:pa:55word@a")]
    [InlineData("mongodb://user:pa55word@a/?tlsCRLFile=x")]
    [InlineData("mongodb://user:pa55word@a/?tlsInsecure=true&tlsAllowInvalidCertificates=true")]
    [InlineData("mongodb://user:pa55word@a/?tlsAllowInvalidHostnames=perhaps")]
    [InlineData("mongodb://user:pa55word@a/?connectTimeoutMS=soon")]
    [InlineData("mongodb://user:pa55word@a/?authMechanism=PLAIN")]
    [InlineData("mongodb://user:pa55word@a/?loadBalanced=true&replicaSet=rs0")]
    [InlineData("mongodb+srv://user:pa55word@a.b.example.com:27017")]
    [InlineData("mongodb://user:pa55word@ss@a")]
    [InlineData("mongodb://user:pa55word")]
    [InlineData("mongodb://user:pa%2555word@a/?connectTimeoutMS=soon")]
    [InlineData("user:pa55word@a")]
    [InlineData("mongodb://user:pa55word/@a")]
    [InlineData("mongodb://user:%zzpa55word@a")]
    [InlineData("mongodb://user:pa55word@a:99999")]
    [InlineData("mongodb://user:pa55word@")]
    [InlineData("mongodb://user:pa55word@a,,b/?x")]
    [InlineData("mongodb://user:pa55word@a/?authMechanismProperties=AWS_SESSION_TOKEN:pa55word,ODD&authMechanism=MONGODB-AWS")]
    [InlineData("mongodb://a/?tlsCertificateKeyFilePassword=pa55word&tlsAllowInvalidHostnames=perhaps")]
    [InlineData("mongodb://user:pa55word@a/?maxPoolSize=many&proxyHost=p&proxyPassword=pa55word")]
    [InlineData("mongodb://user:pa55word@a/?compressors=zlib&zlibCompressionLevel=high")]
    public void A_connection_string_that_cannot_be_used_is_refused_without_its_secrets(string uri)
    {
        var refusal = Assert.Throws<ArgumentException>(() => new MongoSource(new MongoSourceOptions { ConnectionString = uri }));
        Assert.DoesNotContain("pa55word", refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("pa:55word", refusal.ToString(), StringComparison.Ordinal);
    }

    private static Task<BsonDocument> PingAsync(MongoClient client)
        => client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), null,
            TestContext.Current.CancellationToken);

    private static async Task ReadOneAsync(StreamFixture fixture, ILoggerFactory? loggers)
    {
        await fixture.InsertAsync($$$"""{"_id":{"$oid":"{{{ObjectId.GenerateNewId()}}}"}}""");
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "test", StartFrom = StartPosition.Earliest, LoggerFactory = loggers ?? NullLoggerFactory.Instance,
        });
        await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
        {
            break;
        }
    }

    private static async Task NoConnectionIsOpenAsync(MongoDouble server)
    {
        for (var i = 0; i < 500 && server.Nodes.Any(node => node.OpenConnections > 0); i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.All(server.Nodes, node => Assert.Equal(0, node.OpenConnections));
    }

    private sealed class Fault(MongoDouble server, CommandFault fault) : IDisposable
    {
        private readonly ActiveFault _active = server.Inject(fault);

        public void Dispose() => _active.Remove();
    }

    private sealed class CategoryLoggers : ILoggerFactory
    {
        public ConcurrentBag<string> Categories { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Categories);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private sealed class Logger(string category, ConcurrentBag<string> categories) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter)
                => categories.Add(category);
        }
    }
}
