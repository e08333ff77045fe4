using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>What the preflight finds out about a deployment before the first event, with the command that fixes it.</summary>
public sealed class PreflightTests
{
    [Fact]
    public async Task A_standalone_server_is_refused()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { Topology = DoubleTopology.Standalone });
        var finding = Assert.Single(await ValidateAsync(fixture));
        Assert.Equal((true, "mongodb.replica_set"), (finding.IsError, finding.Code));
        Assert.Contains("rs.initiate()", finding.Remedy, StringComparison.Ordinal);
        await using var engine = new CdcEngine(fixture.Source(), new Offsets.InMemoryOffsetStore(), new CdcEngineOptions { Name = "test" });
        await using var changes = engine.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.Equal([finding],
            (await Assert.ThrowsAsync<ServerMisconfiguredException>(async () => await changes.MoveNextAsync())).Findings);
    }

    [Fact]
    public async Task Collections_without_the_images_that_are_required_are_named_with_the_command()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        await fixture.WriteAsync("""{"create":"lines"}""");
        fixture.Options = new MongoSourceOptions { Include = ["shop.*"], BeforeImages = BeforeImageMode.Required,
            MinOplogWindow = TimeSpan.Zero };
        var finding = Assert.Single(await ValidateAsync(fixture));
        Assert.Equal((true, "mongodb.images"), (finding.IsError, finding.Code));
        Assert.Equal("db.getSiblingDB(\"shop\").runCommand({ collMod: \"lines\", changeStreamPreAndPostImages: { enabled: true } })",
            finding.Remedy);
        await fixture.WriteAsync("""{"collMod":"lines","changeStreamPreAndPostImages":{"enabled":true}}""");
        Assert.Empty(await ValidateAsync(fixture));
    }

    [Fact]
    public async Task A_view_that_is_meant_by_its_name_is_an_error()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"recent","viewOn":"orders","pipeline":[]}""");
        fixture.Options = new MongoSourceOptions { Include = ["shop.recent"], MinOplogWindow = TimeSpan.Zero };
        Assert.Equal((true, "mongodb.collection_type"), Assert.Single(await ValidateAsync(fixture)) is var finding
            ? (finding.IsError, finding.Code) : default);
    }

    [Fact]
    public async Task A_pattern_that_matches_no_collection_is_a_warning_at_the_start_too()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        var log = new MessageLog();
        fixture.Loggers = log;
        fixture.Options = new MongoSourceOptions
        {
            Include = ["shop.orders", "shop.ordres", "other.*"], Exclude = ["shop.hidden"], MinOplogWindow = TimeSpan.Zero,
        };

        var findings = await ValidateAsync(fixture);
        await fixture.OpenAsync();

        Assert.All(findings, finding => Assert.Equal((false, "mongodb.collections"), (finding.IsError, finding.Code)));
        Assert.Equal(["shop.ordres", "other.*"], findings.Select(finding => finding.Message.Split('\'')[1]));
        Assert.All(findings, finding => Assert.Contains(log.All, line => line.Contains(finding.Message, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_pattern_of_a_snapshot_that_matches_no_captured_collection_is_a_warning()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.WriteAsync("""{"create":"hidden"}""");
        fixture.Options = new MongoSourceOptions { Exclude = ["shop.hidden"], MinOplogWindow = TimeSpan.Zero };

        var findings = await ValidateAsync(fixture, snapshotTables: ["shop.orders", "shop.ordres", "*.hidden"]);

        Assert.All(findings, finding => Assert.Equal((false, "mongodb.snapshot_collections"), (finding.IsError, finding.Code)));
        Assert.Equal(["shop.ordres", "*.hidden"], findings.Select(finding => finding.Message.Split('\'')[1]));
    }

    [Fact]
    public async Task A_transform_that_matches_no_captured_collection_is_a_warning()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.WriteAsync("""{"create":"hidden"}""");
        fixture.Options = new MongoSourceOptions { Exclude = ["shop.hidden"], MinOplogWindow = TimeSpan.Zero };

        var findings = await ValidateAsync(fixture, transforms:
        [
            Transform.Mask("shop.orders.email"), Transform.Mask("shop.Orders.email"), Transform.Hash("shop.hidden.email", "01234567"),
            Transform.Mask("*.*.email"),
        ]);

        Assert.All(findings, finding => Assert.Equal((false, "cdc.unmatched_rule"), (finding.IsError, finding.Code)));
        Assert.Equal(["shop.Orders.email", "shop.hidden.email"], findings.Select(finding => finding.Message.Split('"')[1]));
    }

    [Fact]
    public async Task An_oplog_that_is_short_is_a_warning()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        fixture.Options = new MongoSourceOptions { MinOplogWindow = TimeSpan.FromHours(1) };
        var finding = Assert.Single(await ValidateAsync(fixture));
        Assert.Equal((false, "mongodb.oplog_window"), (finding.IsError, finding.Code));
        Assert.Contains("replSetResizeOplog", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_privileges_gets_the_role_to_create()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions
        {
            Users = [new DoubleUser("reader", "pencil") { Privileges = [new DoublePrivilege("shop", "", ["find"])] }],
        });
        fixture.Options = new MongoSourceOptions
        {
            ConnectionString = fixture.Double.ConnectionString.Replace("mongodb://", "mongodb://reader:pencil@", StringComparison.Ordinal)
                + "&authSource=admin",
            Database = "shop",
            MinOplogWindow = TimeSpan.Zero,
        };
        var finding = Assert.Single(await ValidateAsync(fixture), static finding => finding.IsError);
        Assert.Equal("mongodb.privileges", finding.Code);
        Assert.Contains("changeStream", finding.Message, StringComparison.Ordinal);
        Assert.Contains("db: \"shop\"", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_offset_is_a_finding()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        var old = MongoOffsets.Now(fixture.Double);
        await fixture.InsertAsync("""{"_id":2}""");
        fixture.Double.TruncateOplog();
        fixture.Options = new MongoSourceOptions { MinOplogWindow = TimeSpan.Zero };
        Assert.Equal("mongodb.offset", Assert.Single(await ValidateAsync(fixture, old)).Code);
    }

    [Fact]
    public async Task Images_of_an_old_server_are_refused_and_the_defaults_fit_it()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { Version = "4.4.29", MaxWireVersion = 9 });
        fixture.Options = new MongoSourceOptions { FullDocument = FullDocumentMode.WhenAvailable };
        Assert.Equal("mongodb.images_version", Assert.Single(await ValidateAsync(fixture)).Code);
        fixture.Options = new MongoSourceOptions();
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""");
        await reading.ChangeAsync();
        var stage = fixture.Double.Commands.All.Last(static command => command.Name == "aggregate").Command is var sent
            ? CdcEmbedded.MongoDb.Double.Bson.DocJson.Write(sent) : "";
        Assert.DoesNotContain("showExpandedEvents", stage, StringComparison.Ordinal);
        Assert.DoesNotContain("changeStreamSplitLargeEvent", stage, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<SourceFinding>> ValidateAsync(StreamFixture fixture, StartPosition? start = null,
        string[]? snapshotTables = null, Transform[]? transforms = null)
    {
        await using var engine = new CdcEngine(fixture.Source(), new Offsets.InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "test",
            StartFrom = start ?? StartPosition.Latest,
            Transforms = transforms ?? [],
            Snapshot = new SnapshotOptions
            {
                Mode = snapshotTables is null ? SnapshotMode.Never : SnapshotMode.Incremental, Tables = snapshotTables ?? [],
            },
        });
        return await engine.ValidateAsync(TestContext.Current.CancellationToken);
    }
}
