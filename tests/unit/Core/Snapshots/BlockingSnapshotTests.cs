using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Snapshots;

public sealed class BlockingSnapshotTests : SnapshotEngineTest
{
    private static SnapshotRequest Request(params string[] tables)
        => new() { Id = "block", Kind = SnapshotKind.Blocking, Tables = tables };

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Rows_are_delivered_exactly_where_the_view_is_in_the_log(int maxBatch)
    {
        var gate = new TaskCompletionSource();
        var source = new ScriptedSource().Table("shop.orders").Table("shop.parts", Row(1, "p1"));
        for (var id = 1; id <= 10; id++)
        {
            source.Insert("shop.orders", ("id", id), ("v", $"o{id}"));
            if (id == 3)
            {
                source.Wait(gate.Task);
            }
        }

        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never, maxBatch: maxBatch));
        var handle = await engine.Snapshots.RequestAsync(Request());
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => source.OpenReaders == 1, "the view is being opened");
        for (var id = 11; id <= 20; id++)
        {
            source.Insert("shop.orders", ("id", id), ("v", $"o{id}"));
        }

        gate.SetResult();
        Assert.True((await handle.Completion.WaitAsync(Timeout)).IsComplete);
        await UntilAsync(() => copy.Count == 21, "everything was delivered");
        await stop.CancelAsync();
        await loop;
        var lines = copy.Lines.Where(static line => line.Contains(" orders ", StringComparison.Ordinal)).ToList();
        var first = lines.FindIndex(static line => line.StartsWith("Read", StringComparison.Ordinal));
        var reads = lines.Count(static line => line.StartsWith("Read", StringComparison.Ordinal));
        Assert.InRange(reads, 10, 20);
        Assert.Equal(reads, first);
        Assert.Equal([.. Enumerable.Range(1, reads).Select(static id => $"Read orders {id} Blocking")], lines[first..(first + reads)]);
        Assert.Equal(20 + reads, lines.Count);
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task A_table_without_a_key_and_selected_rows_are_read_while_the_stream_is_idle()
    {
        var source = new ScriptedSource { Condition = static (condition, row) => row["v"].ToString() == condition };
        source.Key("shop.keyless").Table("shop.keyless", Row(1, "a"), Row(2, "b"), Row(3, "a"));
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => source.OpenFeeds == 1, "the stream is open");
        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Kind = SnapshotKind.Blocking, Condition = "a" });
        var status = await handle.Completion.WaitAsync(Timeout);
        Assert.True(status.IsComplete);
        Assert.Equal(SnapshotKind.Blocking, status.Kind);
        source.Insert("shop.orders", ("id", 9), ("v", "o9"));
        await UntilAsync(() => copy.Count == 3, "the stream continues");
        await stop.CancelAsync();
        await loop;
        Assert.Equal("1=a 3=a", copy["keyless"]);
        Assert.Contains("Read keyless 3 Blocking", copy.Lines);
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task A_crash_after_any_item_leaves_a_copy_equal_to_the_source_after_a_restart()
    {
        for (var crash = 1; ; crash++)
        {
            var source = Tables(4, isVisibleLate: true);
            source.Begin().Update("shop.orders", Row(1, "o1"), Row(1, "n1")).Delete("shop.parts", ("id", 2), ("v", "p2")).Commit();
            var store = new InMemoryOffsetStore();
            var copy = new TableCopy();
            var items = 0;
            var isOver = true;
            await using (var engine = new CdcEngine(source, store, With(SnapshotMode.Never, chunkSize: 2, maxBatch: 1)))
            {
                await engine.Snapshots.RequestAsync(Request());
                await foreach (var item in engine.ReadAllAsync(Timeout))
                {
                    copy.Apply(item);
                    if (++items == crash)
                    {
                        isOver = false;
                        break;
                    }

                    if (items == 2)
                    {
                        source.Update("shop.orders", Row(4, "o4"), Row(7, "moved")).Insert("shop.parts", ("id", 8), ("v", "p8"))
                            .Update("shop.parts", Row(4, "p4"), Row(4, "n4")).End();
                    }
                }
            }

            if (crash <= 2)
            {
                source.End();
            }

            await using (var engine = new CdcEngine(source, store, With(SnapshotMode.Never, chunkSize: 2, maxBatch: 1)))
            {
                await foreach (var item in engine.ReadAllAsync(Timeout))
                {
                    copy.Apply(item);
                }
            }

            Assert.Equal(crash <= 2 ? "1=n1 2=o2 3=o3 4=o4" : "1=n1 2=o2 3=o3 7=moved", copy["orders"]);
            Assert.Equal(crash <= 2 ? "1=p1 3=p3 4=p4" : "1=p1 3=p3 4=n4 8=p8", copy["parts"]);
            if (isOver)
            {
                Assert.True(crash > 10, $"Only {crash} items.");
                return;
            }
        }
    }

    [Fact]
    public async Task Debezium_DBZ_9337_a_failure_of_the_view_is_reported_and_the_stream_resumes_where_it_paused()
    {
        var source = Tables(5);
        source.Key("shop.zz").Table("shop.zz", Row(1, "a"));
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never, chunkSize: 1, maxBatch: 1, maxBuffered: 1));
        var isBroken = false;
        var (loop, copy, stop) = Run(engine, (item, _) =>
        {
            if (!isBroken && item is ChangeEvent { Operation: ChangeOperation.Read, Table: "orders" })
            {
                isBroken = true;
                source.FailReads(new InvalidOperationException("The script breaks the view."));
            }
        });
        var handle = await engine.Snapshots.RequestAsync(Request());
        var status = await handle.Completion.WaitAsync(Timeout);
        source.Insert("shop.orders", ("id", 6), ("v", "o6"));
        await UntilAsync(() => copy["orders"] == "1=o1 2=o2 3=o3 4=o4 5=o5 6=o6", "the stream continues");
        await UntilAsync(() => copy["parts"] == "1=p1 2=p2 3=p3 4=p4 5=p5", "the other table was read");
        await stop.CancelAsync();
        await loop;
        Assert.Contains("has no key", status.Tables.Single(static table => table.Table == "zz").Reason, StringComparison.Ordinal);
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task A_view_that_cannot_be_opened_is_reported_and_the_stream_runs()
    {
        var source = Tables(5).FailReads(new InvalidOperationException("No view."), 20);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, copy, stop) = Run(engine);
        var handle = await engine.Snapshots.RequestAsync(Request());
        source.Insert("shop.orders", ("id", 6), ("v", "o6"));
        await UntilAsync(() => copy["orders"] == "6=o6", "the stream continues");
        Assert.Equal("No view.", (await handle.Completion.WaitAsync(Timeout)).Reason);
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_blocking_snapshot_that_is_stopped_lets_the_stream_continue()
    {
        var source = Tables(50);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never, chunkSize: 1, maxBatch: 1, maxBuffered: 2));
        var isAsked = 0;
        var stopping = Task.CompletedTask;
        var (loop, copy, stop) = Run(engine, (item, _) =>
        {
            if (item is ChangeEvent { Operation: ChangeOperation.Read } && Interlocked.Exchange(ref isAsked, 1) == 0)
            {
                stopping = engine.Snapshots.StopAsync("block").AsTask();
                stopping.Wait(Timeout);
            }
        });
        var handle = await engine.Snapshots.RequestAsync(Request());
        var status = await handle.Completion.WaitAsync(Timeout);
        Assert.False(status.IsComplete);
        source.Insert("shop.parts", ("id", 99), ("v", "p99"));
        await UntilAsync(() => copy["parts"] == "99=p99", "the stream continues");
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task Several_snapshots_of_both_kinds_run_one_after_another()
    {
        var channel = new MemorySignalChannel();
        var source = Tables(5, isVisibleLate: true);
        await using var engine = new CdcEngine(source, Store, new CdcEngineOptions
        {
            Name = "test",
            Snapshot = new SnapshotOptions { ChunkSize = 2, Signals = [channel] },
        });
        var (loop, copy, stop) = Run(engine);
        channel.Send("""{"id":"1","type":"execute-snapshot","data":{"data-collections":["shop.parts"]}}""");
        channel.Send("""{"id":"2","type":"execute-snapshot","data":{"data-collections":["shop.orders"],"type":"BLOCKING"}}""");
        channel.Send("""{"id":"3","type":"execute-snapshot","data":{"data-collections":["shop.parts"]}}""");
        await UntilAsync(() => copy.Lines.Count(static line => line == "parts Completed 5") == 2, "the tables were read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal(5, copy.Lines.Count(static line => line.EndsWith(" Blocking", StringComparison.Ordinal)));
        Assert.Equal(10, copy.Lines.Count(static line => line.EndsWith(" Incremental", StringComparison.Ordinal)));
    }
}
