using System.Data.Common;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Positions that move without changes while the application stores its offsets with its effects: when the engine stores them
/// itself.</summary>
public sealed class MovedPositionTests : ExactlyOnceTest
{
    [Fact]
    public async Task The_first_position_is_stored_before_the_first_change()
    {
        var source = new ScriptedSource();
        await using (var engine = Start(source, out var batches))
        {
            var waiting = batches.MoveNextAsync().AsTask();
            await UntilStoredAsync(At(0));
            await engine.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        }

        // It happens while nobody reads: a start at the end of the log would miss it.
        source.Insert(Table, ("id", 1)).End();
        await using var later = Start(source, out var rest, start: StartPosition.Latest);
        Assert.True(await rest.MoveNextAsync());
        Assert.Equal([1], rest.Current.Select(Id));
    }

    [Fact]
    public async Task A_start_that_the_application_gives_is_not_stored_over_what_it_stores()
    {
        var source = Batches(2).End();
        var mine = CdcOffset.Parse(At(1));
        await using (var engine = Start(source, out var batches, start: StartPosition.At(mine)))
        {
            Assert.True(await batches.MoveNextAsync());
            Assert.Equal([2], batches.Current.Select(Id));
        }

        Assert.Null(await StoredAsync());
    }

    [Fact]
    public async Task A_position_that_moves_without_changes_is_stored_by_the_engine()
    {
        var source = new ScriptedSource();
        await using var engine = Start(source, out var batches);
        var waiting = batches.MoveNextAsync().AsTask();
        await UntilStoredAsync(At(0));
        source.Filtered().Filtered();
        await AdvanceUntilStoredAsync(At(2));
        source.Insert(Table, ("id", 1));
        Assert.True(await waiting);
        await ApplyAsync(batches.Current);
        Assert.Equal(At(3), await StoredAsync());

        waiting = batches.MoveNextAsync().AsTask();
        source.Filtered();
        await AdvanceUntilStoredAsync(At(4));

        source.Insert(Table, ("id", 2)).End();
        Assert.True(await waiting);
        await ApplyAsync(batches.Current);
        Assert.Equal([1, 2], await EffectsAsync());
        Assert.Equal(At(5), await StoredAsync());
    }

    [Fact]
    public async Task A_moved_position_that_cannot_be_stored_ends_the_loop_and_the_next_engine_stores_it()
    {
        var source = new ScriptedSource();
        await using (var engine = Start(source, out var batches))
        {
            source.Insert(Table, ("id", 1));
            Assert.True(await batches.MoveNextAsync());
            await ApplyAsync(batches.Current);
            var waiting = batches.MoveNextAsync().AsTask();
            await Database.ExecuteAsync($"ALTER TABLE {Db.TableName} RENAME TO away");
            source.Filtered().Filtered();
            await UntilAsync(
                () =>
                {
                    if (Time.NextTimer is not null)
                    {
                        Time.Advance(TimeSpan.FromMilliseconds(500));
                    }

                    return waiting.IsCompleted;
                },
                "the loop has ended");
            await Assert.ThrowsAnyAsync<DbException>(() => waiting);
        }

        await Database.ExecuteAsync($"ALTER TABLE away RENAME TO {Db.TableName!.Split('.')[^1]}");
        Assert.Equal(At(1), await StoredAsync());
        await using var next = Start(source, out var rest);
        var reading = rest.MoveNextAsync().AsTask();
        await AdvanceUntilStoredAsync(At(3));
        source.Insert(Table, ("id", 2)).End();
        Assert.True(await reading);
        await ApplyAsync(rest.Current);
        Assert.Equal([1, 2], await EffectsAsync());
        Assert.Equal(At(4), await StoredAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_position_after_a_batch_that_was_not_committed_is_never_stored(bool isSaved)
    {
        var source = new ScriptedSource();
        await using (var engine = Start(source, out var batches))
        {
            source.Insert(Table, ("id", 1));
            Assert.True(await batches.MoveNextAsync());
            if (isSaved)
            {
                await ApplyAsync(batches.Current, commit: false);
            }

            var waiting = batches.MoveNextAsync().AsTask();
            source.Filtered().Filtered();
            for (var i = 0; i < 20; i++)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(5);
            }

            Assert.False(waiting.IsCompleted);
            source.End();
            Assert.False(await waiting);
        }

        Assert.Equal(At(0), await StoredAsync());
    }

    [Fact]
    public async Task At_the_end_the_position_after_the_last_committed_batch_is_stored()
    {
        await using (var engine = Start(Batches(1).Filtered().Filtered().End(), out var batches))
        {
            while (await batches.MoveNextAsync())
            {
                await ApplyAsync(batches.Current);
            }
        }

        Assert.Equal(At(3), await StoredAsync());
    }

    [Fact]
    public async Task An_application_that_stores_elsewhere_gets_the_moved_position_in_empty_batches_if_it_asks_for_them()
    {
        var source = new ScriptedSource();
        var store = new InMemoryOffsetStore();
        var options = new CdcEngineOptions { Name = "test", CommitPolicy = CommitPolicy.Never, EmptyBatches = true, TimeProvider = Time };
        await using var engine = new CdcEngine(source, store, options);
        await using var batches = engine.ReadBatchesAsync(Timeout).GetAsyncEnumerator();
        source.Filtered();
        Assert.True(await batches.MoveNextAsync());
        Assert.Equal((0, At(1)), (batches.Current.Count, batches.Current.Offset.ToString()));
        Assert.Empty(batches.Current);

        var waiting = batches.MoveNextAsync().AsTask();
        source.Filtered();
        await UntilAsync(() => Time.NextTimer is not null, "the interval runs");
        source.Filtered();
        await Task.Delay(20);
        Assert.False(waiting.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await waiting);
        Assert.Equal((0, At(3)), (batches.Current.Count, batches.Current.Offset.ToString()));

        // Where it has not moved there is nothing to say.
        waiting = batches.MoveNextAsync().AsTask();
        source.Heartbeat();
        await UntilAsync(() => Time.NextTimer is not null, "the interval runs");
        Time.Advance(TimeSpan.FromSeconds(1));
        await Task.Delay(20);
        Assert.False(waiting.IsCompleted);
        source.Insert(Table, ("id", 1)).End();
        Assert.True(await waiting);
        Assert.Single(batches.Current);
        Assert.Equal(At(0), (await store.LoadAsync("test"))?.Text);
    }

    private Task UntilStoredAsync(string expected)
        => UntilAsync(() => StoredAsync().GetAwaiter().GetResult() == expected, $"{expected} is stored");

    private Task AdvanceUntilStoredAsync(string expected) => UntilAsync(
        () =>
        {
            if (Time.NextTimer is not null)
            {
                Time.Advance(TimeSpan.FromMilliseconds(500));
            }

            return StoredAsync().GetAwaiter().GetResult() == expected;
        },
        $"{expected} is stored");
}
