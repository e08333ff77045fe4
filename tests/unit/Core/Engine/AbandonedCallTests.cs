using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Calls that nobody waits for any more, and requests that come at the same time.</summary>
public sealed class AbandonedCallTests : EngineTest
{
    [Fact]
    public async Task A_save_that_hangs_and_then_fails_leaves_no_unobserved_exception()
    {
        var unobserved = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, e) =>
        {
            lock (unobserved)
            {
                unobserved.Add(e.Exception);
            }
        };
        TaskScheduler.UnobservedTaskException += handler;
        try
        {
            await HangAndFailAsync();
            for (var i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Delay(5);
            }

            lock (unobserved)
            {
                Assert.DoesNotContain(unobserved, e => (e + "").Contains("hung", StringComparison.Ordinal)
                    || (e + "").Contains("CdcEmbedded.Engine", StringComparison.Ordinal));
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }
    }

    private async Task HangAndFailAsync()
    {
        var answer = new TaskCompletionSource();
        using var cancellation = new CancellationTokenSource();
        var store = new HangingStore(answer.Task);
        await using var engine = new CdcEngine(Transactions(1, 3), store, Options(CommitPolicy.Always));
        await using var changes = engine.ReadAsync(cancellation.Token).GetAsyncEnumerator();
        await changes.MoveNextAsync();
        store.Hangs = true;
        var waiting = changes.MoveNextAsync().AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);
        var disposing = engine.DisposeAsync().AsTask();
        while (!disposing.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(1);
        }

        answer.SetException(new IOException("hung"));
        await disposing;
        await Task.Delay(20);
    }

    [Fact]
    public async Task A_commit_that_waits_for_one_that_hangs_returns_after_it_although_the_engine_was_disposed_meanwhile()
    {
        var answer = new TaskCompletionSource();
        var store = new HangingStore(answer.Task);
        await using var engine = new CdcEngine(Transactions(1, 3), store, Options());
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        await changes.MoveNextAsync();
        store.Hangs = true;
        var first = engine.CommitAsync(changes.Current).AsTask();
        var second = engine.CommitAsync(changes.Current).AsTask();
        var disposing = engine.DisposeAsync().AsTask();
        await UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(10));
                return disposing.IsCompleted;
            },
            "the engine is disposed");

        answer.SetResult();

        await Task.WhenAll(first, second).WaitAsync(Timeout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_answers_neither_the_first_load_nor_the_last_save_holds_no_cancellation_up(bool atLoad)
    {
        using var mine = new CancellationTokenSource();
        var answer = new TaskCompletionSource();
        var store = new HangingStore(answer.Task) { Hangs = atLoad };
        var engine = new CdcEngine(Transactions(1, 1).End(), store, Options());
        var changes = engine.ReadAsync(mine.Token).GetAsyncEnumerator();
        if (!atLoad)
        {
            Assert.True(await changes.MoveNextAsync());
            store.Hangs = true;
        }

        var asking = changes.MoveNextAsync().AsTask();
        await UntilAsync(() => store.Waiting > 0, "the store is asked");
        await mine.CancelAsync();

        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Timeout));
        Assert.Equal(mine.Token, e.CancellationToken);
        answer.SetResult();
        await changes.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_cancellation_or_disposal_of_the_stores_own_is_a_failure_that_the_status_has(bool isCancellation, bool atLoad)
    {
        Exception own = isCancellation ? new TaskCanceledException("The store's own time limit.") : new ObjectDisposedException("pool");
        if (atLoad)
        {
            Store.FailLoad(own);
        }

        await using var engine = Engine(Transactions(1, 3).End(), CommitPolicy.Always);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        if (!atLoad)
        {
            await changes.MoveNextAsync();
            Store.FailBeforeSave(own);
        }

        Assert.IsType(own.GetType(), await Assert.ThrowsAnyAsync<Exception>(async () => await changes.MoveNextAsync()));
        Assert.Equal(EngineState.Failed, engine.Status.State);
        Assert.IsType(own.GetType(), engine.Status.Failure);
    }

    [Fact]
    public async Task A_second_request_while_the_first_one_waits_gets_a_typed_error_and_the_first_one_goes_through()
    {
        var source = Transactions(1, 1);
        await using var engine = Engine(source);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        await changes.MoveNextAsync();
        var first = changes.MoveNextAsync().AsTask();

        var e = await Assert.ThrowsAsync<InvalidOperationException>(async () => await changes.MoveNextAsync());

        Assert.Contains("One flow enumerates", e.Message, StringComparison.Ordinal);
        source.Insert(Table, ("id", 2)).End();
        Assert.True(await first.WaitAsync(Timeout));
        Assert.False(await changes.MoveNextAsync());
    }

    [Fact]
    public async Task Many_requests_at_once_all_come_back()
    {
        var source = Transactions(1, Enumerable.Repeat(1, 200).ToArray()).End();
        await using var engine = Engine(source);
        await using var batches = engine.ReadBatchesAsync(Timeout).GetAsyncEnumerator();

        var flows = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                try
                {
                    await batches.MoveNextAsync();
                }
                catch (InvalidOperationException)
                {
                    // Refused.
                }
            }
        }));

        await Task.WhenAll(flows).WaitAsync(Timeout);
    }

    [Fact]
    public async Task The_lag_is_zero_when_the_engine_has_caught_up_before_the_first_change()
    {
        var source = new ScriptedSource().Heartbeat();
        await using var engine = Engine(source);
        Assert.Null(engine.Status.Lag);
        var reading = ReadIdsAsync(engine);

        await UntilAsync(() => engine.Status.State == EngineState.CaughtUp, "the engine has caught up");

        Assert.Equal(TimeSpan.Zero, engine.Status.Lag);
        Assert.Null(engine.Status.LastTimestamp);
        source.End();
        await reading;
    }

    private sealed class HangingStore(Task answer) : CdcEmbedded.Offsets.IOffsetStore
    {
        private long _version;

        public bool Hangs { get; set; }

        public int Waiting { get; private set; }

        public async ValueTask<CdcEmbedded.Offsets.StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
        {
            await AnswerAsync();
            return null;
        }

        public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        {
            await AnswerAsync();
            return ++_version;
        }

        private async ValueTask AnswerAsync()
        {
            if (Hangs)
            {
                Waiting++;
                await answer;
            }
        }
    }
}
