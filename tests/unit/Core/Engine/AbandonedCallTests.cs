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

        public ValueTask<CdcEmbedded.Offsets.StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default) => default;

        public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        {
            if (Hangs)
            {
                await answer;
            }

            return ++_version;
        }
    }
}
