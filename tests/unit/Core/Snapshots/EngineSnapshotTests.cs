using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;

namespace CdcEmbedded.Tests.Snapshots;

public sealed class EngineSnapshotTests : SnapshotEngineTest
{
    private const string Orders = "1=o1 2=o2 3=o3 4=o4 5=o5";
    private const string Parts = "1=p1 2=p2 3=p3 4=p4 5=p5";

    [Fact]
    public async Task Initial_mode_delivers_the_tables_and_then_the_changes_from_that_very_point()
    {
        var source = Tables(2).Insert("shop.orders", ("id", 3), ("v", "o3")).Delete("shop.orders", ("id", 1), ("v", "o1"));
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Initial));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Count == 4, "the tables were read");
        source.Insert("shop.parts", ("id", 9), ("v", "p9"));
        await UntilAsync(() => copy.Count == 5, "the stream continues");
        await stop.CancelAsync();
        await loop;
        Assert.Equal("2=o2 3=o3", copy["orders"]);
        Assert.Equal(
        [
            "empty Waiting 0", "orders Waiting 0", "parts Waiting 0", "empty Completed 0",
            "Read orders 2 First", "Read orders 3 LastInTable", "orders Completed 2",
            "Read parts 1 FirstInTable", "Read parts 2 Last", "parts Completed 2", "Create parts 9 None",
        ], copy.Lines);
        Assert.Equal(0, source.OpenReaders);
        Assert.Contains("\"finished\":[\"initial\"]", LastSaved, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InitialOnly_mode_ends_the_stream_after_the_tables_and_reads_nothing_at_the_next_start()
    {
        var source = Tables(5).Insert("shop.orders", ("id", 6), ("v", "o6"));
        for (var run = 0; run < 2; run++)
        {
            await using var engine = new CdcEngine(source, Store, With(SnapshotMode.InitialOnly));
            var ids = await ReadIdsAsync(engine);
            Assert.Equal(run == 0 ? 11 : 0, ids.Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Incremental_mode_reads_the_tables_beside_the_stream(bool isVisibleLate)
    {
        var source = Tables(5, isVisibleLate).Update("shop.orders", Row(2, "o2"), Row(2, "new"))
            .Insert("shop.orders", ("id", 9), ("v", "o9"));
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Incremental));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Lines.Contains("parts Completed 5"), "the tables were read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal("1=o1 2=new 3=o3 4=o4 5=o5 9=o9", copy["orders"]);
        Assert.Equal(Parts, copy["parts"]);
        Assert.Contains("Read parts 5 Incremental", copy.Lines);
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task Sluice_changes_of_a_table_that_was_read_are_delivered_while_another_one_is_read()
    {
        var source = Tables(5);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Incremental, chunkSize: 1, maxBatch: 1));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Lines.Contains("orders Completed 5"), "the first table was read");
        await engine.Snapshots.PauseAsync();
        source.Update("shop.orders", Row(2, "o2"), Row(2, "new")).Delete("shop.orders", Row(4, "o4"));
        await UntilAsync(() => copy["orders"] == "1=o1 2=new 3=o3 5=o5", "the changes were delivered");
        await engine.Snapshots.ResumeAsync();
        await UntilAsync(() => copy.Lines.Contains("parts Completed 5"), "the other table was read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal(("1=o1 2=new 3=o3 5=o5", Parts), (copy["orders"], copy["parts"]));
    }

    [Fact]
    public async Task A_request_to_an_idle_stream_is_carried_out_at_once_and_completes_its_handle()
    {
        var source = Tables(5);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => source.OpenFeeds == 1, "the stream is open");
        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = "mine", Tables = ["shop.parts"] });
        var status = await handle.Completion.WaitAsync(Timeout);
        Assert.True(status.IsComplete);
        var table = Assert.Single(status.Tables);
        Assert.Equal(("shop", "parts", SnapshotTableStatus.Completed, 5), (table.Database, table.Table, table.Status, table.Rows));
        await UntilAsync(() => copy["parts"] == Parts, "the rows were delivered");
        Assert.Equal("", copy["orders"]);

        var again = await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = "mine", Tables = ["shop.*"] });
        Assert.True((await again.Completion.WaitAsync(Timeout)).IsComplete);
        Assert.Empty(engine.Snapshots.Current);
        await stop.CancelAsync();
        await loop;
        Assert.Equal(5, copy.Lines.Count(static line => line.StartsWith("Read", StringComparison.Ordinal)));
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task A_request_waits_until_what_the_stream_delivered_before_it_is_visible()
    {
        var source = Tables(5, isVisibleLate: true);
        for (var i = 0; i < 20; i++)
        {
            source.Begin().Update("shop.orders", Row(1, "o1"), Row(1, "last")).Commit();
        }

        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Lines.Count == 20, "the changes were delivered");
        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = ["shop.orders"] });
        await handle.Completion.WaitAsync(Timeout);
        await UntilAsync(() => copy["orders"] == "1=last 2=o2 3=o3 4=o4 5=o5", "the rows were delivered");
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_request_is_carried_out_after_a_crash_even_if_no_offset_was_stored_since()
    {
        var source = Tables(5);
        await using (var first = new CdcEngine(source, Store, With(SnapshotMode.Never)))
        {
            await first.Snapshots.RequestAsync(new SnapshotRequest { Id = "kept", Tables = ["shop.orders"] });
        }

        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy["orders"] == Orders, "the request was carried out");
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_condition_selects_the_rows_of_a_request()
    {
        var source = new ScriptedSource { Condition = static (condition, row) => row["v"].ToString() == condition };
        source.Table("shop.orders", Row(1, "a"), Row(2, "b"), Row(3, "a"));
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, copy, stop) = Run(engine);
        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Condition = "a" });
        await handle.Completion.WaitAsync(Timeout);
        await UntilAsync(() => copy["orders"] == "1=a 3=a", "the rows were delivered");
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_paused_snapshot_waits_and_a_stopped_table_is_not_read()
    {
        var source = Tables(5);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never, rate: 100));
        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = "mine" });
        await engine.Snapshots.PauseAsync("mine");
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => engine.Snapshots.Current is [{ IsPaused: true }], "it is paused");
        await engine.Snapshots.ResumeAsync("mine");
        await UntilAsync(() => copy.Count > 0, "it has begun");
        await engine.Snapshots.StopAsync("mine", ["shop.parts"]);
        var status = await handle.Completion.WaitAsync(Timeout);
        Assert.False(status.IsPaused);
        Assert.Equal(SnapshotTableStatus.Completed, status.Tables.Single(static table => table.Table == "orders").Status);
        Assert.Equal(SnapshotTableStatus.Stopped, status.Tables.Single(static table => table.Table == "parts").Status);
        await UntilAsync(() => copy["orders"] == Orders, "the other table was read");
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task Debezium_dbz_2105_2275_and_2236_a_read_that_fails_is_tried_again()
    {
        var source = Tables(5).FailReads(new CdcConnectionException("The script cuts the connection."), 2);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Incremental));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy["parts"] == Parts && copy["orders"] == Orders, "the tables were read");
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_table_without_a_key_fails_with_the_reason_and_the_others_are_read()
    {
        var source = Tables(5);
        source.Table("shop.keyless", ScriptedRow.Of(("name", "a")));
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, copy, stop) = Run(engine);
        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = "mine" });
        var status = await handle.Completion.WaitAsync(Timeout);
        Assert.False(status.IsComplete);
        var failed = status.Tables.Single(static table => table.Table == "keyless");
        Assert.Equal(SnapshotTableStatus.Failed, failed.Status);
        Assert.Contains("has no key", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(["completed", "completed", "completed", "failed"],
            status.Tables.Select(static table => $"{table.Status}".ToLowerInvariant()).Order());
        Assert.Equal("keyless", Assert.Single(Assert.Single(engine.Snapshots.Current).Tables).Table);
        Assert.Equal("mine", Assert.Single(engine.Snapshots.Current).Id);
        await UntilAsync(() => copy["parts"] == Parts, "the others were read");
        foreach (var id in (string[])["second", "third"])
        {
            handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = id });
            await handle.Completion.WaitAsync(Timeout);
            Assert.Equal(4, handle.Status.Tables.Count);
        }

        Assert.Equal(["second", "third"], engine.Snapshots.Current.Select(static each => each.Id));
        await UntilAsync(
            () => LastSaved!.Contains("\"third\"", StringComparison.Ordinal) && LastSaved.Contains("failed", StringComparison.Ordinal)
                && !LastSaved.Contains("completed", StringComparison.Ordinal),
            "the offset has the failure only");
        await stop.CancelAsync();
        await loop;
        Assert.Equal(3, copy.Lines.Count(static line => line.StartsWith("parts Completed", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 6)]
    public async Task Commands_are_stored_until_a_stored_offset_has_them(bool storesOffsets, int left)
    {
        var commit = storesOffsets ? CommitPolicy.Always : new CommitPolicy { Changes = 1_000_000, Interval = TimeSpan.FromHours(1) };
        await using var engine = new CdcEngine(Tables(5), Store, With(SnapshotMode.Never, commit: commit));
        var (loop, _, stop) = Run(engine);
        for (var i = 1; i <= 6; i++)
        {
            var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = ["shop.parts"] });
            await handle.Completion.WaitAsync(Timeout);
            var expected = $"\"commands\":{i}";
            await UntilAsync(() => !storesOffsets || Store.Saved.Any(text => text.Contains(expected, StringComparison.Ordinal)),
                "the offset has the command");
        }

        Assert.Equal(left, (await Inner.LoadAsync("test/snapshots"))!.Text.Split("\"n\":").Length - 1);
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_finite_source_ends_when_its_snapshot_has_ended()
    {
        var source = Tables(5).Insert("shop.orders", ("id", 6), ("v", "o6")).End();
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Incremental));
        var copy = new TableCopy();
        await foreach (var item in engine.ReadAllAsync(Timeout))
        {
            copy.Apply(item);
        }

        Assert.Equal(Orders + " 6=o6", copy["orders"]);
        Assert.Equal(Parts, copy["parts"]);
    }

    [Fact]
    public async Task Batches_of_a_snapshot_have_at_most_the_maximum_of_changes_and_an_offset_at_their_last_row()
    {
        var source = Tables(5).End();
        await using var engine = new CdcEngine(source, Store,
            With(SnapshotMode.Incremental, maxBatch: 2, chunkSize: 5, tables: ["shop.orders"]));
        var sizes = new List<int>();
        var offsets = new List<string>();
        await foreach (var batch in engine.ReadBatchesAsync(Timeout))
        {
            sizes.Add(batch.Count);
            offsets.Add(batch.Offset.ToString());
        }

        Assert.Equal([2, 2, 1], sizes);
        Assert.Contains("\"after\":[2],\"shape\":\"id\",\"rows\":2", offsets[0], StringComparison.Ordinal);
        Assert.Contains("\"after\":[4],\"shape\":\"id\",\"rows\":4", offsets[1], StringComparison.Ordinal);
        Assert.Contains("\"finished\":[\"initial\"]", offsets[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_without_tables_refuses_snapshots()
    {
        var source = new RefusingSource(new ScriptedSource());
        Assert.Contains("cannot read tables", Assert.Throws<ArgumentException>(
            () => new CdcEngine(source, Store, With(SnapshotMode.Initial))).Message, StringComparison.Ordinal);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await engine.Snapshots.RequestAsync(new SnapshotRequest()));
    }

    [Fact]
    public void The_state_of_an_offset_survives_as_text()
    {
        const string Text = """{"commands":3,"jobs":[{"id":"a","kind":"incremental","patterns":["x.*"],"condition":"c > 1","paused":true,"""
            + """
            "tables":[{"table":["x","y"],"status":"reading","upTo":[9],"after":["k"],"shape":"id","again":[[1],[2]],"rows":7},
            """
            + """{"table":["x","z"],"status":"failed","reason":"no"}]},{"id":"b","kind":"initial"}],"finished":["c"]}""";
        Assert.Equal(Text, CdcEmbedded.Snapshots.SnapshotStateJson.Read(Text).ToJson());
        Assert.Throws<OffsetFormatException>(() => CdcEmbedded.Snapshots.SnapshotStateJson.Read("""{"jobs":[{"id":"a"}]}"""));
    }
}
