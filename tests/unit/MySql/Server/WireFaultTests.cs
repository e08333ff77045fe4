using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.MySql.Tests.Transactions;
using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>Cut connections, damage and silence in the middle of a dump: the consumer sees each change once, or
/// a typed exception.</summary>
public sealed class WireFaultTests
{
    private static readonly ReconnectPolicy Quick = new() { InitialDelay = TimeSpan.FromMilliseconds(1),
        MaxDelay = TimeSpan.FromMilliseconds(1) };

    private static readonly (string, byte[]) Log = ("binlog.000001", File());

    [Fact]
    public async Task A_dump_cut_after_any_byte_resumes_without_gap_or_repetition()
    {
        var primary = Primary();
        long dumpBegin = 0;
        var options = primary.Options();
        var dump = options.OnBinlogDump ?? throw new InvalidOperationException();
        var cut = 0;
        options.OnBinlogDump = (connection, request) =>
        {
            // The dump's own bytes are counted, and only the first connection's are cut.
            dumpBegin = connection.Wire.Sent;
            connection.Wire.CutAfterBytes = connection.Dump == 0 ? dumpBegin + cut : null;
            return dump(connection, request);
        };
        var total = Log.Item2.Length + 80;
        for (cut = 0; cut < total; cut += 1)
        {
            await using var server = new ScriptedMySqlServer(options);
            var run = await FeedRun.ReadAsync(WireFeedTests.Source(server), options: FeedRun.Options(reconnect: Quick));

            Assert.Null(run.Failure);
            Assert.True(Expected.SequenceEqual(Ids(run)), $"cut at {cut}: {string.Join(' ', Ids(run))}");
            Assert.InRange(server.Dumps, 1, 2);
        }
    }

    [Fact]
    public async Task A_checksum_damaged_on_the_way_is_read_again()
    {
        var primary = Primary();
        var seen = 0;
        primary.Change = e =>
        {
            var copy = e.ToArray();
            copy[25] ^= (byte)(++seen == 12 ? 1 : 0);
            return copy;
        };
        await using var server = new ScriptedMySqlServer(primary.Options());

        var run = await FeedRun.ReadAsync(WireFeedTests.Source(server), options: FeedRun.Options(reconnect: Quick));

        Assert.Equal(Expected, Ids(run));
        Assert.Equal(2, server.Dumps);
    }

    [Fact]
    public async Task Damage_of_any_byte_of_any_kind_of_event_is_read_again()
    {
        var primary = Primary();
        var lengths = new List<int>();
        var types = new List<byte>();
        primary.Change = e =>
        {
            lengths.Add(e.Length);
            types.Add(e[4]);
            return e;
        };
        await ReadAsync(primary);
        foreach (var number in types.Index().DistinctBy(e => e.Item).Select(e => e.Index))
        {
            for (var at = 0; at < lengths[number]; at++)
            {
                var sent = 0;
                primary.Change = e => sent++ != number ? e : [.. e[..at], (byte)(e[at] ^ 1), .. e[(at + 1)..]];
                var (run, dumps) = await ReadAsync(primary);

                // The flag that a file is in use is changed by servers without a new checksum.
                var isUnseen = (EventType)types[number] == EventType.FormatDescription && at == 17;
                Assert.True(run.Failure is null && Expected.SequenceEqual(Ids(run)) && dumps == (isUnseen ? 1 : 2),
                    $"byte {at} of {(EventType)types[number]}: {dumps} dumps, {string.Join(' ', Ids(run))} {run.Failure}");
            }
        }

        static async Task<(FeedRun Run, int Dumps)> ReadAsync(ScriptedPrimary primary)
        {
            await using var server = new ScriptedMySqlServer(primary.Options());
            return (await FeedRun.ReadAsync(WireFeedTests.Source(server), options: FeedRun.Options(reconnect: Quick)), server.Dumps);
        }
    }

