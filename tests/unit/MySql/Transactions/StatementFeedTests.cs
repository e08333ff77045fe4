using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Streams made by hand: what the feed makes of statements, savepoints and incidents.</summary>
public sealed class StatementFeedTests
{
    [Theory]
    [InlineData("CREATE TABLE `t` (`id` int) START TRANSACTION", "( 1 )")]
    [InlineData("CREATE TABLE `t` (`id` int)", "( 1 )")]
    [InlineData("SAVEPOINT `s`", "( 1 )")]
    [InlineData("ROLLBACK", "")]
    public async Task A_statement_between_begin_and_rows_belongs_to_the_transaction(string statement, string expected)
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN");
        var run = await (statement == "ROLLBACK" ? list.Map().Rows(1).Query(statement) : list.Query(statement).Map().Rows(1).Xid())
            .ReadAsync(
            EventList.Start);

        Assert.Equal(expected, run.Text);
        Assert.Contains($"{EventList.Source}:1", run.LastOffset.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(list.Logger.Entries, e => e.Text.Contains("never ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_statement_on_a_table_that_is_versioned_by_transactions_has_a_remedy_of_its_own()
    {
        var run = await EventList.Begun().Gtid(1).Query("CREATE TABLE t (id int, s BIGINT UNSIGNED AS ROW START, "
                + "e BIGINT UNSIGNED AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING")
            .Gtid(2).Query("BEGIN").Query("INSERT INTO t (id) VALUES (1)").ReadAsync();

        var failure = Assert.IsType<SourceInconsistentException>(run.Failure);
        Assert.Contains("db.t, whose history MariaDB keeps by numbers of transactions", failure.Message, StringComparison.Ordinal);
        Assert.Contains("TIMESTAMP(6)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ALTER TABLE t DROP PARTITION p0", "t")]
    [InlineData("alter /* rows go */ table `t` drop partition if exists p0, p1", "t")]
    [InlineData("ALTER TABLE t TRUNCATE PARTITION ALL", "t")]
    [InlineData("ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE u WITHOUT VALIDATION", "t u")]
    [InlineData("ALTER TABLE t DISCARD TABLESPACE", "t")]
    [InlineData("ALTER TABLE t IMPORT TABLESPACE", "t")]
    [InlineData("ALTER TABLE t DISCARD PARTITION ALL TABLESPACE", "t")]
    [InlineData("ALTER TABLE t IMPORT PARTITION p0 TABLESPACE", "t")]
    [InlineData("ALTER TABLE t COALESCE PARTITION 2", "")]
    [InlineData("ALTER TABLE t REORGANIZE PARTITION p0 INTO (PARTITION p2 VALUES LESS THAN (9))", "")]
    [InlineData("ALTER TABLE t ADD PARTITION (PARTITION p3 VALUES LESS THAN (99))", "")]
    [InlineData("ALTER TABLE t REBUILD PARTITION ALL", "")]
    public async Task Rows_that_a_partition_takes_with_it_are_a_schema_change_of_their_own_kind(string statement, string tables)
    {
        var run = await EventList.Begun().Gtid(1).Query("CREATE TABLE t (id int)").Gtid(2).Query("CREATE TABLE u (id int)")
            .Gtid(3).Query(statement).ReadAsync();

        Assert.Null(run.Failure);
        Assert.Equal(tables, string.Join(' ', run.Items.OfType<SchemaChange>()
            .Where(change => change.Kind == SchemaChangeKind.PartitionDataLoss).Select(change => change.Table)));
        Assert.DoesNotContain(run.Items.OfType<SchemaChange>(), change => change.Kind == SchemaChangeKind.Other);
    }

    [Fact]
    public async Task A_truncate_is_a_transaction_and_is_not_reported_again()
    {
        var list = EventList.Begun().Gtid(1).Query("TRUNCATE TABLE t").Transaction(2, 5);
        var all = await list.ReadAsync();
        Assert.Equal("( T ) ( 5 )", all.Text);

        Assert.Equal(") ( 5 )", (await list.ReadAsync(all.OffsetAfter(0))).Text);
        Assert.Equal("5", (await list.ReadAsync(all.OffsetAfter(0), items: false)).Text);
    }

    [Fact]
    public async Task An_incident_ends_the_stream()
        => Assert.IsType<SourceInconsistentException>((await EventList.Begun().Add(EventType.Incident, [1, 0, 3, .. "gap"u8]).ReadAsync())
            .Failure);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_incident_that_is_skipped_is_a_notice_and_its_gtid_counts(bool hasGtid)
    {
        var list = EventList.Begun().Transaction(1, 1);
        var run = await (hasGtid ? list.Gtid(2) : list).Add(EventType.Incident, [1, 0, 3, .. "gap"u8]).Transaction(3, 3)
            .ReadAsync(EventList.Start, faults: FaultPolicy.Skip);

        Assert.Null(run.Failure);
        var notice = Assert.Single(run.Entries.Select(e => e.Item).OfType<Notice>());
        Assert.Equal(NoticeKind.Incident, notice.Kind);
        Assert.Contains("gap", notice.Message, StringComparison.Ordinal);
        Assert.Equal(hasGtid, notice.Message.Contains($"{EventList.Source}:2", StringComparison.Ordinal));
        Assert.Equal(hasGtid ? $"{EventList.Source}:1-3" : $"{EventList.Source}:1:3", BinlogPosition.Read(run.LastOffset)
            .GtidSet?.ToString());
        Assert.Equal("13", string.Concat(run.Text.Where(char.IsAsciiDigit)));
    }

    [Theory]
    [InlineData("CREATE TABLE t SELECT 1", true)]
    [InlineData("CREATE TABLE t AS TABLE x", true)]
    [InlineData("CREATE TABLE t AS VALUES ROW(1)", true)]
    [InlineData("CREATE TABLE t (id INT) AS WITH a AS (TABLE x) TABLE a", true)]
    [InlineData("INSERT INTO t VALUES (1)", false)]
    public async Task A_change_logged_as_a_statement_that_is_skipped_is_a_notice(string statement, bool isCreate)
    {
        var list = EventList.Begun().Gtid(1);
        var run = await (isCreate ? list.Query(statement) : list.Query("BEGIN").Query(statement).Xid()).Transaction(2, 2)
            .ReadAsync(EventList.Start, include: ["db.t"], faults: FaultPolicy.Skip);

        Assert.Null(run.Failure);
        var notice = Assert.Single(run.Entries.Select(e => e.Item).OfType<Notice>());
        Assert.Equal((NoticeKind.StatementChange, "t"), (notice.Kind, notice.Table));
        Assert.Equal($"{EventList.Source}:1-2", BinlogPosition.Read(run.LastOffset).GtidSet?.ToString());
        Assert.Equal("2", string.Concat(run.Text.Where(char.IsAsciiDigit)));
    }

    [Fact]
    public async Task An_event_that_only_ends_a_statement_needs_no_table_map()
    {
        var run = await EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Add(EventType.WriteRows,
            [0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 2, 0, 0]).Xid().ReadAsync();

        Assert.Null(run.Failure);
        Assert.Equal("( 1 )", run.Text);
    }

    [Fact]
    public async Task The_text_of_the_statement_counts_as_memory()
    {
        byte[] text = [0, .. Enumerable.Repeat((byte)'x', 10_000)];
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Add(EventType.RowsQuery, text).Map().Rows(1).Rows(2).Xid();

        var sizes = (await List().ReadAsync()).Entries.Select(e => e.Changes).OfType<ChangeSet>().Select(s => s.ByteSize).ToList();

        Assert.Equal(2, sizes.Count);
        Assert.InRange(sizes[0], 10_000, 11_000);
        Assert.InRange(sizes[1], 1, 1000);
        Assert.Equal("( 1 2 )", (await List().ReadAsync(buffer: 5000)).Text);
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (1)")]
    [InlineData("UPDATE x JOIN t SET t.id = 1")]
    [InlineData("SELECT `db`.`f`()")]
    [InlineData("CREATE TABLE t SELECT 1")]
    public async Task A_captured_change_logged_as_a_statement_is_refused(string statement)
        => Assert.IsType<SourceInconsistentException>(
            (await EventList.Begun().Gtid(1).Query("BEGIN").Query(statement).Query("COMMIT").ReadAsync(include: ["db.t"])).Failure);

    [Fact]
    public async Task A_statement_on_another_table_passes_and_its_gtid_counts()
    {
        var run = await EventList.Begun().Gtid(1).Query("INSERT INTO other VALUES (1)").ReadAsync(EventList.Start, include: ["db.t"]);

        Assert.Null(run.Failure);
        Assert.Contains($"{EventList.Source}:1", run.LastOffset.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_data_logged_as_a_statement_is_refused_only_for_captured_tables()
    {
        byte[] body = [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, .. new byte[13],
            .. "db\0LOAD DATA INFILE 'into table x' INTO TABLE `t` (id)"u8];
        Assert.IsType<SourceInconsistentException>((await EventList.Begun().Add(EventType.ExecuteLoadQuery, body)
            .ReadAsync(include: ["db.t"])).Failure);
        Assert.Null((await EventList.Begun().Add(EventType.ExecuteLoadQuery, body).ReadAsync(include: ["db.x"])).Failure);
    }

    [Theory]
    [InlineData("RELEASE SAVEPOINT `a`", "( 1 2 3 )")]
    [InlineData("ROLLBACK TO `a`", "( 1 3 )")]
    [InlineData("ROLLBACK TO SAVEPOINT `A`", "( 1 3 )")]
    [InlineData("ROLLBACK WORK TO SAVEPOINT a", "( 1 3 )")]
    public async Task Rows_after_a_savepoint_do_not_count_once_it_is_rolled_back_to(string statement, string expected)
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Query("SAVEPOINT `a`").Map().Rows(2).Query(statement).Map()
            .Rows(3).Xid();

        var run = await list.ReadAsync(EventList.Start);

        Assert.Equal(expected, run.Text);
        var end = run.Entries.Select(e => e.Item).OfType<TransactionEnd>().Single();
        Assert.Equal(expected.Count(char.IsAsciiDigit), end.EventCount);
    }

    [Fact]
    public async Task A_savepoint_may_be_set_again_and_nested()
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Query("SAVEPOINT a").Map().Rows(1).Query("SAVEPOINT b").Map().Rows(2)
            .Query("SAVEPOINT a").Map().Rows(3)
            .Query("ROLLBACK TO a").Map().Rows(4).Query("ROLLBACK TO b").Map().Rows(5).Query("SAVEPOINT c").Query("ROLLBACK TO c").Xid();

        Assert.Equal("( 1 5 )", (await list.ReadAsync(EventList.Start)).Text);
    }

    [Fact]
    public async Task A_savepoint_takes_the_place_of_one_of_its_name()
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Query("SAVEPOINT a").Map().Rows(1).Query("SAVEPOINT b").Map().Rows(2)
            .Query("SAVEPOINT A").Map().Rows(3)
            .Query("ROLLBACK TO b").Map().Rows(4).Query("ROLLBACK TO a").Xid();

        var run = await list.ReadAsync(EventList.Start);

        // The first "a" no longer exists, and the second was dropped with everything after "b".
        Assert.Contains("'a'", Assert.IsType<SourceInconsistentException>(run.Failure).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rolling_back_to_a_savepoint_that_was_not_set_or_whose_rows_are_delivered_is_reported()
    {
        var unset = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Query("ROLLBACK TO nowhere").Xid();
        var delivered = EventList.Begun().Gtid(1).Query("BEGIN").Query("SAVEPOINT a").Map().Rows(1).Query("ROLLBACK TO a").Xid();
        var later = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Query("SAVEPOINT a").Query("ROLLBACK TO a").Map().Rows(2).Xid();

        Assert.IsType<SourceInconsistentException>((await unset.ReadAsync(EventList.Start)).Failure);
        Assert.IsType<SourceInconsistentException>((await delivered.ReadAsync(EventList.Start, buffer: 0,
            large: LargeTransactionMode.DeliverProvisionally)).Failure);
        Assert.Equal("( 1 2 )", (await later.ReadAsync(EventList.Start, buffer: 0, large: LargeTransactionMode.DeliverProvisionally)).Text);
    }
}
