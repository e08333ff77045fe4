using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

public sealed class OptionsTests
{
    public static TheoryData<string, CdcEngineOptions> Bad => new()
    {
        { "Name is ''", new() { Name = "" } },
        { "Name is 'orders '", new() { Name = "orders " } },
        { "Name is '\torders'", new() { Name = "\torders" } },
        { "Name is 'or\0ders'", new() { Name = "or\0ders" } },
        { "Name is 'orders\ud800'", new() { Name = "orders\ud800" } },
        { "OnOffsetLost is '9'", new() { Name = "a", OnOffsetLost = (OffsetLostPolicy)9 } },
        { "MaxBatchSize is '0'", new() { Name = "a", MaxBatchSize = 0 } },
        { "MaxBufferedChanges is '-1'", new() { Name = "a", MaxBufferedChanges = -1 } },
        { "MaxBufferedBytes is '0'", new() { Name = "a", MaxBufferedBytes = 0 } },
        { "Acknowledgement is '7'", new() { Name = "a", Acknowledgement = (AcknowledgementMode)7 } },
        { "CommitPolicy.Changes is '0'", new() { Name = "a", CommitPolicy = new() { Changes = 0 } } },
        { "CommitPolicy.Interval is '00:00:00'", new() { Name = "a", CommitPolicy = new() { Interval = TimeSpan.Zero } } },
        { "CommitPolicy.MaxOverrun is '0'", new() { Name = "a", CommitPolicy = new() { MaxOverrun = 0 } } },
        { "Reconnect.InitialDelay is '00:00:00'", new() { Name = "a", Reconnect = new() { InitialDelay = TimeSpan.Zero } } },
        { "Reconnect.MaxDelay is '00:00:00.5", new() { Name = "a", Reconnect = new() { MaxDelay = TimeSpan.FromSeconds(0.5) } } },
        { "Reconnect.MaxAttempts is '-1'", new() { Name = "a", Reconnect = new() { MaxAttempts = -1 } } },
        { "Reconnect.Jitter is '1.5'", new() { Name = "a", Reconnect = new() { Jitter = 1.5 } } },
        { "Reconnect.ResetAfter is '-00:00:01'", new() { Name = "a", Reconnect = new() { ResetAfter = TimeSpan.FromSeconds(-1) } } },
        { "CommitPolicy is null", new() { Name = "a", CommitPolicy = null! } },
        { "Reconnect is null", new() { Name = "a", Reconnect = null! } },
        { "LoggerFactory is null", new() { Name = "a", LoggerFactory = null! } },
        { "TimeProvider is null", new() { Name = "a", TimeProvider = null! } },
        { "OwnTables is null", new() { Name = "a", OwnTables = null! } },
        { "OwnTables is 'shop.*'", new() { Name = "a", OwnTables = ["letters", "shop.*"] } },
        { "OwnTables is '.letters'", new() { Name = "a", OwnTables = [".letters"] } },
        { "OwnTables is ''", new() { Name = "a", OwnTables = [""] } },
        { "Snapshot.Tables is 'orders'", new() { Name = "a", Snapshot = new() { Mode = SnapshotMode.Incremental, Tables = ["orders"] } } },
        { "Snapshot.Tables is 'a list'", new() { Name = "a", Snapshot = new() { Tables = ["shop.orders"] } } },
        { "StartFrom is '{", new() { Name = "a", StartFrom = StartPosition.At(CdcOffset.Parse("""{"v":1,"source":"mysql"}""")) } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Constructor_with_an_option_out_of_range_names_it_with_its_value(string expected, CdcEngineOptions options)
    {
        var e = Assert.Throws<ArgumentException>(() => new CdcEngine(new ScriptedSource(), new InMemoryOffsetStore(), options));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("allowed is", e.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_accepts_the_defaults()
        => Assert.Equal("a", new CdcEngine(new ScriptedSource(), new InMemoryOffsetStore(), new CdcEngineOptions { Name = "a" }).Name);

    [Fact]
    public async Task A_request_of_a_snapshot_with_a_wrong_pattern_or_table_is_refused_at_once()
    {
        await using var engine = new CdcEngine(new ScriptedSource(), new InMemoryOffsetStore(), new CdcEngineOptions { Name = "a" });
        var pattern = await Assert.ThrowsAsync<ArgumentException>(async () =>
            await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = ["orders"] }, TestContext.Current.CancellationToken));
        Assert.StartsWith("'orders' is not a table pattern: it has no point", pattern.Message, StringComparison.Ordinal);
        var table = await Assert.ThrowsAsync<ArgumentException>(async () => await engine.Snapshots.RequestAsync(
            new SnapshotRequest { Conditions = new Dictionary<string, string> { ["orders"] = "id > 1" } },
            TestContext.Current.CancellationToken));
        Assert.StartsWith("'orders' is not a table", table.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_store_whose_path_is_a_folder_is_refused_at_once()
    {
        var e = Assert.Throws<ArgumentException>(() => new FileOffsetStore(Path.GetTempPath()));
        Assert.Contains("is a folder", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop.orders", "shop.*", false)]
    [InlineData("shop.*", "shop.*", false)]
    [InlineData("shop.*", "shop.orders", true)]
    [InlineData("shop.*", "*.orders", true)]
    public void A_filter_says_if_exclude_skips_all_that_include_captures(string include, string exclude, bool captures)
        => Assert.Equal(captures, new CdcEmbedded.Transforms.TableFilter([include], [exclude]).WhyNothing() is null);
}
