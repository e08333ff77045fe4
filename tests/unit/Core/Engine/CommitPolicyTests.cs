using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

public sealed class CommitPolicyTests : EngineTest
{
    [Fact]
    public async Task Always_stores_after_each_acknowledged_change()
    {
        await using var engine = Engine(Transactions(10, 3).End(), CommitPolicy.Always);

        await ReadIdsAsync(engine);

        Assert.Equal([At(0), At(0, 1, true), At(0, 2, true), At(1)], Store.Saved);
    }

    [Fact]
    public async Task EachTransaction_stores_at_transaction_ends_only()
    {
        await using var engine = Engine(Transactions(2, 3, 1, 5).End(), CommitPolicy.EachTransaction);

        await ReadIdsAsync(engine);

        Assert.Equal([At(0), At(1), At(2), At(3)], Store.Saved);
    }

    [Fact]
    public async Task Count_waits_for_the_transactions_end_but_not_beyond_the_overrun()
    {
        var policy = new CommitPolicy { Changes = 4, MaxOverrun = 2 };
        await using var engine = Engine(Transactions(100, 3, 3, 20).End(), policy);

        await ReadIdsAsync(engine);

        Assert.Equal([At(0), At(2), At(2, 8, true), At(2, 16, true), At(3)], Store.Saved);
    }

    [Fact]
    public async Task Never_stores_only_the_first_position()
    {
        await using (var engine = Engine(Transactions(2, 3).End(), CommitPolicy.Never))
        {
            await ReadIdsAsync(engine);
        }

        Assert.Equal([At(0)], Store.Saved);
        Assert.Null(Time.NextTimer);
    }

    [Fact]
    public async Task Interval_stores_while_the_consumer_waits_for_more()
    {
        var source = Transactions(1, 2);
        await using var engine = Engine(source);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        await changes.MoveNextAsync();
        await changes.MoveNextAsync();
        var waiting = changes.MoveNextAsync().AsTask();
        await Task.Delay(50);
        Assert.Equal(At(0), LastSaved);

        await AdvanceUntilSavedAsync(At(1));

        source.End();
        Assert.False(await waiting);
    }

    [Fact]
    public async Task Filtered_progress_moves_the_stored_offset_at_intervals_only()
    {
        var source = new ScriptedSource();
        await using var engine = Engine(source);
        var reading = ReadIdsAsync(engine);
        await UntilAsync(() => LastSaved == At(0), "the start is stored");
        for (var i = 1; i <= 3; i++)
        {
            source.Filtered().Filtered();
            await AdvanceUntilSavedAsync(At(2 * i));
        }

        Assert.Equal(4, Store.Saved.Count);
        source.End();
        await reading;
    }

    [Fact]
    public async Task Interval_is_looked_at_inside_one_large_event()
    {
        var policy = new CommitPolicy { WaitForTransactionEnd = false };
        await using var engine = Engine(Transactions(100, 50).End(), policy);
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            if (Id(change) == 10)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
            }

            if (Id(change) == 11)
            {
                Assert.Equal(At(0, 10, true), LastSaved);
            }
        }

        Assert.Equal([At(0), At(0, 10, true), At(1)], Store.Saved);
    }

    [Fact]
    public async Task Interval_inside_a_transaction_waits_for_its_end_but_no_longer_than_the_overrun()
    {
        await using var engine = Engine(Transactions(100, 50).End());
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            if (Id(change) is 10 or 20)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
            }

            if (Id(change) == 19)
            {
                Assert.Equal(At(0), LastSaved);
            }
        }

        Assert.Equal([At(0), At(0, 20, true), At(1)], Store.Saved);
    }

    [Fact]
    public async Task An_idle_stream_without_progress_sets_no_timer()
    {
        await using var engine = Engine(Transactions(1, 1));
        var reading = Assert.ThrowsAnyAsync<Exception>(() => ReadIdsAsync(engine));
        await UntilAsync(() => Time.NextTimer is not null, "the row is acknowledged");
        await AdvanceUntilSavedAsync(At(1));

        await UntilAsync(() => Time.NextTimer is null, "nothing is due, so no timer runs");

        await engine.DisposeAsync();
        Assert.IsType<ObjectDisposedException>(await reading);
    }

    private async Task AdvanceUntilSavedAsync(string expected)
    {
        await UntilAsync(
            () =>
            {
                if (Time.NextTimer is not null)
                {
                    Time.Advance(TimeSpan.FromMilliseconds(500));
                }

                return LastSaved == expected;
            },
            $"{expected} is stored");
    }
}
