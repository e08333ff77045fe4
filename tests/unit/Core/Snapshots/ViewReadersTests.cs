using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

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
            source.Table($"shop.t{table}", [.. Enumerable.Range(1, table * 4).Select(id => Row(id, $"v{id}"))]);
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
        Assert.Equal(61, rows.Count);
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
}
