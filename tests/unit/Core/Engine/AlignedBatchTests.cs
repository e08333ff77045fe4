using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Batches that end where transactions end.</summary>
public sealed class AlignedBatchTests : EngineTest
{
    private sealed record Batch(long[] Ids, bool Begins, bool Ends, CdcOffset Offset);

    [Fact]
    public async Task Small_transactions_share_a_batch_and_none_is_cut()
    {
        var batches = await ReadAsync(Transactions(1, 2, 2, 2, 3), maxBatch: 5);
        Assert.Equal(["1 2 3 4", "5 6 7 8 9"], batches.Select(Text));
        Assert.Equal([At(2), At(4)], batches.Select(static batch => batch.Offset.ToString()));
    }

    [Fact]
    public async Task A_large_transaction_arrives_in_parts_of_its_own_that_say_so()
    {
        var batches = await ReadAsync(Transactions(1, 1, 7, 1), maxBatch: 3);
        Assert.Equal(["1", "(2 3 4", ".5 6 7", "8)", "9"], batches.Select(Text));
    }

    [Fact]
    public async Task An_event_that_is_larger_than_a_batch_is_not_cut()
    {
        var batches = await ReadAsync(Transactions(5, 1, 12), maxBatch: 3);
        Assert.Equal(["1", "(2 3 4 5 6", ".7 8 9 10 11", "12 13)"], batches.Select(Text));
    }

    [Fact]
    public async Task A_batch_waits_for_the_end_that_the_source_reports_later()
    {
        var committed = new TaskCompletionSource();
        var source = new ScriptedSource().Insert(Table, ("id", 1)).Begin().Insert(Table, ("id", 2)).Insert(Table, ("id", 3))
            .Wait(committed.Task).Commit().End();
        await using var engine = Create(source, 10);
        await using var batches = engine.ReadBatchesAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await batches.MoveNextAsync());
        Assert.Equal("1", Text(Describe(batches.Current)));
        var second = batches.MoveNextAsync().AsTask();
        await UntilAsync(() => engine.Status.BufferedChanges == 0, "the first batch is processed");
        Assert.False(second.IsCompleted);
        committed.SetResult();
        Assert.True(await second);
        Assert.Equal("2 3", Text(Describe(batches.Current)));
        Assert.Equal(At(2), batches.Current.Offset.ToString());
    }

    [Fact]
    public async Task A_reconnect_inside_a_transaction_neither_loses_nor_repeats_nor_cuts_it()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1)).Begin();
        for (var id = 2; id <= 9; id++)
        {
            source.Insert(Table, ("id", id)).Disconnect();
        }

        var batches = await ReadAsync(source.Commit().Insert(Table, ("id", 10)), maxBatch: 4, time: TimeProvider.System);
        Assert.Equal(["1", "(2 3 4 5", "6 7 8 9)", "10"], batches.Select(Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_restart_after_any_part_continues_with_the_rest_of_the_transaction(int changesPerEvent)
    {
        var source = Transactions(changesPerEvent, 1, 10, 2, 1, 1, 8).End();
        var parts = new List<Batch>();
        while (parts.Sum(static batch => batch.Ids.Length) < 23)
        {
            await using var engine = Create(source, 3);
            await foreach (var batch in engine.ReadBatchesAsync(Timeout))
            {
                parts.Add(Describe(batch));
                await engine.CommitAsync(batch, Timeout);
                break;
            }
        }

        string[] small = changesPerEvent == 1 ? ["12 13", "14 15"] : ["12 13 14", "15"];
        Assert.Equal(["1", "(2 3 4", ".5 6 7", ".8 9 10", "11)", .. small, "(16 17 18", ".19 20 21", "22 23)"], parts.Select(Text));
    }

    [Fact]
    public async Task Begins_and_ends_of_batches_are_those_of_the_items()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            int[] sizes = [.. Enumerable.Range(0, 12).Select(_ => random.Next(1, 9))];
            var perEvent = random.Next(1, 4);
            var batches = await ReadAsync(Transactions(perEvent, sizes), maxBatch: random.Next(1, 7));
            var ends = new List<string>();
            await using var engine = new CdcEngine(Transactions(perEvent, sizes).End(), new InMemoryOffsetStore(), Options());
            await foreach (var item in engine.ReadAllAsync(Timeout))
            {
                if (item is TransactionEnd)
                {
                    ends.Add(item.Offset.ToString());
                }
            }

            Assert.Equal(Enumerable.Range(1, sizes.Sum()).Select(static id => (long)id), batches.SelectMany(static batch => batch.Ids));
            Assert.All(batches.Where(static batch => batch.Ends), batch => Assert.Contains(batch.Offset.ToString(), ends));
            Assert.Equal(batches.Skip(1).Select(static batch => batch.Begins), batches.SkipLast(1).Select(static batch => batch.Ends));
            var first = 1L;
            foreach (var size in sizes)
            {
                // A transaction is whole in one batch, or its batches have nothing else.
                var mine = batches.Where(batch => batch.Ids[0] < first + size && batch.Ids[^1] >= first).ToList();
                Assert.True(mine.Count == 1 || (mine[0].Ids[0] == first && mine[^1].Ids[^1] == first + size - 1), $"seed {seed}");
                first += size;
            }
        }
    }

    private CdcEngine Create(ScriptedSource source, int maxBatch, TimeProvider? time = null) => new(source, Store, new CdcEngineOptions
    {
        Name = "test",
        MaxBatchSize = maxBatch,
        AlignBatches = true,
        TimeProvider = time ?? Time,
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) },
    });

    private async Task<List<Batch>> ReadAsync(ScriptedSource source, int maxBatch, TimeProvider? time = null)
    {
        var batches = new List<Batch>();
        await using var engine = new CdcEngine(source.End(), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "test",
            MaxBatchSize = maxBatch,
            AlignBatches = true,
            TimeProvider = time ?? Time,
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) },
        });
        await foreach (var batch in engine.ReadBatchesAsync(Timeout))
        {
            batches.Add(Describe(batch));
        }

        return batches;
    }

    private static Batch Describe(ChangeBatch batch)
        => new([.. batch.Select(Id)], batch.BeginsTransaction, batch.EndsTransaction, batch.Offset);

    private static string Text(Batch batch)
    {
        var ids = string.Join(' ', batch.Ids);
        return batch.Begins ? (batch.Ends ? ids : "(" + ids) : batch.Ends ? ids + ")" : "." + ids;
    }
}
