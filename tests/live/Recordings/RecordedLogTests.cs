using CdcEmbedded.MySql;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Recordings;

/// <summary>
/// A real server serves every recording: the stream over the connection equals what the recording's triggers saw and, item by item, what
/// the files yield. The server knows none of the tables, so names can only be in the log: in its table maps or its statements.
/// </summary>
public sealed class RecordedLogTests(RecordedLogs logs) : IClassFixture<RecordedLogs>
{
    // Each read of a recording costs a connection; the files are read from every offset by other tests.
    private const int Restarts = 2;

    public static TheoryData<string> Whole => RecordedTruth.Whole;

    public static TheoryData<string> Refused => RecordedTruth.Refused;

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task A_server_that_serves_a_recording_delivers_its_changes_and_from_any_offset_the_rest(string name)
    {
        Recording recording = Recording.Get(name);
        var expected = recording.Expected().ToList();
        FeedRun files = await FeedRun.ReadAsync(FeedRun.Files(recording));
        MySqlSource source = Source(await logs.ServeAsync(recording), recording);

        var store = new InMemoryOffsetStore();
        FeedRun run = await ReadAsync(source, store);

        Assert.Null(run.Failure);
        Assert.Equal(expected.Count, RecordedTruth.Compare(run.Changes, expected));
        RecordedTruth.CompareTransactions(run.Items, expected);
        Assert.Null(FeedRun.Difference(files.TextsButOptionalDrops, run.TextsButOptionalDrops));
        List<string> texts = run.Texts;
        for (int place = 0; place < Restarts; place++)
        {
            int i = (texts.Count - 1) * (place + 1) / (Restarts + 1);
            FeedRun rest = await ReadAsync(source, store, run.Items[i].Offset);

            // A begin's offset is before it.
            Assert.Null(rest.Failure);
            Assert.Null(FeedRun.Difference(texts.Skip(i + 1), rest.Texts));
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Rows_changed_by_statements_fail_with_their_type_after_everything_before_them(string name)
    {
        Recording recording = Recording.Get(name);
        FeedRun files = await FeedRun.ReadAsync(FeedRun.Files(recording));
        MySqlSource source = Source(await logs.ServeAsync(recording), recording);

        FeedRun run = await ReadAsync(source, new InMemoryOffsetStore());

        Assert.IsType<SourceInconsistentException>(run.Failure);
        Assert.Equal(files.Failure?.Message, run.Failure.Message);
        Assert.Null(FeedRun.Difference(files.Texts, run.Texts));
    }

    private static MySqlSource Source(MySqlTestServer server, Recording recording) =>
        new(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, KeyChange = KeyChangeMode.Update,

            // Its truth is the log's.
            IncludeRowHistory = recording.Name.Contains("_sysver", StringComparison.Ordinal),
        });

    /// <summary>Files send no heartbeats; a server does.</summary>
    private static async Task<FeedRun> ReadAsync(MySqlSource source, InMemoryOffsetStore store, CdcOffset? start = null)
    {
        FeedRun run = await FeedRun.ReadAsync(source, start, store: store);
        run.Items.RemoveAll(item => item is Heartbeat);
        return run;
    }
}
