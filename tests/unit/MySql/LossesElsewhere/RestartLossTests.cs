using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.MySql.Tests.Transactions;

namespace CdcEmbedded.MySql.Tests.LossesElsewhere;

/// <summary>Losses that other readers shipped, each named after its report: what a restart reads again, and from where.</summary>
public sealed class RestartLossTests
{
    [Theory]
    [InlineData(1 << 20)]
    [InlineData(0)]
    public async Task Flink_38531_a_restart_after_any_row_of_a_statement_over_two_tables_delivers_the_other_rows(long buffer)
    {
        // One statement: both table maps first, then its rows in several events. Only the last one ends the statement.
        byte[] other = [88, .. TestEvents.MapBody("int")[1..]];
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map().Add(EventType.TableMap, other)
            .Add(EventType.WriteRows, Rows(77, false, 1, 2, 3)).Add(EventType.WriteRows, Rows(88, false, 4, 5))
            .Add(EventType.WriteRows, Rows(77, false, 6)).Add(EventType.WriteRows, Rows(88, true, 7, 8)).Xid()
            .Transaction(2, 9);
        var whole = await list.ReadAsync(EventList.Start, items: false, buffer: buffer);
        Assert.Equal("1 2 3 4 5 6 7 8 9", whole.Text);

        for (var i = 0; i < whole.Changes.Count; i++)
        {
            var offset = whole.OffsetAfter(i);
            var sent = list.Without(BinlogPosition.Read(offset).GtidSet ?? throw new InvalidOperationException("The offset has no GTIDs."));

            var rest = await sent.ReadAsync(offset, items: false, buffer: buffer);

            Assert.Null(rest.Failure);
            Assert.Equal(whole.Changes.Skip(i + 1).Select(change => change.EventId), rest.Changes.Select(change => change.EventId));
        }
    }

    [Theory]
    [InlineData("mysql-9.7/bigtx-zstd")]
    [InlineData("mysql-9.7/json_partial-zstd")]
    public async Task PeerDB_4433_and_go_mysql_1153_rows_of_compressed_transactions_arrive_and_a_restart_inside_one_delivers_the_rest(
        string name)
    {
        var recording = Recording.Get(name);
        var whole = await FeedRun.ReadAsync(FeedRun.Files(recording), items: false);
        Assert.Null(whole.Failure);
        Assert.Equal(recording.Expected().Count(), whole.Changes.Count);

        foreach (var i in RecordedFeedTests.Places(whole.Items.Count))
        {
            var rest = await FeedRun.ReadAsync(FeedRun.Files(recording), whole.Items[i].Offset, items: false);

            Assert.Null(FeedRun.Difference(whole.Texts.Skip(i + 1), rest.Texts));
        }
    }

    [Theory]
    [InlineData("mysql-9.7/myisam_mix")]
    [InlineData("mysql-5.6/tx")]
    public async Task PeerDB_4539_the_commit_of_an_engine_without_transactions_ends_its_transaction_and_moves_the_offset(string name)
    {
        var run = await FeedRun.ReadAsync(FeedRun.Files(Recording.Get(name)));

        var ends = run.Items.OfType<TransactionEnd>().ToList();
        Assert.NotEmpty(ends);
        Assert.Equal(run.Items.OfType<TransactionBegin>().Count(), ends.Count);
        Assert.Equal(ends.Count, ends.Select(end => end.Offset.ToString()).Distinct().Count());
        Assert.All(ends, end => Assert.True(OffsetParts.IsBetweenTransactions(end.Offset)));
    }

    [Fact]
    public async Task PeerDB_4539_a_COMMIT_statement_is_an_end_as_an_XID_is()
    {
        var run = await EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Query("COMMIT").Transaction(2, 2)
            .ReadAsync(EventList.Start);

        Assert.Equal("( 1 ) ( 2 )", run.Text);
        Assert.Equal($"{EventList.Source}:1-2", OffsetParts.GtidsOf(run.LastOffset));
    }

    [Theory]
    [InlineData("mysql-9.7/misc97")]
    [InlineData("mysql-9.7/bigtx-zstd")]
    [InlineData("mysql-5.6/tx")]
    public async Task Debezium_dbz_633_and_7945_a_restart_inside_a_transaction_continues_its_counters(string name)
    {
        var recording = Recording.Get(name);
        var whole = await FeedRun.ReadAsync(FeedRun.Files(recording));
        var inside = Enumerable.Range(0, whole.Items.Count)
            .Where(i => whole.Items[i] is ChangeEvent && !OffsetParts.IsBetweenTransactions(whole.Items[i].Offset)).ToList();
        Assert.NotEmpty(inside);

        foreach (var i in RecordedFeedTests.Places(inside.Count).Select(place => inside[place]))
        {
            var rest = await FeedRun.ReadAsync(FeedRun.Files(recording), whole.Items[i].Offset);
            var firstEnd = rest.Items.OfType<TransactionEnd>().First();
            var expected = whole.Items.Skip(i).OfType<TransactionEnd>().First();

            Assert.Equal(((ChangeEvent)whole.Items[i]).TotalOrder + 1,
                (rest.Items[0] as ChangeEvent)?.TotalOrder ?? expected.EventCount + 1);
            Assert.Equal((expected.EventCount, Text(expected)), (firstEnd.EventCount, Text(firstEnd)));
        }
    }

    [Fact]
    public async Task Flink_39372_reading_continues_from_file_999999_to_file_1000000_and_restarts_there()
    {
        var list = new EventList().Fake("binlog.999999", 4).Format().Transaction(1, 1).Rotate("binlog.1000000").Format()
            .Transaction(2, 2).Heartbeat("binlog.1000000", 4096);
        var whole = await list.ReadAsync(MySqlOffset.FromPosition("binlog.999999", 4), items: true);

        Assert.Null(whole.Failure);
        Assert.Equal("( 1 ) ( 2 ) *", whole.Text);
        Assert.Equal("binlog.1000000", OffsetParts.FileOf(whole.LastOffset));
    }

    [Theory]
    [InlineData(FaultPolicy.Fail)]
    [InlineData(FaultPolicy.Skip)]
    public async Task Debezium_dbz_2322_deletes_by_an_image_of_the_key_alone_are_delivered(FaultPolicy policy)
    {
        // binlog_row_image=MINIMAL: a delete shows fewer columns than the table has, which is no other schema.
        var recording = Recording.Get("mysql-5.6/rowimage-minimal");
        var source = new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions
        {
            Files = recording.BinlogFiles, OnUnknownSchema = policy, KeyChange = KeyChangeMode.Update,
        });

        var run = await FeedRun.ReadAsync(source, items: false);

        Assert.Null(run.Failure);
        Assert.Equal(recording.Expected().Count(e => e.GetProperty("op").GetString() == "d"),
            run.Changes.Count(change => change.Operation == ChangeOperation.Delete));
    }

    private static byte[] Rows(byte table, bool endsStatement, params int[] numbers)
        => [table, 0, 0, 0, 0, 0, endsStatement ? (byte)1 : (byte)0, 0, 2, 0, 1, 1,
            .. numbers.SelectMany(n => (byte[])[0, .. BitConverter.GetBytes(n)])];

    private static string Text(TransactionEnd end) => $"{end} {string.Join(',', end.DataCollections)}";
}
