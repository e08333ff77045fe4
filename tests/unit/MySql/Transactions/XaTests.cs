using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Transactions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>XA transactions in two phases: held until their outcome, in whatever order and distance it comes.</summary>
public sealed class XaTests
{
    private const string CommitX = "XA COMMIT X'78',X'',1";
    private const string RollbackX = "XA ROLLBACK X'78',X'',1";

    [Fact]
    public async Task Changes_come_at_XA_COMMIT_under_the_GTID_of_their_XA_PREPARE()
    {
        var run = await EventList.Begun().Prepared(1, 'x', 1, 2).Transaction(2, 3).Gtid(3).Query("XA COMMIT X'78',X'',1").Transaction(4, 4)
            .ReadAsync(EventList.Start);

        Assert.Null(run.Failure);
        Assert.Equal("( 3 ) ( 1 2 ) ( 4 )", run.Text);
        var begins = run.Entries.Select(e => e.Item).OfType<TransactionBegin>().Select(b => b.Transaction.Id);
        Assert.Equal([$"{EventList.Source}:2", $"{EventList.Source}:1", $"{EventList.Source}:4"], begins);
    }

    [Fact]
    public async Task Changes_of_a_rolled_back_one_do_not_come()
    {
        var run = await EventList.Begun().Prepared(1, 'x', 1).Gtid(2).Query("XA ROLLBACK X'78',X'',1").Transaction(3, 3)
            .ReadAsync(EventList.Start);

        Assert.Equal("( 3 )", run.Text);
        Assert.DoesNotContain("\"xa\"", run.LastOffset.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_is_logged_again_after_a_crash_is_not_reported_as_missing()
    {
        EventList First() => EventList.Begun().Prepared(1, 'x', 1).Gtid(2).Query(CommitX);

        var run = await First().Gtid(3).Query(CommitX).ReadAsync(EventList.Start);
        var rest = await EventList.Begun().Gtid(3).Query(CommitX).ReadAsync((await First().ReadAsync(EventList.Start)).LastOffset);

        Assert.Equal("( 1 )", run.Text);
        Assert.DoesNotContain(run.Entries, e => e.Item is Notice);
        Assert.Equal("", rest.Text);
    }

    [Theory]
    [InlineData(XaMode.Buffer)]
    [InlineData(XaMode.DeliverAtPrepare)]
    public async Task A_rollback_of_what_an_earlier_run_delivered_is_reported_once(XaMode mode)
    {
        var list = EventList.Begun().Prepared(1, 'x', 1);
        var first = await (mode == XaMode.Buffer ? list.Gtid(2).Query(CommitX) : list).ReadAsync(EventList.Start, xa: mode);
        Assert.Equal("( 1 )", first.Text);

        var rest = await EventList.Begun().Gtid(3).Query(RollbackX).Gtid(4).Query(RollbackX).Transaction(5, 2).ReadAsync(first.LastOffset);

        Assert.Equal("( ) ( 2 )", rest.Text);
        var notice = Assert.IsType<Notice>(Assert.Single(rest.Entries, e => e.Item is Notice).Item);
        Assert.Equal(NoticeKind.DataLoss, notice.Kind);
        Assert.Contains("X'78',X'',1", notice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_of_what_an_earlier_run_delivered_at_XA_PREPARE_is_not_reported_as_missing()
    {
        var first = await EventList.Begun().Prepared(1, 'x', 1).ReadAsync(EventList.Start, xa: XaMode.DeliverAtPrepare);

        var rest = await EventList.Begun().Gtid(2).Query(CommitX).Transaction(3, 3).ReadAsync(first.LastOffset);

        Assert.Equal("( 3 )", rest.Text);
    }

    [Fact]
    public async Task A_name_that_is_prepared_again_is_no_delivered_one_until_its_commit()
    {
        // The second of that name changes no captured table, so that the offset has nothing of it.
        var first = await EventList.Begun().Prepared(1, 'x', 1).Gtid(2).Query(CommitX).Prepared(3, 'x').Transaction(4, 2)
            .ReadAsync(EventList.Start);

        var rest = await EventList.Begun().Gtid(5).Query(RollbackX).Transaction(6, 3).ReadAsync(first.LastOffset);

        Assert.Equal("( 1 ) ( 2 )", first.Text);
        Assert.Equal("( 3 )", rest.Text);
    }

    [Fact]
    public async Task An_offset_keeps_the_names_of_the_last_256_delivered_ones()
    {
        var list = EventList.Begun();
        for (var i = 0; i < 300; i++)
        {
            list.Prepared((2 * i) + 1, (char)('\x10' + (i % 100)), i).Gtid((2 * i) + 2)
                .Query($"XA COMMIT X'{0x10 + (i % 100):x2}',X'',1");
        }

        var run = await list.ReadAsync(EventList.Start);
        var delivered = BinlogPosition.Read(run.LastOffset).Xa.Delivered;

        Assert.Equal(100, Enumerable.Range(0, 256).Count(i => delivered.Contains($"X'{i:x2}',X'',1")));
        Assert.True(Enumerable.Range(0, 1000).Aggregate(delivered, (all, i) => all.With($"{i}")).ToString().Length <= 1368);
        Assert.Equal(delivered.ToString(), XidList.Parse(delivered.ToString()).ToString());
        Assert.Throws<FormatException>(() => XidList.Parse("AAA="));
    }

    [Fact]
    public async Task Outcomes_may_come_in_another_order()
    {
        var list = EventList.Begun().Prepared(1, 'a', 1).Prepared(2, 'b', 2);

        var run = await list.Gtid(3).Query("XA COMMIT X'62',X'',1").Gtid(4).Query("XA COMMIT X'61',X'',1").ReadAsync(EventList.Start);

        Assert.Equal("( 2 ) ( 1 )", run.Text);
    }

    [Fact]
    public async Task An_offset_remembers_the_open_ones_and_where_to_read_them_again()
    {
        var run = await EventList.Begun().Prepared(1, 'x', 1).Transaction(2, 3).ReadAsync(EventList.Start);

        var document = BinlogPosition.Read(run.LastOffset);
        var open = Assert.Single(document.Pending);
        Assert.Equal(("X'78',X'',1", $"{EventList.Source}:1"), (open.Xid, open.Gtid.ToString()));
        Assert.Equal($"{EventList.Source}:1-2", document.GtidSet?.ToString());
        var start = document.DumpStart;
        Assert.Equal($"{EventList.Source}:2", start.GtidSet?.ToString());
        Assert.Equal(open.Begin, start.Coordinates);
    }

    [Theory]
    [InlineData("0-1-2", "0-1-2")]
    [InlineData(null, null)]
    public void On_MariaDB_reading_begins_before_the_open_one_by_GTID_where_that_is_known_and_else_by_file(string? before, string? position)
    {
        var start = new BinlogPosition
        {
            Executed = new ExecutedGtids(MariaDbGtidPosition.Parse("0-1-5")), Coordinates = new BinlogCoordinates("binlog.000002", 900),
            Xa = new XaHistory
            {
                Pending =
                [
                    new PendingXa("X'78',X'',1", TransactionGtid.Parse("0-1-3"), before is null ? null : MariaDbGtidPosition.Parse(before),
                        new BinlogCoordinates("binlog.000001", 300)),
                ],
            },
        }.DumpStart;

        Assert.Equal((position, new BinlogCoordinates("binlog.000001", 300)), (start.GtidPosition?.ToString(), start.Coordinates));
    }

    [Fact]
    public async Task A_restart_reads_the_open_ones_again_and_nothing_else()
    {
        var first = await EventList.Begun().Prepared(1, 'x', 1, 2).Transaction(2, 3).ReadAsync(EventList.Start);

        // By GTID the server omits what the set contains: here it is skipped, as without GTIDs.
        var rest = await EventList.Begun().Prepared(1, 'x', 1, 2).Transaction(2, 3).Gtid(3).Query("XA COMMIT X'78',X'',1").Transaction(4, 4)
            .ReadAsync(first.LastOffset);

        Assert.Null(rest.Failure);
        Assert.Equal("( 1 2 ) ( 4 )", rest.Text);
    }

    [Fact]
    public async Task A_restart_between_the_changes_of_one_resumes_after_the_last()
    {
        EventList List() => EventList.Begun().Prepared(1, 'x', 1, 2, 3).Transaction(2, 9).Gtid(3).Query("XA COMMIT X'78',X'',1")
            .Transaction(4, 4);
        var all = await List().ReadAsync(EventList.Start, items: false);
        Assert.Equal("9 1 2 3 4", all.Text);

        // After the last of them the offset is a plain one, and the server omits what it contains.
        for (var change = 0; change < 3; change++)
        {
            var rest = await List().ReadAsync(all.OffsetAfter(change), items: false);

            Assert.Null(rest.Failure);
            Assert.Equal(string.Join(' ', all.Text.Split(' ').Skip(change + 1)), rest.Text);
        }
    }

    [Fact]
    public async Task A_restart_that_does_not_find_the_open_one_in_the_log_is_reported()
    {
        var first = await EventList.Begun().Prepared(1, 'x', 1).Transaction(2, 3).ReadAsync(EventList.Start);

        var rest = await EventList.Begun().Gtid(3).Query("XA COMMIT X'78',X'',1").ReadAsync(first.LastOffset);

        Assert.IsType<SourceInconsistentException>(rest.Failure);
        Assert.Contains("X'78',X'',1", rest.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commit_of_one_that_was_prepared_before_the_start_is_reported_at_its_position()
    {
        var list = EventList.Begun().Transaction(1, 1).Gtid(2).Query("XA COMMIT X'78',X'',1").Transaction(3, 3);

        var run = await list.ReadAsync(EventList.Start);

        Assert.Equal("( 1 ) ( ) ( 3 )", run.Text);
        Assert.Single(list.Logger.Entries, e => e.Text.Contains("X'78',X'',1", StringComparison.Ordinal));
        var at = run.Entries.FindIndex(e => e.Item is Notice);
        Assert.IsType<TransactionBegin>(run.Entries[at - 1].Item);
        Assert.IsType<TransactionEnd>(run.Entries[at + 1].Item);
        var notice = Assert.IsType<Notice>(run.Entries[at].Item);
        Assert.Equal(NoticeKind.TransactionMissed, notice.Kind);
        Assert.Contains("X'78',X'',1", notice.Message, StringComparison.Ordinal);
        Assert.Contains("binlog.000001:", notice.Message, StringComparison.Ordinal);
        Assert.Contains("XA PREPARE", notice.Message, StringComparison.Ordinal);

        // The notice comes again until its transaction is done, and then no more.
        Assert.Equal($"{EventList.Source}:1", BinlogPosition.Read(run.Entries[at].Place.ToOffset(null)).GtidSet?.ToString());
        Assert.Equal($"{EventList.Source}:1-2", BinlogPosition.Read(run.Entries[at + 1].Place.ToOffset(null)).GtidSet?.ToString());
    }

    [Fact]
    public async Task The_rollback_of_one_that_was_prepared_before_the_start_misses_nothing()
    {
        var list = EventList.Begun().Gtid(1).Query("XA ROLLBACK X'78',X'',1").Transaction(2, 2);

        var run = await list.ReadAsync(EventList.Start);

        Assert.Equal("( 2 )", run.Text);
        Assert.DoesNotContain(run.Entries, e => e.Item is Notice);
    }

    [Fact]
    public async Task One_without_captured_changes_holds_nothing_back()
    {
        var list = EventList.Begun().Prepared(1, 'x', 1).Gtid(2).Query("XA COMMIT X'78',X'',1").Transaction(3, 3);

        var run = await list.ReadAsync(EventList.Start, include: ["db.other"]);

        Assert.Null(run.Failure);
        Assert.DoesNotContain("\"xa\"", run.LastOffset.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(list.Logger.Entries, e => e.Text.Contains("X'78'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(XaMode.DeliverAtPrepare, "( 1 ) ( 3 )")]
    [InlineData(XaMode.Fail, "")]
    public async Task Other_modes_deliver_or_fail_at_XA_PREPARE(XaMode mode, string expected)
    {
        var run = await EventList.Begun().Prepared(1, 'x', 1).Gtid(2).Query("XA ROLLBACK X'78',X'',1").Transaction(3, 3)
            .ReadAsync(EventList.Start, xa: mode);

        Assert.Equal(expected, run.Text);
        Assert.Equal(mode == XaMode.Fail, run.Failure is SourceInconsistentException);
        Assert.Equal(mode == XaMode.Fail ? [] : [true, false], run.Entries.Select(e => e.Changes).OfType<ChangeSet>()
            .Select(set => set.IsProvisional));
    }

    [Theory]
    [InlineData(true, LargeTransactionMode.Spill)]
    [InlineData(false, LargeTransactionMode.Spill)]
    [InlineData(true, LargeTransactionMode.DeliverProvisionally)]
    [InlineData(false, LargeTransactionMode.DeliverProvisionally)]
    public async Task More_than_may_be_held_is_spilled_until_its_commit_in_either_mode(bool items, LargeTransactionMode mode)
    {
        EventList List() => EventList.Begun().Prepared(1, 'a', 1, 2).Prepared(2, 'b', 3, 4, 5).Transaction(3, 6).Gtid(4)
            .Query("XA COMMIT X'62',X'',1")
            .Transaction(5, 7).Gtid(6).Query("XA COMMIT X'61',X'',1").Transaction(7, 8);
        var held = await List().ReadAsync(EventList.Start, items);
        var storage = new SpillStorageDouble();

        var run = await List().ReadAsync(EventList.Start, items, buffer: 10, large: mode, storage: storage);

        Assert.Null(run.Failure);
        Assert.Equal(items ? "( 6 ) ( 3 4 5 ) ( 7 ) ( 1 2 ) ( 8 )" : "6 3 4 5 7 1 2 8", run.Text);
        Assert.Equal(held.Text, run.Text);
        Assert.All(run.Changes.Where(c => c.After["id"].AsInt32() < 6), c => Assert.False(c.IsProvisional));
        Assert.All(run.Changes.Where(c => c.After["id"].AsInt32() >= 6), c
            => Assert.Equal(mode == LargeTransactionMode.DeliverProvisionally, c.IsProvisional));
        Assert.Equal(held.LastOffset.ToString(), run.LastOffset.ToString());
        Assert.True(storage.Opened > 0);
        Assert.Equal(0, storage.Open);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(10, 1 << 20)]
    [InlineData(1 << 20, 10)]
    public async Task A_restart_inside_one_that_was_spilled_resumes_after_the_last_change(long bufferBefore, long bufferAfter)
    {
        EventList List() => EventList.Begun().Prepared(1, 'x', 1, 2, 3).Transaction(2, 9).Gtid(3).Query("XA COMMIT X'78',X'',1")
            .Transaction(4, 4);
        var all = await List().ReadAsync(EventList.Start, items: false, buffer: bufferBefore);
        Assert.Equal("9 1 2 3 4", all.Text);
        for (var change = 0; change < 3; change++)
        {
            var rest = await List().ReadAsync(all.OffsetAfter(change), items: false, buffer: bufferAfter);

            Assert.Null(rest.Failure);
            Assert.Equal(string.Join(' ', all.Text.Split(' ').Skip(change + 1)), rest.Text);
        }
    }

    [Theory]
    [InlineData(LargeTransactionMode.Spill)]
    [InlineData(LargeTransactionMode.DeliverProvisionally)]
    public async Task Prepared_ones_make_room_for_an_ordinary_transaction(LargeTransactionMode mode)
    {
        EventList List() => EventList.Begun().Prepared(1, 'a', 1, 2).Prepared(2, 'b', 3).Gtid(3).Query("BEGIN").Map().Rows(4).Rows(5)
            .Query("ROLLBACK")
            .Gtid(4).Query("XA COMMIT X'61',X'',1").Gtid(5).Query("XA COMMIT X'62',X'',1").Transaction(6, 6);
        var held = await List().ReadAsync(EventList.Start);
        var bytes = (await EventList.Begun().Transaction(1, 1).ReadAsync()).Entries.Select(e => e.Changes).OfType<ChangeSet>().Single()
            .ByteSize;
        var storage = new SpillStorageDouble();

        // Room for two of the four: if the transaction that is rolled back were delivered, that could not be undone.
        var run = await List().ReadAsync(EventList.Start, buffer: (bytes * 5) / 2, large: mode, storage: storage);

        Assert.Null(run.Failure);
        Assert.Equal("( 1 2 ) ( 3 ) ( 6 )", run.Text);
        Assert.Equal(held.Details, run.Details);
        Assert.True(storage.Opened > 0);
    }

    [Fact]
    public async Task No_offset_is_past_a_spilled_one_before_all_of_it_was_delivered()
    {
        var run = await EventList.Begun().Prepared(1, 'x', 1, 2).Gtid(2).Query("XA COMMIT X'78',X'',1")
            .ReadAsync(EventList.Start, items: false, buffer: 10);

        Assert.Equal("1 2", run.Text);
        Assert.Equal([$"{EventList.Source}:1", $"{EventList.Source}:1-2", $"{EventList.Source}:1-2"],
            new[] { run.OffsetAfter(0), run.OffsetAfter(1), run.LastOffset }.Select(o => BinlogPosition.Read(o).GtidSet?.ToString()));
    }

    [Fact]
    public async Task A_spilled_one_that_is_rolled_back_does_not_come()
    {
        var run = await EventList.Begun().Prepared(1, 'x', 1).Gtid(2).Query("XA ROLLBACK X'78',X'',1").Transaction(3, 3)
            .ReadAsync(EventList.Start, buffer: 10);

        Assert.Null(run.Failure);
        Assert.Equal("( 3 )", run.Text);
        Assert.DoesNotContain("\"xa\"", run.LastOffset.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(10)]
    public async Task One_that_is_open_when_the_mode_becomes_DeliverAtPrepare_comes_at_its_commit(long buffer)
    {
        var first = await EventList.Begun().Prepared(1, 'x', 1, 2).Transaction(2, 3).ReadAsync(EventList.Start);

        var rest = await EventList.Begun().Prepared(1, 'x', 1, 2).Transaction(2, 3).Gtid(3).Query("XA COMMIT X'78',X'',1").Transaction(4, 4)
            .ReadAsync(first.LastOffset, xa: XaMode.DeliverAtPrepare, buffer: buffer);

        Assert.Null(rest.Failure);
        Assert.Equal("( 1 2 ) ( 4 )", rest.Text);
        Assert.DoesNotContain("\"xa\"", rest.LastOffset.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_phase_is_spilled_too()
    {
        var list = EventList.Begun().Gtid(1).Query("XA START X'78',X'',1").Map().Rows(1, 2).Query("XA END X'78',X'',1")
            .Add(EventType.XaPrepare, [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'x']).Transaction(2, 3);

        var run = await list.ReadAsync(EventList.Start, buffer: 10);

        Assert.Null(run.Failure);
        Assert.Equal("( 1 2 ) ( 3 )", run.Text);
    }

    [Theory]
    [InlineData("XA COMMIT X'6162',X'FF',-7", "X'6162',X'ff',-7")]
    [InlineData("XA ROLLBACK 'ab'", "X'6162',X'',1")]
    [InlineData("XA COMMIT 'ab','c',42 ONE PHASE", "X'6162',X'63',42")]
    public void The_name_is_read_as_the_prepare_event_gives_it(string statement, string expected)
        => Assert.Equal(expected, XaStatement.ReadXid(statement));

    [Theory]
    [InlineData("XA COMMIT")]
    [InlineData("XA COMMIT '")]
    public void A_statement_without_a_name_is_refused(string statement) => Assert.Throws<CdcProtocolException>(()
        => XaStatement.ReadXid(statement));
}
