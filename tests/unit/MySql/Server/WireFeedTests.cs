using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Transactions;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>The same recordings over a connection: the same items, and the same rest after a restart.</summary>
public sealed class WireFeedTests
{
    // The script of a server has an empty information_schema: columns are named by the log or its statements.
    public static TheoryData<string> Named => [.. RecordedTruth.Whole.Select(r => r.Data)
        .Where(n => n.StartsWith("mysql-9.7", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Named))]
    public async Task A_server_gives_the_same_items_as_its_files(string name)
    {
        var recording = Recording.Get(name);
        var hasNames = !name.Contains("-mm", StringComparison.Ordinal) && !name.Contains("fuzz", StringComparison.Ordinal);
        await using var server = new ScriptedMySqlServer(new ScriptedPrimary(recording) { RowMetadata = hasNames ? "FULL"
            : "MINIMAL" }.Options());

        var files = await FeedRun.ReadAsync(FeedRun.Files(recording));
        var wire = await FeedRun.ReadAsync(Source(server));

        Assert.Null(wire.Failure);
        Assert.Null(FeedRun.Difference(files.TextsButOptionalDrops, wire.TextsButOptionalDrops));
    }

    [Theory]
    [InlineData("mysql-9.7/misc97")]
    [InlineData("mysql-9.7/prevgtids")]
    [InlineData("mysql-9.7/rotate")]
    [InlineData("mysql-9.7/myisam_mix")]
    public async Task A_restart_at_any_items_offset_gives_exactly_the_rest(string name)
    {
        var recording = Recording.Get(name);
        await using var server = new ScriptedMySqlServer(new ScriptedPrimary(recording).Options());
        var all = await FeedRun.ReadAsync(Source(server));
        var texts = all.Texts;
        foreach (var i in RecordedFeedTests.Places(texts.Count))
        {
            var next = i + 1;
            var rest = await FeedRun.ReadAsync(Source(server), all.Items[i].Offset);

            Assert.Null(rest.Failure);
            Assert.Null(FeedRun.Difference(texts.Skip(next), rest.Texts));
        }
    }

    [Fact]
    public async Task A_server_resumes_where_its_files_ended()
    {
        var recording = Recording.Get("mysql-9.7/misc97");
        await using var server = new ScriptedMySqlServer(new ScriptedPrimary(recording).Options());
        var files = await FeedRun.ReadAsync(FeedRun.Files(recording));

        var at = files.Items.FindIndex(10, i => i is ChangeEvent);

        var rest = await FeedRun.ReadAsync(Source(server), files.Items[at].Offset);

        Assert.Null(rest.Failure);
        Assert.Equal(files.Texts.Skip(at + 1), rest.Texts);
    }

    [Fact]
    public async Task The_skipped_history_of_another_server_is_reported_once_and_in_the_offset_from_then_on()
    {
        const string Own = "cccccccc-0000-0000-0000-000000000001";
        var recording = Recording.Get("mysql-9.7/misc97");
        var primary = new ScriptedPrimary(recording);
        await using var server = new ScriptedMySqlServer(primary.Options());
        var all = await FeedRun.ReadAsync(Source(server));
        var at = all.Items.FindIndex(10, i => i is ChangeEvent);
        var position = BinlogPosition.Read(all.Items[at].Offset);
        var stored = new BinlogPosition { Server = "another", Executed = position.Executed, Progress = position.Progress }.ToOffset();
        primary.GtidExecuted = primary.GtidExecuted.Union(GtidSet.Parse($"{Own}:1-3"));
        primary.GtidPurged = primary.GtidPurged.Union(GtidSet.Parse($"{Own}:1-2"));
        var options = new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString(), KeyChange = KeyChangeMode.Update, SkipNewServerHistory = true,
        };

        Assert.IsType<OffsetLostException>((await FeedRun.ReadAsync(Source(server), stored)).Failure);
        var rest = await FeedRun.ReadAsync(new MySqlSource(options), stored);
        var notice = Assert.IsType<Notice>(rest.Items[0]);
        var again = await FeedRun.ReadAsync(new MySqlSource(options), notice.Offset);

        Assert.Null(rest.Failure);
        Assert.Equal(NoticeKind.HistorySkipped, notice.Kind);
        Assert.Contains($"{Own}:1-3", notice.Message, StringComparison.Ordinal);
        Assert.Contains($"{Own}:1-3", notice.Offset.ToString(), StringComparison.Ordinal);
        Assert.Equal(all.Texts.Skip(at + 1), rest.Texts.Skip(1));
        Assert.Equal(all.Texts.Skip(at + 1), again.Texts);
    }

    internal static MySqlSource Source(ScriptedMySqlServer server, KeyChangeMode keyChange = KeyChangeMode.Update)
        => new(new MySqlSourceOptions { ConnectionString = server.ConnectionString(), KeyChange = keyChange });
}
