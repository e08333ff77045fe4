using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>Snapshots beside a writer, killed and restarted: the copy equals the source, and only what was not stored comes
/// again.</summary>
public sealed class SnapshotCrashTests : SnapshotEngineTest
{
    [Theory]
    [InlineData(SnapshotMode.Initial, 1)]
    [InlineData(SnapshotMode.Initial, 3)]
    [InlineData(SnapshotMode.Incremental, 1)]
    public async Task A_crash_after_any_item_leaves_a_copy_equal_to_the_source_after_a_restart(SnapshotMode mode, int readers)
    {
        for (var crash = 1; ; crash++)
        {
            var source = Tables(4, isVisibleLate: true);
            source.Begin().Update("shop.orders", Row(1, "o1"), Row(1, "n1")).Delete("shop.parts", ("id", 2), ("v", "p2")).Commit();
            var store = new InMemoryOffsetStore();
            var copy = new TableCopy();
            var items = 0;
            var isOver = true;
            await using (var engine = new CdcEngine(source, store, With(mode, chunkSize: 2, maxBatch: 1, readers: readers)))
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(Timeout);
                await foreach (var item in engine.ReadAllAsync(stop.Token))
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

            var repeated = 0;
            await using (var engine = new CdcEngine(source, store, With(mode, chunkSize: 2, maxBatch: 1, readers: readers)))
            {
                await foreach (var item in engine.ReadAllAsync(Timeout))
                {
                    repeated++;
                    copy.Apply(item);
                }
            }

            Assert.Equal(crash <= 2 ? "1=n1 2=o2 3=o3 4=o4" : "1=n1 2=o2 3=o3 7=moved", copy["orders"]);
            Assert.Equal(crash <= 2 ? "1=p1 3=p3 4=p4" : "1=p1 3=p3 4=n4 8=p8", copy["parts"]);
            if (isOver)
            {
                Assert.True(crash > 10, $"Only {crash} items.");
                Assert.Equal(0, repeated);
                return;
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task An_incremental_snapshot_beside_a_writer_that_is_killed_again_and_again_ends_with_an_equal_copy(int seed)
    {
        var random = new Random(seed);
        var source = new ScriptedSource { IsVisibleLate = seed % 2 == 0, ChangesPerEvent = 1 + (seed % 3) };
        var rows = new SortedDictionary<int, string>();
        for (var id = 1; id <= 60; id++)
        {
            rows[id] = $"v{id}";
            source.Table("shop.orders", Row(id, rows[id]));
        }

        var store = new InMemoryOffsetStore();
        var copy = new TableCopy();
        var writes = 0;
        for (var run = 0; run < 500; run++)
        {
            var limit = random.Next(1, 30);
            var isOver = true;
            await using var engine = new CdcEngine(source, store, With(SnapshotMode.Incremental, chunkSize: 7, maxBatch: random.Next(1, 9),
                commit: random.Next(2) == 0 ? CommitPolicy.Always : CommitPolicy.EachTransaction));
            IAsyncEnumerable<StreamItem> items = random.Next(2) == 0 ? engine.ReadAllAsync(Timeout) : engine.ReadAsync(Timeout);
            await foreach (var item in items)
            {
                copy.Apply(item);
                if (writes < 150)
                {
                    Write(source, rows, random, ++writes);
                }
                else if (writes == 150)
                {
                    source.End();
                    writes++;
                }

                if (--limit == 0)
                {
                    isOver = false;
                    break;
                }
            }

            if (isOver)
            {
                Assert.Equal(string.Join(' ', rows.Select(static row => $"{row.Key}={row.Value}")), copy["orders"]);
                return;
            }
        }

        Assert.Fail("It never ended.");
    }

    private static void Write(ScriptedSource source, SortedDictionary<int, string> rows, Random random, int number)
    {
        var id = random.Next(1, 80);
        var value = $"w{number}";
        if (number == 70)
        {
            rows.Clear();
            source.Truncate("shop.orders");
        }
        else if (!rows.TryGetValue(id, out var old))
        {
            rows[id] = value;
            source.Insert("shop.orders", Row(id, value));
        }
        else if (random.Next(3) == 0)
        {
            rows.Remove(id);
            source.Delete("shop.orders", Row(id, old));
        }
        else
        {
            var to = random.Next(4) == 0 ? random.Next(1, 80) : id;
            to = rows.ContainsKey(to) ? id : to;
            rows.Remove(id);
            rows[to] = value;
            source.Update("shop.orders", Row(id, old), Row(to, value));
        }
    }
}
