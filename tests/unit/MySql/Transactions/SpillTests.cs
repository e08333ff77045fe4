using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Transactions above the buffer: spilled, and delivered at their commit as if they had been held in memory.</summary>
public sealed class SpillTests
{
    public static TheoryData<long> SmallBuffers => [0, 300, 700, 1000];

    [Theory]
    [MemberData(nameof(SmallBuffers))]
    public async Task A_spilled_transaction_gives_the_same_changes_as_one_in_memory(long buffer)
    {
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Rows(2, 3).Updates(4, 5, 6, 6).Rows(7).Xid()
            .Transaction(2, 8);
        var inMemory = await List().ReadAsync(EventList.Start);
        var storage = new SpillStorageDouble();

        var run = await List().ReadAsync(EventList.Start, buffer: buffer, storage: storage);

        Assert.Equal("( 1 2 3 5 6 7 ) ( 8 )", run.Text);
        Assert.Equal(inMemory.Details, run.Details);
        Assert.Null(run.Failure);
        Assert.True(storage.Opened > 0);
        Assert.Equal(0, storage.Open);
    }

    [Fact]
    public async Task Nothing_of_a_spilled_transaction_comes_before_its_commit_and_nothing_after_a_rollback()
    {
        var storage = new SpillStorageDouble();
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Rows(2).Query("ROLLBACK").Transaction(2, 3).Gtid(3).Query("BEGIN")
            .Map().Rows(4).Rows(5);

        var run = await list.ReadAsync(EventList.Start, buffer: 0, storage: storage);

        Assert.Null(run.Failure);
        Assert.Equal("( 3 )", run.Text);
        Assert.True(storage.Written > 0);
    }

    [Fact]
    public async Task A_spilled_transaction_that_a_crash_cut_off_is_dropped()
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Rows(2).Format().Transaction(1, 3);

        var run = await list.ReadAsync(EventList.Start, buffer: 0, storage: new SpillStorageDouble());

