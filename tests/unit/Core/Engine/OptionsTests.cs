using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

public sealed class OptionsTests
{
    public static TheoryData<string, CdcEngineOptions> Bad => new()
    {
        { "Name is ''", new() { Name = "" } },
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
}
