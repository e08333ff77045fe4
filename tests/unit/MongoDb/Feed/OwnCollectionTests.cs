using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Security;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>What the reader itself writes into the captured deployment: offsets, dead letters, heartbeats (R74, R80).</summary>
public sealed class OwnCollectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Offsets_in_the_captured_deployment_are_not_delivered_unless_they_are_named()
    {
        foreach (var collection in (string[])["cdc_offsets", "cdc.offsets"])
        {
            await using var fixture = new StreamFixture();
            using var client = new MongoClient(fixture.Double.ConnectionString);
            var store = new MongoOffsetStore(client.GetDatabase("shop"), collection);
            var start = MongoOffsets.Now(fixture.Double);
            await store.SaveAsync("another", "{}", 0, Cancellation);
            await fixture.InsertAsync("""{"_id":1}""");

            Assert.Equal(["orders"], await TablesAsync(fixture, start, store, []));
            Assert.Equal(["orders"], await TablesAsync(fixture, start, store, [], "shop.*"));
            Assert.Equal([collection], await TablesAsync(fixture, start, store, [], $"shop.`{collection}`"));
        }
    }

    [Fact]
    public async Task Tables_of_the_application_are_not_delivered_unless_they_are_named()
    {
        await using var fixture = new StreamFixture();
        var start = MongoOffsets.Now(fixture.Double);
        await fixture.InsertAsync("""{"_id":1}""", "dead.letters");
        await fixture.InsertAsync("""{"_id":1}""");
        var store = new InMemoryOffsetStore();

        Assert.Equal(["orders"], await TablesAsync(fixture, start, store, ["shop.dead.letters"]));
        Assert.Equal(["dead.letters"], await TablesAsync(fixture, start, store, ["shop.dead.letters"], "shop.`dead.letters`"));

        // A table of an SQL database has no name in a deployment.
        Assert.Equal(["dead.letters", "orders"], await TablesAsync(fixture, start, store, ["orders"]));
    }

    [Fact]
    public async Task A_heartbeat_is_written_moves_the_offset_and_is_no_change()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":0}""");
        var reader = await OpenAsync(fixture, new HeartbeatWriteOptions
        {
            Table = "ops.heart.beats", Interval = TimeSpan.FromSeconds(1),
        });
        await reader.QuietAsync();
        var first = MongoOffsets.TimeOf(fixture.Double);
        using var client = new MongoClient(fixture.Double.ConnectionString);
        var beats = client.GetDatabase("ops").GetCollection<MongoDB.Bson.BsonDocument>("heart.beats");
        MongoDB.Bson.BsonDocument? written = null;
        while (written is null)
        {
            await Task.Delay(50, Cancellation);
            written = await beats.Find("{}").FirstOrDefaultAsync(Cancellation);
        }

        Assert.Equal("test", written["_id"].AsString);
        Assert.InRange(written["writtenAt"].ToUniversalTime(), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddMinutes(1));
        var heartbeat = await reader.NextAsync<Heartbeat>();
        while (OffsetDocument.Read(heartbeat.Offset).Point.Time <= first)
        {
            heartbeat = await reader.NextAsync<Heartbeat>();
        }

        // The one document is updated.
        var before = written["writtenAt"];
        while (written["writtenAt"] == before)
        {
            await Task.Delay(50, Cancellation);
            written = Assert.Single(await beats.Find("{}").ToListAsync(Cancellation));
        }

        await fixture.InsertAsync("""{"_id":1}""");
        Assert.Equal("orders", (await reader.ChangeAsync()).Table);
    }

    [Fact]
    public async Task A_heartbeat_collection_that_is_named_is_delivered()
    {
        await using var fixture = new StreamFixture();
        fixture.Options = new MongoSourceOptions { Include = ["ops.beats"] };
        var reader = await OpenAsync(fixture, new HeartbeatWriteOptions { Table = "ops.beats", Interval = TimeSpan.FromSeconds(1) });
        await reader.NextAsync<SchemaChange>();
        Assert.Equal(("ops", "beats", "test"), await reader.ChangeAsync() is var change
            ? (change.Database, change.Table, change.Key["_id"].AsString()) : default);
        Assert.Equal(ChangeOperation.Update, (await reader.ChangeAsync()).Operation);
    }

    [Fact]
    public async Task A_user_who_may_not_write_the_heartbeat_gets_a_warning_and_the_stream_continues()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions
        {
            Users = [new DoubleUser("reader", "pencil") { Privileges = [new DoublePrivilege("", "", ["find", "changeStream"])] }],
        });
        var log = new MessageLog();
        fixture.Loggers = log;
        fixture.Options = new MongoSourceOptions
        {
            ConnectionString = fixture.Double.ConnectionString.Replace("mongodb://", "mongodb://reader:pencil@", StringComparison.Ordinal)
                + "&authSource=admin",
            MinOplogWindow = TimeSpan.Zero,
        };
        var heartbeat = new HeartbeatWriteOptions { Table = "ops.beats", Interval = TimeSpan.FromSeconds(1) };
        var options = new CdcEngineOptions { Name = "test" };
        await using (var engine = new CdcEngine(fixture.Source(heartbeat), new InMemoryOffsetStore(), options))
        {
            var finding = Assert.Single(await engine.ValidateAsync(Cancellation));
            Assert.Equal((false, "mongodb.heartbeat_write"), (finding.IsError, finding.Code));
            Assert.Contains("insert and update on the collection ops.beats", finding.Message, StringComparison.Ordinal);
            Assert.Contains("""resource: { db: "ops", collection: "beats" }, actions: ["insert", "update"]""", finding.Remedy,
                StringComparison.Ordinal);
        }

        var reader = await OpenAsync(fixture, heartbeat);
        while (!log.All.Any(static line => line.Contains("the heartbeat could not be written", StringComparison.Ordinal)))
        {
            await reader.QuietAsync();
        }

        await fixture.InsertAsync("""{"_id":1}""");
        await reader.NextAsync<SchemaChange>();
        Assert.Equal("orders", (await reader.ChangeAsync()).Table);
    }

    [Fact]
    public async Task The_log_is_measured_beside_the_stream()
    {
        await using var fixture = new StreamFixture();
        var source = fixture.Source();
        var start = MongoOffsets.Now(fixture.Double);
        await fixture.InsertAsync("""{"_id":1}""");
        await using var context = new SourceContext
        {
            Name = "test", LoggerFactory = fixture.Loggers, TimeProvider = TimeProvider.System, MaxBatchSize = 10,
        };
        Assert.Null(await source.MeasureLogAsync(context, source.ReadPosition(start.Offset!), TimeSpan.Zero, Cancellation));

        await using var connection = await source.ConnectAsync(context, start, Cancellation);
        await using var feed = await connection.OpenAsync(Cancellation);
        var near = await source.MeasureLogAsync(context, feed.StartPosition, TimeSpan.Zero, Cancellation);
        Assert.NotNull(near);
        Assert.Equal((null, null), (near.BytesAfter, near.HeadroomBytes));

        // A position after the oldest entry has headroom, one before it has none.
        Assert.Equal(near.HeadroomTime + TimeSpan.FromHours(1), await HeadroomAsync(3600));
        Assert.Equal(TimeSpan.Zero, await HeadroomAsync(-3600));

        async Task<TimeSpan?> HeadroomAsync(int seconds)
        {
            var time = Assert.IsType<MongoPosition>(feed.StartPosition).Time!.Value;
            var moved = MongoOffset.FromClusterTime(new MongoDB.Bson.BsonTimestamp((int)time.Seconds + seconds, 1));
            return (await source.MeasureLogAsync(context, source.ReadPosition(moved), TimeSpan.Zero, Cancellation))?.HeadroomTime;
        }
    }

    private static async Task<List<string>> TablesAsync(StreamFixture fixture, StartPosition start, IOffsetStore store,
        IReadOnlyList<string> own, params string[] include)
    {
        fixture.Options = new MongoSourceOptions { Include = include };
        await using var engine = new CdcEngine(fixture.Source(), store, new CdcEngineOptions
        {
            Name = Guid.NewGuid().ToString("N"), StartFrom = start, StopWhenCaughtUp = true, OwnTables = own,
            CommitPolicy = CommitPolicy.Never,
        });
        List<string> tables = [];
        await foreach (var change in engine.ReadAsync(Cancellation))
        {
            tables.Add(change.Table);
        }

        return tables;
    }

    private static async Task<StreamReading> OpenAsync(StreamFixture fixture, HeartbeatWriteOptions heartbeat)
    {
        fixture.Heartbeat = heartbeat;
        return await fixture.OpenAsync();
    }
}