    [Fact]
    public async Task A_checksum_without_reconnect_is_typed()
    {
        var primary = Primary();
        primary.Change = e => [.. e[..^1], (byte)(e[^1] ^ 1)];
        await using var server = new ScriptedMySqlServer(primary.Options());

        var run = await FeedRun.ReadAsync(WireFeedTests.Source(server));

        Assert.True(run.Failure is CdcProtocolException { IsTransient: true });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_of_a_dump_that_waits_is_a_failure_and_not_an_end(bool eof)
    {
        var primary = Primary();
        primary.AtEnd = c => eof ? c.SendEofAsync().AsTask() : Task.CompletedTask;
        await using var server = new ScriptedMySqlServer(primary.Options());

        var run = await FeedRun.ReadAsync(WireFeedTests.Source(server), options: FeedRun.Options(stop: false));

        Assert.Equal(Expected, Ids(run));
        Assert.True(run.Failure is CdcConnectionException { IsTransient: true }, $"{run.Failure}");
    }

    [Fact]
    public async Task Silence_beyond_the_time_out_makes_a_new_connection()
    {
        var primary = Primary();
        await using var server = new ScriptedMySqlServer(primary.Options());
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString(), HeartbeatInterval = TimeSpan.FromMilliseconds(50),
                ReadTimeout = TimeSpan.FromMilliseconds(200),
            KeyChange = KeyChangeMode.Update,
        });
        using var patience = new CancellationTokenSource(SessionTest.Patience);
        await using var engine = new CdcEngine(source, new CdcEmbedded.Offsets.InMemoryOffsetStore(),
            FeedRun.Options(reconnect: Quick, stop: false));
        var reading = Task.Run(async () =>
        {
            var count = 0;
            await foreach (var change in engine.ReadAsync(patience.Token))
            {
                count++;
            }

            return count;
        });
        while (server.Dumps < 3)
        {
            await Task.Delay(10, patience.Token);
        }

        Assert.True(engine.Status.Reconnects >= 1);
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(SessionTest.Patience));
    }

    [Theory]
    [InlineData("A replica with the same server_uuid/server_id as this replica has connected to the source", 2)]
    [InlineData("Cannot replicate because the source purged required binary logs", 1)]
    public async Task Error_1236_in_the_stream_ends_or_reconnects(string text, int dumps)
    {
        var primary = Primary();
        var options = primary.Options();
        var dump = options.OnBinlogDump ?? throw new InvalidOperationException();
        options.OnBinlogDump = (connection, request) => connection.Dump == 0 ? connection.SendErrorAsync(1236, text).AsTask()
            : dump(connection, request);
        await using var server = new ScriptedMySqlServer(options);

        var run = await FeedRun.ReadAsync(WireFeedTests.Source(server), options: FeedRun.Options(reconnect: Quick));

        Assert.Equal(dumps, server.Dumps);
        Assert.True(dumps == 2 ? Expected.SequenceEqual(Ids(run)) : run.Failure is OffsetLostException);
    }

    private static string[] Expected => ["1", "2", "3", "4", "5"];

    private static List<string> Ids(FeedRun run) => [.. run.Changes.Select(c => c.After["id"].ToString() ?? "")];

    private static ScriptedPrimary Primary() => new([Log], GtidSet.Parse($"{EventList.Source}:1-3"));

    /// <summary>Three transactions of one named column.</summary>
    private static byte[] File()
    {
        var list = new EventList().Format().Add(MySql.Binlog.Events.EventType.PreviousGtids, new byte[8]);
        foreach (var (gtid, numbers) in new (long, int[])[] { (1, [1, 2]), (2, [3]), (3, [4, 5]) })
        {
            byte[] map = [.. Tests.Binlog.TestEvents.MapBody("int"), 4, 3, 2, (byte)'i', (byte)'d'];
            list.Gtid(gtid).Query("BEGIN").Add(MySql.Binlog.Events.EventType.TableMap, map).Rows(numbers).Xid();
        }

        return [0xfe, 0x62, 0x69, 0x6e, .. list.Events.SelectMany(e => e)];
    }
}