        Assert.Null(run.Failure);
        Assert.Equal("( 3 )", run.Text);
    }

    [Theory]
    [InlineData(0, 1 << 20)]
    [InlineData(1 << 20, 0)]
    [InlineData(0, 0)]
    [InlineData(400, 900)]
    public async Task A_restart_inside_a_spilled_transaction_gives_exactly_the_rest(long before, long after)
    {
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Rows(2, 3).Rows(4).Xid().Transaction(2, 5);
        var all = await List().ReadAsync(EventList.Start, buffer: before);
        string[] rests = ["2 3 4 ) ( 5 )", "3 4 ) ( 5 )", "4 ) ( 5 )", ") ( 5 )", ") "];
        for (var change = 0; change < 4; change++)
        {
            Assert.Equal(rests[change], (await List().ReadAsync(all.OffsetAfter(change), buffer: after)).Text);
            var changes = await List().ReadAsync(all.OffsetAfter(change), items: false, buffer: after);
            Assert.Equal(string.Join(' ', "1 2 3 4 5".Split(' ').Skip(change + 1)), changes.Text);
        }
    }

    [Fact]
    public async Task Without_items_the_offset_of_the_last_change_is_the_end_of_the_spilled_transaction()
    {
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Rows(2).Xid();

        var inMemory = await List().ReadAsync(EventList.Start, items: false);
        var run = await List().ReadAsync(EventList.Start, items: false, buffer: 0);

        Assert.Equal(inMemory.OffsetAfter(1), run.OffsetAfter(1));
        Assert.Equal(inMemory.OffsetAfter(0), run.OffsetAfter(0));
    }

    [Fact]
    public async Task A_restart_with_another_filter_inside_a_spilled_transaction_is_refused()
    {
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Map().Updates(1, 1, 2, 3).Rows(4).Xid();
        var inside = (await List().ReadAsync(EventList.Start, buffer: 0)).OffsetAfter(1);

        Assert.IsType<SourceInconsistentException>((await List().ReadAsync(inside, buffer: 0, skipUnchanged: true)).Failure);
        Assert.IsType<SourceInconsistentException>((await List().ReadAsync(inside, buffer: 0, include: ["other.*"])).Failure);
        Assert.Equal("4 )", (await List().ReadAsync(inside, buffer: 0)).Text);
    }

    [Theory]
    [MemberData(nameof(SmallBuffers))]
    public async Task Rolling_back_to_a_savepoint_drops_what_came_after_it_wherever_that_is(long buffer)
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Query("SAVEPOINT a").Map().Rows(1).Query("SAVEPOINT b").Map().Rows(2).Rows(3)
            .Query("ROLLBACK TO b").Map()
            .Rows(4).Query("SAVEPOINT c").Map().Rows(5).Query("ROLLBACK TO c").Map().Rows(6).Query("ROLLBACK TO b").Map().Rows(7).Xid()
            .Gtid(2).Query("BEGIN").Query("SAVEPOINT a").Map().Rows(8).Rows(9).Query("ROLLBACK TO a").Xid().Transaction(3, 10);

        var run = await list.ReadAsync(EventList.Start, buffer: buffer);

        Assert.Null(run.Failure);
        Assert.Equal("( 1 7 ) ( 10 )", run.Text);
    }

    [Fact]
    public async Task The_statement_of_the_rows_survives_and_is_written_once()
    {
        byte[] text = [200, .. Enumerable.Repeat((byte)'x', 5000)];
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Add(EventType.RowsQuery, text).Map().Rows(1).Rows(2).Rows(3)
            .Query("SAVEPOINT a")
            .Add(EventType.RowsQuery, [1, (byte)'y']).Map().Rows(4).Query("ROLLBACK TO a").Add(EventType.RowsQuery, text).Map().Rows(5)
            .Add(EventType.RowsQuery, []).Map().Rows(6).Xid();
        var inMemory = await List().ReadAsync(EventList.Start);
        var storage = new SpillStorageDouble();

        var run = await List().ReadAsync(EventList.Start, buffer: 0, storage: storage);

        Assert.Equal("( 1 2 3 5 6 )", run.Text);
        Assert.Equal(inMemory.Details, run.Details);
        Assert.Equal([5000, 5000, 5000, 5000, null], run.Changes.Select(c => ((MySqlSourceInfo)c.Source).Query?.Length));
        Assert.InRange(storage.Written, 10_000, 11_500);
    }

    [Theory]
    [MemberData(nameof(SmallBuffers))]
    public async Task A_notice_keeps_its_place(long buffer)
    {
        EventList List() => EventList.Begun().Gtid(1).Query("BEGIN").Map().Rows(1).Query("INSERT INTO t VALUES (7)")
            .Map().Rows(2).Xid().Transaction(2, 3);
        var inMemory = await List().ReadAsync(EventList.Start, faults: FaultPolicy.Skip);

        var run = await List().ReadAsync(EventList.Start, faults: FaultPolicy.Skip, buffer: buffer);

        Assert.Null(run.Failure);
        Assert.Equal(inMemory.Details, run.Details);
        var at = run.Items.FindIndex(item => item is Notice);
        Assert.IsType<ChangeEvent>(run.Items[at - 1]);
        Assert.IsType<ChangeEvent>(run.Items[at + 1]);
        Assert.Equal("t", Assert.IsType<Notice>(run.Items[at]).Table);
    }

    [Fact]
    public async Task Several_prepared_transactions_are_spilled_at_once_and_come_at_their_outcome()
    {
        EventList List() => EventList.Begun().Prepared(1, 'a', 1, 2).Prepared(2, 'b', 3).Prepared(3, 'c', 4, 5).Gtid(4).Query("BEGIN").Map()
            .Rows(6).Rows(7).Xid()
            .Gtid(5).Query("XA COMMIT X'63',X'',1").Gtid(6).Query("XA ROLLBACK X'61',X'',1").Gtid(7).Query("XA COMMIT X'62',X'',1")
            .Transaction(8, 8);
        var inMemory = await List().ReadAsync(EventList.Start);
        var storage = new SpillStorageDouble();

        var run = await List().ReadAsync(EventList.Start, buffer: 0, storage: storage);

        Assert.Null(run.Failure);
        Assert.Equal("( 6 7 ) ( 4 5 ) ( 3 ) ( 8 )", run.Text);
        Assert.Equal(inMemory.Details, run.Details);
        Assert.Equal(0, storage.Open);
    }

    [Fact]
    public async Task More_than_the_limit_is_refused_with_the_transaction_and_the_options_to_change()
    {
        var storage = new SpillStorageDouble();
        var list = EventList.Begun().Transaction(1, 1).Gtid(2).Query("BEGIN").Map();
        for (var i = 0; i < 40; i++)
        {
            list.Rows([.. Enumerable.Range(i * 1000, 1000)]);
        }

        var run = await list.Xid().ReadAsync(EventList.Start, buffer: 10_000, storage: storage, spillBytes: 2 * 64 * 1024);

        Assert.Equal("( 1 )", run.Text);
        var failure = Assert.IsType<TransactionSpillException>(run.Failure);
        Assert.False(failure.IsTransient);
        Assert.Equal($"{EventList.Source}:2", failure.TransactionId);
        foreach (var word in (string[])[failure.TransactionId, "TransactionSpillBytes", "TransactionBufferBytes", "LargeTransactions",
            "131072"])
        {
            Assert.Contains(word, failure.Message, StringComparison.Ordinal);
        }

        Assert.InRange(storage.MostBytes, 1, 2 * 64 * 1024);
    }

    [Fact]
    public async Task The_limit_counts_what_is_spilled_now_and_not_what_was()
    {
        var list = EventList.Begun();
        for (var i = 1; i <= 10; i++)
        {
            list.Gtid(i).Query("BEGIN").Map().Rows([.. Enumerable.Range(0, 5000)]).Rows(1).Query(i % 3 == 0 ? "ROLLBACK" : "COMMIT");
        }

        var storage = new SpillStorageDouble();
        var run = await list.ReadAsync(EventList.Start, buffer: 0, storage: storage, spillBytes: 64 * 1024);

        Assert.Null(run.Failure);
        Assert.Equal(7 * 5001, run.Changes.Count);
        Assert.Equal(0, storage.Open);
    }

    [Theory]
    [InlineData("open", "created")]
    [InlineData("write", "written")]
    [InlineData("read", "read")]
    public async Task A_failing_file_is_transient_and_named_without_its_path(string step, string word)
    {
        const int NoSpace = 28;
        var cause = new IOException("No space left on device : '/secret/path'", NoSpace);
        var storage = new SpillStorageDouble
        {
            OpenFailure = step == "open" ? cause : null,
            WriteFailure = step == "write" ? cause : null,
            ReadFailure = step == "read" ? cause : null,
        };

        var run = await EventList.Begun().Transaction(1, 1).ReadAsync(EventList.Start, buffer: 0, storage: storage);

        var failure = Assert.IsType<TransactionSpillException>(run.Failure);
        Assert.True(failure.IsTransient);
        Assert.Same(cause, failure.InnerException);
        Assert.Contains($"could not be {word}: the disk is full", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SpillFolder", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{EventList.Source}:1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, storage.Open);
    }

    public static TheoryData<string, Exception> Refusals => new()
    {
        { "access was denied", new UnauthorizedAccessException("/secret") },
        { "the folder does not exist", new DirectoryNotFoundException("/secret") },
        { "the file system is read-only", new IOException("/secret", 30) },
        { "the disk quota is used up", new IOException("/secret", 122) },
        { "it has reached the largest size", new IOException("/secret", new ArgumentOutOfRangeException("value")) },
        { "the operating system reported IOException 0x5", new IOException("/secret", 5) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Each_refusal_of_the_system_is_named_with_the_options_to_change(string text, Exception cause)
    {
        var storage = new SpillStorageDouble { OpenFailure = cause };

        var run = await EventList.Begun().Transaction(1, 1).ReadAsync(EventList.Start, buffer: 0, storage: storage);

        var failure = Assert.IsType<TransactionSpillException>(run.Failure);
        Assert.Contains($"could not be created: {text}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("set SpillFolder to a folder that this process may write to", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_somebody_truncated_is_transient()
    {
        var storage = new SpillStorageDouble { TruncatedAt = 10 };

        var run = await EventList.Begun().Transaction(1, 1).ReadAsync(EventList.Start, buffer: 0, storage: storage);

        Assert.True(Assert.IsType<TransactionSpillException>(run.Failure).IsTransient);
    }

    [Fact]
    public async Task What_was_read_before_a_failing_file_is_handed_over_first()
    {
        var storage = new SpillStorageDouble { WriteFailure = new UnauthorizedAccessException("no"), FailAfter = 200 };

        var run = await EventList.Begun().Transaction(1, 1).Transaction(2, 2).Transaction(3, 3).Transaction(4, 4)
            .ReadAsync(EventList.Start, buffer: 0, storage: storage);

        Assert.IsType<TransactionSpillException>(run.Failure);
        Assert.Contains("access was denied", run.Failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("( 1 )", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spilled_transaction_is_delivered_in_batches_and_only_as_fast_as_it_is_asked_for()
    {
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map();
        for (var i = 0; i < 1000; i++)
        {
            list.Rows(2 * i, (2 * i) + 1);
        }

        var reads = 0;
        var storage = new SpillStorageDouble { BeforeRead = _ => Task.FromResult(reads++) };
        await using var feed = list.Xid().Transaction(2, 7).Open(EventList.Start, buffer: 1000, storage: storage);
        var batches = new List<FeedBatch>();
        var readsBefore = new List<int>();
        while (await feed.ReadAsync(CancellationToken.None) is { } batch)
        {
            readsBefore.Add(reads);
            batches.Add(batch);
        }

        Assert.Equal(2001, batches.Sum(b => b.ChangeCount));
        Assert.All(batches, b => Assert.InRange(b.ChangeCount, 0, 11));
        Assert.True(readsBefore[0] < readsBefore[^1]);
        Assert.Equal(1, readsBefore[1]);
        Assert.Equal(0, storage.Open);
    }

    [Fact]
    public async Task Leaving_in_the_middle_of_a_delivery_closes_the_file()
    {
        using var stop = new CancellationTokenSource();
        var reads = 0;
        var storage = new SpillStorageDouble
        {
            BeforeRead = token => ++reads == 2 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask,
        };
        var list = EventList.Begun().Gtid(1).Query("BEGIN").Map();
        for (var i = 0; i < 5000; i++)
        {
            list.Rows(2 * i, (2 * i) + 1);
        }

        var feed = list.Xid().Open(EventList.Start, buffer: 1000, storage: storage);
        await using (feed)
        {
            var first = await feed.ReadAsync(stop.Token);
            Assert.NotNull(first);
            stop.CancelAfter(50);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                while (await feed.ReadAsync(stop.Token) is not null)
                {
                }
            });
            Assert.Equal(1, storage.Open);
        }

        Assert.Equal(0, storage.Open);
    }

    [Fact]
    public async Task Blocks_of_an_ended_transaction_are_used_again()
    {
        var storage = new SpillStorageDouble();
        var list = EventList.Begun().Prepared(1, 'a', 1);
        for (var i = 2; i <= 50; i++)
        {
            list.Gtid(i).Query("BEGIN").Map().Rows([.. Enumerable.Range(0, 20_000)]).Rows(1).Xid();
        }

        var run = await list.Gtid(51).Query("XA COMMIT X'61',X'',1").ReadAsync(EventList.Start, buffer: 0, storage: storage);

        Assert.Null(run.Failure);
        Assert.Equal((49 * 20_001) + 1, run.Changes.Count);
        Assert.Equal(1, storage.Opened);
        Assert.InRange(storage.MostBytes, 100_000, 4 * 64 * 1024);
    }
}
