using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Streams made by hand: what the feed makes of transactions, damage and oddities.</summary>
public sealed class BinlogFeedTests
{
    [Fact]
    public async Task Transactions_come_at_their_commit_with_begin_and_end()
    {
        var run = await EventList.Begun().Transaction(1, 10, 11).Transaction(2, 20).ReadAsync();

        Assert.Null(run.Failure);
        Assert.Equal("( 10 11 ) ( 20 )", run.Text);
    }

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
    public async Task A_transaction_that_a_crash_cut_off_is_dropped()
    {
        var list = EventList.Begun().Transaction(1, 1).Gtid(2).Query("BEGIN").Map().Rows(2).Format().Transaction(2, 3);

        var run = await list.ReadAsync(EventList.Start);

        Assert.Equal("( 1 ) ( 3 )", run.Text);
        Assert.Contains(list.Logger.Entries, e => e.Text.Contains("never ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_of_an_unfinished_transaction_are_not_delivered()
    {
        var run = await EventList.Begun().Transaction(1, 1).Gtid(2).Query("BEGIN").Map().Rows(2).ReadAsync();

        Assert.Equal("( 1 )", run.Text);
        Assert.Null(run.Failure);
    }

    [Fact]
    public async Task A_chunk_counts_once_however_many_sets_lie_in_it()
    {
        var apart = EventList.Begun();
        for (var i = 1; i <= 20; i++)
        {
            apart.Transaction(i, i);
        }

        const int Filler = 50_000;
        var together = apart.InOneChunk(Filler);
        var sizes = (await together.ReadAsync()).Entries.Select(e => e.Changes).OfType<ChangeSet>().Select(s => s.ByteSize).ToList();

        Assert.Equal(20, sizes.Count);
        Assert.InRange(sizes[0], Filler, 2 * Filler);
        Assert.All(sizes.Skip(1), size => Assert.InRange(size, 1, 1000));
    }

    [Fact]
    public async Task Table_maps_of_past_transactions_do_not_pile_up()
    {
        var list = EventList.Begun().Transaction(1, 1);
        for (var i = 2; i <= 5000; i++)
        {
            list.Gtid(i).Query("BEGIN").Map(1000 + i).Xid();
        }

        // The first transaction's map would still fit these rows, which no statement sends without a map of its own.
        var run = await list.Gtid(5001).Query("BEGIN").Rows(2).Xid().ReadAsync();

        Assert.Equal("( 1 )", run.Text);
        Assert.Contains("no TABLE_MAP_EVENT came", Assert.IsType<CdcProtocolException>(run.Failure).Message, StringComparison.Ordinal);
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
    public async Task A_false_length_is_reported()
    {
        var e = EventList.Begun().Transaction(1, 1).Events[^1].ToArray();
        e[9]++;
        var run = await EventList.Begun().Raw(e).ReadAsync();

        Assert.IsType<CdcProtocolException>(run.Failure);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0x80, true)]
    public async Task An_unknown_event_fails_unless_it_is_ignorable(ushort flags, bool passes)
    {
        var list = EventList.Begun().Transaction(1, 1);
        var run = await list.Add((EventType)99, [1, 2, 3], flags).Transaction(2, 2).ReadAsync();

        Assert.Equal(passes ? "( 1 ) ( 2 )" : "( 1 )", run.Text.Trim());
        Assert.Equal(passes, run.Failure is null);
        Assert.True(passes || run.Failure is CdcProtocolException { IsTransient: false, Position: not null });
    }

    [Theory]
    [InlineData("ViewChange")]
    [InlineData("TransactionContext")]
    public async Task Notes_of_group_replication_are_skipped(string type)
        => Assert.Equal("( 1 )",
            (await EventList.Begun().Add(Enum.Parse<EventType>(type), new byte[60]).Transaction(1, 1).ReadAsync()).Text);

    [Fact]
    public async Task Rows_without_their_table_map_are_damage()
    {
        var run = await EventList.Begun().Gtid(1).Query("BEGIN").Rows(1).ReadAsync();

        Assert.IsType<CdcProtocolException>(run.Failure);
        Assert.Contains("TABLE_MAP", run.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_with_another_number_of_columns_are_damage()
    {
        var run = await EventList.Begun().Gtid(1).Query("BEGIN").Map().Add(EventType.WriteRows, [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 3, 0, 1,
            0, 0, 0]).ReadAsync();

        Assert.IsType<CdcProtocolException>(run.Failure);
    }

    [Fact]
    public async Task A_table_map_does_not_outlive_its_file()
    {
        var run = await EventList.Begun().Transaction(1, 1).Rotate("binlog.000002").Format().Gtid(2).Query("BEGIN").Rows(2).ReadAsync();

        Assert.Equal("( 1 )", run.Text);
        Assert.IsType<CdcProtocolException>(run.Failure);
    }

    [Fact]
    public async Task Changes_that_come_before_the_commit_are_provisional()
    {
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Rows(2, 3).Xid();

        Assert.All(Sets(await List().ReadAsync(buffer: 0, large: LargeTransactionMode.DeliverProvisionally)), set
            => Assert.True(set.IsProvisional));
        Assert.All(Sets(await List().ReadAsync(buffer: 0)), set => Assert.False(set.IsProvisional));
        Assert.All(Sets(await List().ReadAsync()), set => Assert.False(set.IsProvisional));
    }

    [Fact]
    public async Task Updates_that_change_nothing_are_skipped_on_request_and_positions_stay_right()
    {
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Map().Updates(1, 1, 2, 3, 4, 4, 5, 6).Updates(7, 7).Rows(8).Xid();
        var all = await List().ReadAsync(EventList.Start);
        Assert.Equal("( 1 3 4 6 7 8 )", all.Text);

        var run = await List().ReadAsync(EventList.Start, skipUnchanged: true);

        Assert.Null(run.Failure);
        Assert.Equal("( 3 6 8 )", run.Text);
        Assert.Equal(3, run.Entries.Select(e => e.Item).OfType<TransactionEnd>().Single().EventCount);
        Assert.Equal("6 8 )", (await List().ReadAsync(run.OffsetAfter(0), skipUnchanged: true)).Text);
        Assert.Equal("8 )", (await List().ReadAsync(run.OffsetAfter(1), skipUnchanged: true)).Text);
        Assert.Equal(Sets(all)[0].GetEventId(1), Sets(run)[0].GetEventId(0));

        // Offsets inside a transaction count changes, which the option makes fewer.
        Assert.IsType<SourceInconsistentException>((await List().ReadAsync(run.OffsetAfter(1))).Failure);
        Assert.IsType<SourceInconsistentException>((await List().ReadAsync(all.OffsetAfter(1), skipUnchanged: true)).Failure);
    }

    [Theory]
    [InlineData("aaaaaaaa-0000-0000-0000-000000000001", "", "( 1 ) ( 3 )")]
    [InlineData("", "aaaaaaaa-0000-0000-0000-000000000001", "( 2 )")]
    [InlineData("aaaaaaaa-0000-0000-0000-000000000001 "
        + "bbbbbbbb-0000-0000-0000-000000000001", "BBBBBBBB-0000-0000-0000-000000000001", "( 1 ) ( 3 )")]
    [InlineData("17", "", "")]
    public async Task Transactions_of_other_servers_are_skipped_and_count(string from, string notFrom, string expected)
    {
        var other = new Guid("bbbbbbbb-0000-0000-0000-000000000001");
        var list = EventList.Begun().Transaction(1, 1).Gtid(other, 1).Query("BEGIN").Map().Rows(2).Xid().Gtid(other, 2)
            .Query("INSERT INTO t VALUES (4)").Transaction(2, 3)
            .Gtid(other, 3).Query("TRUNCATE TABLE t");

        var run = await list.ReadAsync(EventList.Start, faults: FaultPolicy.Skip, fromSources: Words(from),
            notFromSources: Words(notFrom));

        Assert.Null(run.Failure);
        Assert.Equal(expected, run.Text.Replace(" ( T )", "", StringComparison.Ordinal).Replace(" ( )", "", StringComparison.Ordinal));
        Assert.Equal(expected.Contains('2', StringComparison.Ordinal), run.Text.Contains('T', StringComparison.Ordinal));
        Assert.Equal(expected.Contains('2', StringComparison.Ordinal), run.Entries.Exists(e => e.Item is Notice));
        Assert.Equal($"{EventList.Source}:1-2,{other}:1-3", BinlogPosition.Read(run.LastOffset).GtidSet?.ToString());
    }

    [Theory]
    [InlineData("not-a-uuid")]
    [InlineData("")]
    [InlineData("-1")]
    public void A_source_that_is_neither_a_UUID_nor_an_id_is_refused(string text)
    {
        var e = Assert.Throws<ArgumentException>(() => new MySqlSource(new MySqlSourceOptions { ConnectionString = "Server=h",
            ExcludeGtidSources = [text] }));
        Assert.Contains($"'{text}'", e.Message, StringComparison.Ordinal);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static List<ChangeSet> Sets(EventListRun run) => [.. run.Entries.Select(e => e.Changes).OfType<ChangeSet>()];

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

    [Theory]
    [InlineData(0, 1, "( 1 2 )")]
    [InlineData(1, 1, "( 1 2 )")]
    [InlineData(1, 0, "( 2 )")]
    public async Task Rows_under_the_id_that_ends_statements_are_rows(int flag, int rows, string expected)
    {
        // 0x00ffffff is the id of an event that only ends a statement, and that of the 16,777,215th table that a server opens.
        byte[] body = [0xff, 0xff, 0xff, 0, 0, 0, (byte)flag, 0, 2, 0, 1, 1, .. rows == 1 ? new byte[] { 0, 1, 0, 0, 0 } : []];
        var run = await EventList.Begun().Gtid(1).Query("BEGIN").Map(0xffffff).Add(EventType.WriteRows, body).Map().Rows(2).Xid()
            .ReadAsync();

        Assert.Null(run.Failure);
        Assert.Equal(expected, run.Text);
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
    [InlineData("Xid")]
    [InlineData("Query")]
    [InlineData("WriteRows")]
    [InlineData("TableMap")]
    [InlineData("Gtid")]
    [InlineData("RowsQuery")]
    [InlineData("ExecuteLoadQuery")]
    public async Task An_event_without_a_body_is_reported_or_harmless(string type)
    {
        var run = await EventList.Begun().Gtid(1).Query("BEGIN").Map().Add(Enum.Parse<EventType>(type), []).Rows(1).ReadAsync();

        Assert.True(run.Failure is null or CdcProtocolException, $"{run.Failure}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Heartbeats_move_the_idle_position_forward(int version)
    {
        var list = EventList.Begun().Transaction(1, 1);
        var run = await (version == 1 ? list.Heartbeat("binlog.000001", 70_000) : list.HeartbeatV2("binlog.000001", 70_000)).ReadAsync();

        Assert.Equal("( 1 ) *", run.Text);
        Assert.Contains("\"pos\":70000", run.LastOffset.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heartbeats_never_move_it_back_nor_into_a_transaction()
    {
        var list = EventList.Begun().Transaction(1, 1);
        var end = list.Position;
        var run = await list.Heartbeat("binlog.000001", 100).Heartbeat("binlog.000000", 90_000).Gtid(2).Query("BEGIN").Map()
            .Heartbeat("binlog.000001", 80_000).Rows(2).Heartbeat("binlog.000001", 120).Xid().ReadAsync();

        Assert.Equal("( 1 ) ( 2 )", run.Text);
        Assert.Contains($"\"pos\":{list.Position}", run.LastOffset.ToString(), StringComparison.Ordinal);
        Assert.True(list.Position > end);
    }

    [Fact]
    public async Task Positions_continue_past_4_GiB()
    {
        var list = EventList.Begun(uint.MaxValue - 150L);
        var run = await list.Transaction(1, 1).Transaction(2, 2).ReadAsync(MySqlOffset.FromPosition("binlog.000001", uint.MaxValue - 150L));

        Assert.Equal("( 1 ) ( 2 )", run.Text);
        Assert.True(list.Position > uint.MaxValue);
        Assert.Contains($"\"pos\":{list.Position}", run.LastOffset.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ROLLBACK")]
    [InlineData(null)]
    public async Task Changes_delivered_before_a_rollback_end_in_an_exception(string? end)
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Rows(2);
        var run = await (end is null ? list.Gtid(2) : list.Query(end))
            .ReadAsync(buffer: 0, large: LargeTransactionMode.DeliverProvisionally);

        Assert.Equal("( 1 2", run.Text);
        Assert.IsType<SourceInconsistentException>(run.Failure);
    }

    [Fact]
    public async Task Changes_beyond_the_buffer_come_early_and_once()
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Rows(2, 3).Rows(4).Xid();
        var run = await list.ReadAsync(buffer: 0, large: LargeTransactionMode.DeliverProvisionally);
        Assert.Equal("( 1 2 3 4 )", run.Text);

        string[] rest = ["2 3 4 )", "3 4 )", "4 )", ")"];
        for (var i = 0; i < rest.Length; i++)
        {
            Assert.Equal(rest[i], (await list.ReadAsync(run.OffsetAfter(i), buffer: 0, large: LargeTransactionMode.DeliverProvisionally))
                .Text);
            Assert.Equal(rest[i], (await list.ReadAsync(run.OffsetAfter(i))).Text);
        }
    }

    [Fact]
    public async Task A_resume_inside_a_transaction_with_another_filter_is_refused()
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1, 2, 3).Xid();
        var inside = (await list.ReadAsync()).OffsetAfter(1);

        Assert.IsType<SourceInconsistentException>((await list.ReadAsync(inside, include: ["other.*"])).Failure);
        Assert.Equal("3 )", (await list.ReadAsync(inside, include: ["db.t"])).Text);
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

    [Fact]
    public async Task A_wrong_checksum_is_transient()
    {
        var list = EventList.Begun().Transaction(1, 1).Transaction(2, 2);
        list.Events[^1][20] ^= 1;
        var run = await list.ReadAsync();

        Assert.Equal("( 1 )", run.Text);
        Assert.True(run.Failure is CdcProtocolException { IsTransient: true });
        Assert.Equal("( 1 ) ( 2 )", (await list.ReadAsync(verify: false)).Text);
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
