using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.MySql.Tests.Server;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Tests.Views;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Recorded logs through filters: orders and counts are those of what is left, from the start and after a restart inside a
/// transaction. And one source for two engines.</summary>
public sealed class ViewedRecordingTests
{
    private static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;

    [Theory]
    [InlineData("mysql-9.7/misc97")]
    [InlineData("mysql-9.7/bigtx-zstd")]
    [InlineData("mysql-9.7/myisam_mix")]
    [InlineData("mysql-9.7/rotate")]
    public async Task Counts_after_a_filter_are_the_same_after_a_restart_at_any_change(string name)
    {
        var recording = Recording.Get(name);
        var (all, offsets) = await ReadAsync(recording, null);
        CountedChange.AssertCounted(all);
        Assert.Contains(all, c => c.TotalOrder > 1);

        foreach (var i in RecordedFeedTests.Places(all.Count).Where((_, n) => n % 4 == 0))
        {
            var (rest, _) = await ReadAsync(recording, offsets[i]);
            Assert.Equal(all.Skip(i + 1), rest);
        }
    }

    [Fact]
    public async Task One_server_source_serves_two_engines_at_once()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedPrimary(Recording.Get("mysql-9.7/misc97")).Options());
        var source = WireFeedTests.Source(server);
        await AssertTwoEnginesAsync(source);
    }

    [Fact]
    public async Task One_file_source_serves_two_engines_at_once()
        => await AssertTwoEnginesAsync(FeedRun.Files(Recording.Get("mysql-9.7/misc97")));

    private static async Task AssertTwoEnginesAsync(ISource source)
    {
        await using var first = Engine(source, "first", StartPosition.Earliest);
        await using var second = Engine(source, "second", StartPosition.Earliest);
        await using var a = first.ReadAsync(Patience).GetAsyncEnumerator();
        await using var b = second.ReadAsync(Patience).GetAsyncEnumerator();
        var count = 0;
        while (await a.MoveNextAsync())
        {
            Assert.True(await b.MoveNextAsync());
            Assert.Equal(CountedChange.Of(a.Current), CountedChange.Of(b.Current));
            Assert.Equal(("first", "second"), (a.Current.Source.Name, b.Current.Source.Name));
            count++;
        }

        Assert.True(count > 10);
        Assert.False(await b.MoveNextAsync());
    }

    private static async Task<(List<CountedChange> Changes, List<CdcOffset> Offsets)> ReadAsync(Recording recording, CdcOffset? start)
    {
        var source = new ViewedSource(FeedRun.Files(recording), set => DroppingView.Of(set, Keeps));
        await using var engine = Engine(source, "test", start is null ? null : StartPosition.At(start));
        var changes = new List<CountedChange>();
        var offsets = new List<CdcOffset>();
        await foreach (var change in engine.ReadAsync(Patience))
        {
            changes.Add(CountedChange.Of(change));
            offsets.Add(change.Offset);
        }

        return (changes, offsets);
    }

    private static CdcEngine Engine(ISource source, string name, StartPosition? start) => new(source, new InMemoryOffsetStore(),
        new CdcEngineOptions { Name = name, StartFrom = start, StopWhenCaughtUp = true, Reconnect = ReconnectPolicy.None });

    /// <summary>About two of three changes, by what they are and not by where a reading starts.</summary>
    private static bool Keeps(ChangeSet set, int change) => set.GetEventId(change).Sum(c => c) % 3 != 0;
}
