using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Recordings of real servers through the file source and the engine, held against what their triggers saw.</summary>
public sealed class RecordedFeedTests
{
    public static TheoryData<string> Whole => RecordedTruth.Whole;

    public static TheoryData<string> Refused => RecordedTruth.Refused;

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Every_change_comes_in_order_with_its_values_and_its_transaction(string name)
    {
        var recording = Recording.Get(name);
        var expected = recording.Expected().ToList();

        var run = await FeedRun.ReadAsync(FeedRun.Files(recording));

        Assert.Null(run.Failure);
        Assert.Equal(expected.Count, RecordedTruth.Compare(run.Changes, expected));
        RecordedTruth.CompareTransactions(run.Items, expected);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_not_supported_fails_by_type_after_everything_before_it(string name)
    {
        var recording = Recording.Get(name);
        var expected = recording.Expected().ToList();

        var run = await FeedRun.ReadAsync(FeedRun.Files(recording));

        if (name.Contains("statement_fmt", StringComparison.Ordinal) || name.Contains("compress", StringComparison.Ordinal))
        {
            // Rows changed by statements, and an XA transaction.
            Assert.IsType<SourceInconsistentException>(run.Failure);
        }
        else
        {
            // Tables that fuzzalter altered without names in the log may fail first.
            Assert.True(run.Failure is ServerMisconfiguredException
                || (run.Failure is SchemaUnknownException && name.Contains("fuzzalter", StringComparison.Ordinal)), $"{run.Failure}");
            Assert.Contains("binlog.000001:", run.Failure.Message, StringComparison.Ordinal);
        }

        var count = RecordedTruth.Compare(run.Changes, expected);
        RecordedTruth.CompareTransactions(run.Items, expected);

        // All of a transaction or nothing, and nothing is held back: what comes next is in what was refused.
        Assert.True(count == 0 || count == expected.Count
            || expected[count - 1].GetProperty("tx").GetInt32() != expected[count].GetProperty("tx").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Key_changes_delivered_as_delete_and_create_add_up_to_the_same(string name)
    {
        var recording = Recording.Get(name);

        var run = await FeedRun.ReadAsync(FeedRun.Files(recording, KeyChangeMode.DeleteAndCreate));
        var updates = await FeedRun.ReadAsync(FeedRun.Files(recording));

        Assert.Null(run.Failure);
        var halves = run.Changes.Count(c => c.RelatedKey.HasValue);
        Assert.Equal(updates.Changes.Count, run.Changes.Count - (halves / 2));
        Assert.Equal(run.Changes.Count, run.Changes.Select(c => c.EventId).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task A_restart_at_any_items_offset_gives_exactly_the_rest(string name)
    {
        var recording = Recording.Get(name);
        var all = await FeedRun.ReadAsync(FeedRun.Files(recording, KeyChangeMode.DeleteAndCreate));
        var texts = all.Texts;
        foreach (var i in Places(all.Items.Count))
        {
            var next = i + 1;
            var rest = await FeedRun.ReadAsync(FeedRun.Files(recording, KeyChangeMode.DeleteAndCreate), all.Items[i].Offset);

            Assert.Null(rest.Failure);
            Assert.Null(FeedRun.Difference(texts.Skip(next), rest.Texts));
        }
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Spilled_transactions_give_the_same_stream(string name)
    {
        var recording = Recording.Get(name);
        var inMemory = await FeedRun.ReadAsync(FeedRun.Files(recording));

        var spilled = await FeedRun.ReadAsync(FeedRun.Files(recording, buffer: 0));

        Assert.Null(spilled.Failure);
        Assert.Null(FeedRun.Difference(inMemory.Texts, spilled.Texts));
        Assert.Equal(inMemory.Items.Select(i => i.Offset), spilled.Items.Select(i => i.Offset));
        Assert.DoesNotContain(spilled.Changes, change => change.IsProvisional);
    }

    [Theory]
    [InlineData("mysql-9.7/misc97", 64 << 20, LargeTransactionMode.Spill)]
    [InlineData("mysql-9.7/misc97", 0, LargeTransactionMode.Spill)]
    [InlineData("mysql-9.7/misc97", 0, LargeTransactionMode.DeliverProvisionally)]
    [InlineData("mysql-9.7/prevgtids", 64 << 20, LargeTransactionMode.Spill)]
    [InlineData("mysql-5.6/tx", 64 << 20, LargeTransactionMode.Spill)]
    [InlineData("mysql-5.6/tx", 0, LargeTransactionMode.Spill)]
    [InlineData("mysql-5.6/tx", 0, LargeTransactionMode.DeliverProvisionally)]
    public async Task A_restart_at_any_changes_offset_gives_exactly_the_rest(string name, long buffer, LargeTransactionMode large)
    {
        var recording = Recording.Get(name);
        var all = await FeedRun.ReadAsync(FeedRun.Files(recording, buffer: buffer, large: large), items: false);
        var texts = all.Texts;
        foreach (var i in Places(texts.Count))
        {
            var rest = await FeedRun.ReadAsync(FeedRun.Files(recording, buffer: buffer, large: large), all.Items[i].Offset, items: false);

            Assert.Null(rest.Failure);
            Assert.Null(FeedRun.Difference(texts.Skip(i + 1), rest.Texts));
        }
    }

    [Theory]
    [InlineData("mysql-9.7/ddl")]
    [InlineData("mysql-9.7/prevgtids")]
    [InlineData("mysql-9.7/rotate")]
    public async Task The_last_offset_holds_every_GTID_of_the_files(string name)
    {
        var recording = Recording.Get(name);
        var wanted = ScriptedPrimary.Executed(recording);

        var run = await FeedRun.ReadAsync(FeedRun.Files(recording));
        var last = BinlogPosition.Read(run.Items[^1].Offset);

        // DDL after the last change counts too, but has no item.
        var missing = wanted.Subtract(last.GtidSet ?? GtidSet.Empty);
        var after = await FeedRun.ReadAsync(FeedRun.Files(recording), run.Items[^1].Offset);
        Assert.Empty(after.Items);
        Assert.True(missing.Count < 10, missing.ToString());
    }

    [Fact]
    public async Task A_start_in_the_middle_of_a_file_knows_the_GTIDs_before_it()
    {
        var recording = Recording.Get("mysql-9.7/misc97");
        var all = await FeedRun.ReadAsync(FeedRun.Files(recording));
        var end = all.Items.OfType<TransactionEnd>().ElementAt(2);
        var document = BinlogPosition.Read(end.Offset);

        var rest = await FeedRun.ReadAsync(FeedRun.Files(recording), MySqlOffset.FromPosition(document.Coordinates?.File ?? "",
            document.Coordinates?.Position ?? 0));

        Assert.Equal(all.Items[^1].Offset, rest.Items[^1].Offset);
    }

    [Fact]
    public async Task A_start_between_the_begins_of_two_events_is_a_lost_offset()
    {
        var run = await FeedRun.ReadAsync(FeedRun.Files(Recording.Get("mysql-9.7/misc97")), MySqlOffset.FromPosition("binlog.000001", 130));

        Assert.IsType<OffsetLostException>(run.Failure);
    }

    [Fact]
    public async Task A_file_that_is_missing_between_two_others_is_not_skipped()
    {
        var files = Recording.Get("mysql-9.7/rotate").BinlogFiles;
        var source = new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [files[0], files[2]] });

        var run = await FeedRun.ReadAsync(source);

        Assert.IsType<SourceInconsistentException>(run.Failure);
    }

    /// <summary>Every place of short recordings, some of long ones.</summary>
    internal static IEnumerable<int> Places(int count)
    {
        var step = Math.Max(1, count / 60);
        for (var i = 0; i < count; i += i < 20 || i > count - 20 ? 1 : step)
        {
            yield return i;
        }
    }
}
