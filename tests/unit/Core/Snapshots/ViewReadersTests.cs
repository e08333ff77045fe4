using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>Several readers of one consistent view.</summary>
public sealed class ViewReadersTests : SnapshotEngineTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Tables_that_are_read_at_once_are_complete_and_in_their_order_and_have_each_marker_once(int readers)
    {
        var source = new ScriptedSource();
        for (var table = 0; table < 6; table++)
        {
            source.Table($"shop.t{table}", [.. Enumerable.Range(1, table * 40).Select(id => Row(id, $"v{id}"))]);
        }

        source.Insert("shop.t0", ("id", 1), ("v", "after"));
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.InitialOnly, readers: readers));
        var rows = new List<(string Table, long Id, SnapshotMarker Marker)>();
        var completed = new List<string>();
        await foreach (var item in engine.ReadAllAsync(Timeout))
        {
            if (item is ChangeEvent change)
            {
                rows.Add((change.Table, Id(change), change.Source.Snapshot));
            }
            else if (item is SnapshotProgress { Progress: { Status: SnapshotTableStatus.Completed } progress })
            {
                completed.Add(progress.Table);
                Assert.Equal(progress.Rows, rows.Count(row => row.Table == progress.Table));
            }
        }

        // The view is opened after the first transaction of the script.
        Assert.Equal(601, rows.Count);
        Assert.Equal(["t0", "t1", "t2", "t3", "t4", "t5"], completed.Order());
        foreach (var table in rows.GroupBy(static row => row.Table))
        {
            Assert.Equal(table.Select(static row => row.Id).Order(), table.Select(static row => row.Id));
            if (table.Count() > 1)
            {
                Assert.True(table.First().Marker is SnapshotMarker.First or SnapshotMarker.FirstInTable);
                Assert.All(table.Skip(1).SkipLast(1), static row => Assert.Equal(SnapshotMarker.Row, row.Marker));
            }

            Assert.True(table.Last().Marker is SnapshotMarker.Last or SnapshotMarker.LastInTable || table.Count() == 1);
        }

        Assert.Equal(SnapshotMarker.Last, rows[^1].Marker);
        Assert.Single(rows, static row => row.Marker == SnapshotMarker.Last);
        Assert.True(rows[0].Marker is SnapshotMarker.First or SnapshotMarker.LastInTable);
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task The_item_that_says_that_a_table_is_complete_survives_a_stop_right_before_it()
    {
        foreach (var mode in new[] { SnapshotMode.Initial, SnapshotMode.Incremental })
        {
            var source = Tables(4);
            var store = new InMemoryOffsetStore();
            var completed = new HashSet<string>();
            for (var isOver = false; !isOver;)
            {
                isOver = true;
                await using var engine = new CdcEngine(source.End(), store, With(mode));
                var rows = 0;
                await foreach (var item in engine.ReadAllAsync(Timeout))
                {
                    if (item is SnapshotProgress { Progress: { Status: SnapshotTableStatus.Completed } progress } && rows > 0)
                    {
                        if (completed.Add(progress.Table + "!"))
                        {
                            // Everything before it is acknowledged; it is not.
                            isOver = false;
                            break;
                        }

                        completed.Add(progress.Table);
                    }
                    else if (item is SnapshotProgress { Progress: { Status: SnapshotTableStatus.Completed } again })
                    {
                        completed.Add(again.Table);
                    }

                    rows += item is ChangeEvent ? 1 : 0;
                }
            }

            Assert.Subset(completed, new HashSet<string> { "orders", "parts" });
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(32)]
    public async Task A_crash_after_any_row_of_ranges_repeats_no_row_that_was_acknowledged_and_loses_none(int readers)
    {
        for (var crash = 1; crash <= 101; crash += 4)
        {
            var store = new InMemoryOffsetStore();
            var seen = new List<long>();
            foreach (var isFirst in (bool[])[true, false])
            {
                var source = new ScriptedSource().Table("shop.big", [.. Enumerable.Range(1, 101).Select(id => Row(id, $"v{id}"))])
                    .Table("shop.small", Row(1, "s"));
                await using var engine = new CdcEngine(source.End(), store, With(SnapshotMode.Initial, readers: readers, maxBatch: 1));
                await foreach (var change in engine.ReadAsync(Timeout))
                {
                    if (change.Table != "big")
                    {
                        continue;
                    }

                    seen.Add(Id(change));
                    if (isFirst && seen.Count == crash)
                    {
                        break;
                    }
                }
            }

            // The row in whose loop body it crashed is not acknowledged.
            Assert.Equal([.. Enumerable.Range(1, crash), .. Enumerable.Range(crash, 102 - crash)], seen.Select(static id => (int)id));
        }
    }

    [Fact]
    public async Task A_read_that_fails_in_any_range_leaves_the_rest_to_chunks_beside_the_stream()
    {
        for (var reads = 1; reads < 100; reads += 3)
        {
            var source = new ScriptedSource().Table("shop.big", [.. Enumerable.Range(1, 100).Select(id => Row(id, $"v{id}"))]);
            await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), With(SnapshotMode.Initial, readers: 3));
            var seen = new List<long>();
            await foreach (var item in engine.ReadAllAsync(Timeout))
            {
                if (item is ChangeEvent change)
                {
                    seen.Add(Id(change));
                    if (seen.Count == 100)
                    {
                        break;
                    }

                    if (seen.Count == reads)
                    {
                        source.FailReads(new CdcConnectionException("gone"));
                    }
                }
            }

            Assert.Equal(Enumerable.Range(1, 100), seen.Select(static id => (int)id));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 4)]
    public async Task All_readers_read_one_large_table_at_once_and_few_chunks_wait_for_a_slow_consumer(int readers, int atOnce)
    {
        var table = new CountedTable(1000);
        var view = new CountedView(readers, atOnce);
        await ReadAllAsync(view, table);
        Assert.Equal(readers == 1 ? 0 : 13, view.Bounds);
        Assert.InRange(view.MostAhead, 1, readers == 1 ? 3 : (5 * readers) + 3);
    }

    [Fact]
    public async Task Readers_that_cannot_join_leave_a_divided_table_to_those_that_can_and_are_asked_once()
    {
        var view = new CountedView(readers: 4, atOnce: 1) { Refused = { 0, 1, 2, 3 } };

        await ReadAllAsync(view, new CountedTable(1000));

        Assert.Equal(13, view.RangeReaders.Count);
        Assert.Single(view.RangeReaders.Distinct());
        Assert.Equal(view.Joins.Distinct().Order(), view.Joins.Order());
        Assert.DoesNotContain(view.RangeReaders.First(), view.Joins);
    }

    private async Task ReadAllAsync(CountedView view, CountedTable table)
    {
        var reader = await new ScriptedSource().OpenSnapshotAsync(
            new SourceContext
            {
                Name = "test",
                LoggerFactory = NullLoggerFactory.Instance,
                TimeProvider = TimeProvider.System,
                MaxBatchSize = 1,
            },
            Timeout);
        await using var reading = new ViewReaders(new OpenedView(reader, view, [table], NullLogger.Instance),
            new SnapshotJob("test", SnapshotKind.Initial), 10);
        await view.AllRead.WaitAsync(Timeout);
        var next = 1;
        while (await reading.ReadAsync(Timeout) is { } read)
        {
            if (read.Chunk is not null)
            {
                view.OnTaken();
            }

            for (var row = 0; row < (read.Chunk?.Count ?? 0); row++)
            {
                Assert.Equal($"{next++}", read.Chunk!.GetPlace(row)!.Json);
            }
        }

        Assert.Equal(table.EstimatedRows + 1, next);
    }

    private sealed class CountedTable(int rows) : SnapshotTable("d", "t")
    {
        public override long? EstimatedRows => rows;

        public override bool IsDivisible => true;

        public override SnapshotKey? KeyOf(DataRecord record) => null;
    }
}
