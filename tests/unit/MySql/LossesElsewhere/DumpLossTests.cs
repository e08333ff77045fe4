using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.MySql.Tests.Server;
using CdcEmbedded.MySql.Tests.Transactions;

namespace CdcEmbedded.MySql.Tests.LossesElsewhere;

/// <summary>Losses and stalls that other readers shipped, each named after its report: what a server does around a dump.</summary>
public sealed class DumpLossTests
{
    private static readonly ReconnectPolicy Quick = new() { InitialDelay = TimeSpan.FromMilliseconds(1),
        MaxDelay = TimeSpan.FromMilliseconds(1) };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Debezium_dbz_2266_a_server_that_seeks_for_longer_than_the_read_timeout_is_waited_for(bool hasFileHead)
    {
        var recording = Recording.Get("mysql-9.7/misc97");
        var primary = new ScriptedPrimary(recording);
        var options = primary.Options();
        var dump = options.OnBinlogDump ?? throw new InvalidOperationException();
        options.OnBinlogDump = async (connection, request) =>
        {
            // Each connection makes the server begin its search again.
            if (hasFileHead)
            {
                await connection.SendEventAsync(Scripted.BinlogFile.FakeRotate("binlog.000001", 4, checksum: true));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(700));
            try
            {
                await dump(connection, request);
            }
            catch (IOException)
            {
                // The reader has lost patience.
            }
        };
        await using var server = new ScriptedMySqlServer(options);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString(), HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            ReadTimeout = TimeSpan.FromMilliseconds(100),
        });

        var run = await FeedRun.ReadAsync(source, options: FeedRun.Options(reconnect: Quick));

        Assert.Null(run.Failure);
        Assert.Equal((await FeedRun.ReadAsync(WireFeedTests.Source(server, KeyChangeMode.DeleteAndCreate))).Texts, run.Texts);
    }

    [Fact]
    public void A_dump_that_was_silent_from_its_start_gets_twice_the_time_until_an_event_has_arrived()
    {
        var patience = new SeekPatience();
        var limits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            limits.Add(patience.Limit(TimeSpan.FromSeconds(15)).TotalSeconds);
            patience.OnSilence();
        }

        patience.OnEvent();

        Assert.Equal([15, 30, 60, 120, 240, 480, 960, 1920, 3840, 3840, 3840, 3840], limits);
        Assert.Equal(TimeSpan.FromSeconds(15), patience.Limit(TimeSpan.FromSeconds(15)));
        Assert.Equal(TimeSpan.FromHours(24), patience.Limit(TimeSpan.FromHours(24)));
    }

    [Fact]
    public async Task Morphium_329_a_position_that_is_purged_is_asked_for_once()
    {
        var options = new ScriptedPrimary(Recording.Get("mysql-9.7/misc97")).Options();
        options.OnBinlogDump = (connection, _) => connection.SendErrorAsync(1236,
            "Cannot replicate because the source purged required binary logs").AsTask();
        await using var server = new ScriptedMySqlServer(options);

        var run = await FeedRun.ReadAsync(WireFeedTests.Source(server), options: FeedRun.Options(reconnect: Quick));

        Assert.IsType<OffsetLostException>(run.Failure);
        Assert.Equal(1, server.Dumps);
    }

    [Fact]
    public async Task Morphium_329_a_server_that_ends_every_dump_at_once_is_asked_at_growing_intervals()
    {
        var options = new ScriptedPrimary(Recording.Get("mysql-9.7/misc97")).Options();
        options.OnBinlogDump = (_, _) => Task.CompletedTask;
        await using var server = new ScriptedMySqlServer(options);
        var policy = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromSeconds(10), Jitter = 0 };
        await using var engine = new CdcEngine(WireFeedTests.Source(server), new CdcEmbedded.Offsets.InMemoryOffsetStore(),
            FeedRun.Options(reconnect: policy, stop: false));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(patience.Token))
            {
                Assert.Fail($"{change} cannot have arrived.");
            }
        });

        // 20 ms, 40, 80 … : the eighth attempt is later than two seconds.
        Assert.InRange(server.Dumps, 1, 8);
    }

    [Fact]
    public async Task Flink_39149_and_deltaforge_3_a_start_from_a_set_with_holes_delivers_exactly_what_is_in_the_holes()
    {
        var file = new EventList().Format().Add(MySql.Binlog.Events.EventType.PreviousGtids, new byte[8]);
        for (var i = 1; i <= 6; i++)
        {
            byte[] map = [.. Binlog.TestEvents.MapBody("int"), 4, 3, 2, (byte)'i', (byte)'d'];
            file.Gtid(i).Query("BEGIN").Add(MySql.Binlog.Events.EventType.TableMap, map).Rows(i).Xid();
        }

        byte[] bytes = [0xfe, 0x62, 0x69, 0x6e, .. file.Events.SelectMany(e => e)];
        var executed = GtidSet.Parse($"{EventList.Source}:1-6");
        await using var server = new ScriptedMySqlServer(new ScriptedPrimary([("binlog.000001", bytes)], executed).Options());

        var run = await FeedRun.ReadAsync(WireFeedTests.Source(server),
            MySqlOffset.FromGtidSet(GtidSet.Parse($"{EventList.Source}:1:4-5")));

        Assert.Null(run.Failure);
        Assert.Equal(["2", "3", "6"], run.Changes.Select(c => c.After["id"].ToString()));
        var offsets = run.Items.OfType<TransactionEnd>().Select(c => OffsetParts.GtidsOf(c.Offset));
        Assert.Equal([$"{EventList.Source}:1-2:4-5", $"{EventList.Source}:1-5", $"{EventList.Source}:1-6"], offsets);
    }
}
