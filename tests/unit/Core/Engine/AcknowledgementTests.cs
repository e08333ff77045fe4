using System.Text.Json;
using CdcEmbedded.Engine;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

public sealed class AcknowledgementTests : EngineTest
{
    [Fact]
    public async Task ReadAsync_to_the_end_of_a_finite_source_stores_its_end()
    {
        await using var engine = Engine(Transactions(1, 2, 3).End());

        Assert.Equal([1, 2, 3, 4, 5], await ReadIdsAsync(engine));

        Assert.Equal(At(2), LastSaved);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task ReadAsync_left_by_break_stores_what_precedes_the_current_item(int changesPerEvent)
    {
        var source = Transactions(changesPerEvent, 2, 3);
        await using (var engine = Engine(source))
        {
            Assert.Equal([1, 2, 3, 4], await ReadIdsAsync(engine, 4));
        }

        Assert.Equal(At(1, 1, true), LastSaved);
        Assert.Equal(0, source.OpenFeeds);
        await using var next = Engine(source.End());
        Assert.Equal([4, 5], await ReadIdsAsync(next));
    }

    [Fact]
    public async Task ReadAsync_when_the_loop_body_throws_does_not_commit_that_event()
    {
        var source = Transactions(10, 3);
        await using var engine = Engine(source);

        var thrown = await Assert.ThrowsAsync<InvalidTimeZoneException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                if (Id(change) == 2)
                {
                    throw new InvalidTimeZoneException("mine");
                }
            }
        });

        Assert.Equal("mine", thrown.Message);
        Assert.Equal(At(0, 1, true), LastSaved);
        Assert.Equal(0, source.OpenFeeds);
    }

    [Fact]
    public async Task ReadAsync_when_the_loop_throws_and_the_last_write_fails_keeps_the_loops_exception()
    {
        await using var engine = Engine(Transactions(10, 3));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                if (Id(change) == 2)
                {
                    Store.FailBeforeSave();
                    throw new InvalidTimeZoneException();
                }
            }
        });

        Assert.IsType<IOException>(engine.Status.Failure);
        Assert.Equal(At(0), LastSaved);
        Store.FailBeforeSave(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(async () => await engine.CommitAsync());
        await engine.CommitAsync();
        Assert.Equal(At(0, 2, true), LastSaved);
    }

    [Fact]
    public async Task Transaction_end_is_stored_once_its_last_row_is_acknowledged()
    {
        var source = Transactions(1, 2);
        await using var engine = Engine(source, CommitPolicy.EachTransaction);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        await changes.MoveNextAsync();
        await changes.MoveNextAsync();
        Assert.Equal(At(0), LastSaved);

        var waiting = changes.MoveNextAsync();
        await UntilAsync(() => LastSaved == At(1), "the transaction's end is stored while the loop waits");

        source.Insert(Table, ("id", 3));
        Assert.True(await waiting);
    }

    [Fact]
    public async Task Manual_mode_stores_nothing_but_what_is_committed()
    {
        var source = Transactions(10, 3, 2);
        await using (var engine = Engine(source, mode: AcknowledgementMode.Manual))
        {
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                if (Id(change) == 2)
                {
                    await engine.CommitAsync(change);
                    Assert.Equal(At(0, 2, true), LastSaved);
                }

                if (Id(change) == 5)
                {
                    break;
                }
            }
        }

        Assert.Equal(At(0, 2, true), LastSaved);
        await using var next = Engine(source.End(), mode: AcknowledgementMode.Manual);
        Assert.Equal([3, 4, 5], await ReadIdsAsync(next));
    }

    [Fact]
    public async Task Manual_commits_are_cumulative_and_never_go_back()
    {
        await using var engine = Engine(Transactions(2, 3, 3).End(), mode: AcknowledgementMode.Manual);
        var kept = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            kept.Add(change);
        }

        await engine.CommitAsync(kept[3]);
        Assert.Equal(At(1, 1, true), LastSaved);
        var saves = Store.Saved.Count;
        await engine.CommitAsync(kept[0]);
        Assert.Equal(saves, Store.Saved.Count);
        await engine.CommitAsync(kept[5]);
        Assert.Equal(At(2), LastSaved);
        Assert.Equal(saves + 1, Store.Saved.Count);
    }

    [Fact]
    public async Task Manual_commit_of_a_transactions_last_row_stores_its_end_at_once()
    {
        await using var engine = Engine(Transactions(2, 3, 3), mode: AcknowledgementMode.Manual);
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            if (Id(change) == 3)
            {
                await engine.CommitAsync();

                Assert.Equal(At(1), LastSaved);
                break;
            }
        }
    }

    [Fact]
    public async Task Manual_commit_after_any_number_of_skipped_entries_stores_the_position_after_them()
    {
        var source = Transactions(1, 1);
        for (var i = 0; i < 20_000; i++)
        {
            source.Filtered();
        }

        source.Heartbeat();
        await using var engine = Engine(source, mode: AcknowledgementMode.Manual);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        var change = changes.Current;
        var waiting = changes.MoveNextAsync();
        await UntilAsync(() => engine.Status.State == EngineState.CaughtUp, "everything is skipped");

        await engine.CommitAsync(change);

        Assert.Equal(At(20_001), LastSaved);
        source.End();
        Assert.False(await waiting);
    }

    [Fact]
    public async Task Manual_commit_after_more_transactions_than_are_remembered_stores_the_position_after_the_last()
    {
        var source = Transactions(1, Enumerable.Repeat(1, 20_000).ToArray()).Filtered().Filtered().End();
        await using var engine = Engine(source, mode: AcknowledgementMode.Manual);
        ChangeEvent? last = null;
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            last = change;
        }

        await engine.CommitAsync(last!);

        Assert.Equal(At(20_002), LastSaved);
    }

    [Fact]
    public void Skipped_entries_that_follow_each_other_keep_the_last_transactions_end_and_what_needs_to_be_stored()
    {
        var progress = new AcknowledgedProgress();
        progress.Skip(1, Place(1, isEnd: true, needsStoring: true));
        progress.Skip(2, Place(2, isEnd: false, needsStoring: false));
        Assert.False(progress.IsDirty);

        progress.Acknowledge(1, Place(0, isEnd: false, needsStoring: true), 1);

        Assert.True(progress.IsDirty);
        Assert.True(progress.HasUnsavedEnd());
        progress.Take(true, out var end);
        Assert.Equal(2, end);
        Assert.Equal(3, progress.Sequence);
        Assert.False(progress.IsDirty);
    }

    private static StreamPlace Place(long number, bool isEnd, bool needsStoring)
        => new(new SkippedPosition(number, isEnd, needsStoring), PlaceState.None);

    [Fact]
    public async Task CommitAsync_from_many_threads_stores_the_newest()
    {
        await using var engine = Engine(Transactions(7, 500).End(), mode: AcknowledgementMode.Manual);
        var kept = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            kept.Add(change);
        }

        await Parallel.ForEachAsync(kept, async (change, _) => await engine.CommitAsync(change, CancellationToken.None));

        Assert.Equal(At(1), LastSaved);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_of_what_another_flow_is_storing_waits_for_that_and_does_it_where_it_fails(bool fails)
    {
        await using var engine = Engine(Transactions(1, 3), CommitPolicy.Never, AcknowledgementMode.Manual);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        var answer = new TaskCompletionSource();
        Store.HoldSaves(answer.Task);

        var first = engine.CommitAsync(changes.Current).AsTask();
        var second = engine.CommitAsync(changes.Current).AsTask();

        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        Assert.Equal(At(0), LastSaved);
        Store.HoldSaves(null);
        if (fails)
        {
            answer.SetException(new IOException("The disk is full."));
            await Assert.ThrowsAsync<IOException>(() => first);
        }
        else
        {
            answer.SetResult();
            await first;
        }

        await second;
        Assert.Equal([At(0), At(0, 1, true)], Store.Saved);
    }

    [Fact]
    public async Task CommitAsync_refuses_what_this_engine_did_not_yield()
    {
        await using var engine = Engine(Transactions(1, 1));
        var foreign = ChangeEventBuilder.Insert(Table, ("id", 1)).Build();
        await Assert.ThrowsAsync<ArgumentException>(async () => await engine.CommitAsync(foreign));
        await foreach (var _ in engine.ReadAsync(Timeout))
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await engine.CommitAsync(foreign));
            break;
        }
    }

    [Fact]
    public async Task ReadAllAsync_yields_everything_in_order_and_acknowledges_item_by_item()
    {
        var source = Transactions(1, 2).Filtered().Heartbeat().End();
        var seen = new List<string>();
        await using (var engine = Engine(source, CommitPolicy.Always))
        {
            await foreach (var item in engine.ReadAllAsync(Timeout))
            {
                seen.Add(item.GetType().Name);
                if (item is TransactionEnd end)
                {
                    Assert.Equal(2, end.EventCount);
                    break;
                }
            }
        }

        Assert.Equal(["TransactionBegin", "ChangeEvent", "ChangeEvent", "TransactionEnd"], seen);
        Assert.Equal(At(0, 2, true), LastSaved);
        seen.Clear();
        await using var next = Engine(source);
        await foreach (var item in next.ReadAllAsync(Timeout))
        {
            seen.Add(item.GetType().Name);
        }

        Assert.Equal(["TransactionEnd", "Heartbeat"], seen);
        Assert.Equal(At(2), LastSaved);
    }

    [Fact]
    public async Task ReadBatchesAsync_acknowledges_whole_batches_and_skips_empty_ones()
    {
        var source = Transactions(1, 5).Heartbeat().Filtered().Heartbeat().End();
        await using var engine = Engine(source, CommitPolicy.Always, maxBatch: 2);
        var batches = new List<ChangeBatch>();
        await foreach (var batch in engine.ReadBatchesAsync(Timeout))
        {
            batches.Add(batch);
            Assert.Equal(batch.Count, new List<ChangeEvent>(batch).Count);
            Assert.Equal(batches.Count == 1 ? At(0) : batches[^2].Offset.ToString(), LastSaved);
        }

        Assert.Equal([2, 2, 1], batches.Select(b => b.Count));
        Assert.Equal([1, 2, 3, 4, 5], batches.SelectMany(b => b.Select(Id)));
        Assert.Equal([false, false, true], batches.Select(b => b.EndsTransaction));
        Assert.Equal(At(2), LastSaved);
    }

    [Fact]
    public async Task ReadBatchesAsync_with_the_offset_stored_by_the_application_resumes_where_it_says()
    {
        var source = Transactions(1, 5, 4).End();
        var mine = new InMemoryOffsetStore();
        var ids = new List<long>();
        for (var run = 0; run < 5; run++)
        {
            await using var engine = new CdcEngine(source, mine, Options(CommitPolicy.Never, maxBatch: 2));
            await foreach (var batch in engine.ReadBatchesAsync(Timeout))
            {
                ids.AddRange(batch.Select(Id));
                await mine.SaveAsync("test", batch.Offset.ToString(), (await mine.LoadAsync("test"))?.Version ?? 0);
                break;
            }
        }

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], ids);
    }

    [Fact]
    public async Task CommitAsync_of_a_batch_stores_its_offset()
    {
        await using var engine = Engine(Transactions(1, 4), mode: AcknowledgementMode.Manual, maxBatch: 2);
        await foreach (var batch in engine.ReadBatchesAsync(Timeout))
        {
            await engine.CommitAsync(batch);
            Assert.Equal(batch.Offset.ToString(), LastSaved);
            if (LastSaved == At(0, 4, true))
            {
                break;
            }
        }
    }

    private sealed class SkippedPosition(long number, bool isEnd, bool needsStoring) : SourcePosition
    {
        public override string Connector => "test";

        public override string? SourceId => null;

        public override bool IsTransactionEnd => isEnd;

        public override bool NeedsStoring => needsStoring;

        public override void WriteTo(Utf8JsonWriter writer) => writer.WriteNumber("n", number);

        protected override int? Compare(SourcePosition other) => null;
    }
}
