using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

public sealed class LifetimeTests : EngineTest
{
    [Fact]
    public async Task No_IO_happens_before_the_first_item_is_asked_for()
    {
        var source = Transactions(1, 1);
        Store.FailLoad();
        await using var engine = Engine(source);
        var stream = engine.ReadAsync(Timeout);
        await using var enumerator = stream.GetAsyncEnumerator();
        Assert.Equal(EngineState.Idle, engine.Status.State);
        Assert.Equal(0, source.OpenFeeds);
        Assert.Empty(Store.Saved);

        await Assert.ThrowsAsync<IOException>(async () => await enumerator.MoveNextAsync());
        Assert.Equal(EngineState.Failed, engine.Status.State);
    }

    [Fact]
    public async Task Cancelling_the_token_of_ReadAsync_surfaces_with_that_token()
    {
        using var mine = new CancellationTokenSource();
        var source = Transactions(1, 2);
        await using var engine = Engine(source);
        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(mine.Token))
            {
                if (Id(change) == 2)
                {
                    mine.CancelAfter(20);
                }
            }
        });

        Assert.Equal(mine.Token, e.CancellationToken);
        Assert.Equal(At(1), LastSaved);
        Assert.Equal(0, source.OpenFeeds);
        Assert.Equal(EngineState.Stopped, engine.Status.State);
        Assert.Null(engine.Status.Failure);
    }

    [Fact]
    public async Task Cancelling_by_WithCancellation_surfaces_with_that_token_even_with_rows_left()
    {
        using var mine = new CancellationTokenSource();
        await using var engine = Engine(Transactions(100, 100));
        var count = 0;
        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.ReadAsync(Timeout).WithCancellation(mine.Token))
            {
                if (++count == 10)
                {
                    await mine.CancelAsync();
                }
            }
        });

        Assert.Equal(mine.Token, e.CancellationToken);
        Assert.Equal(10, count);
        Assert.Equal(At(0, 10, true), LastSaved);
    }

    [Fact]
    public async Task Cancelling_in_the_body_acknowledges_the_current_batch_once_the_next_one_is_asked_for()
    {
        using var mine = new CancellationTokenSource();
        await using var engine = Engine(Transactions(1, 3, 3).Wait(new TaskCompletionSource().Task));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.ReadBatchesAsync(mine.Token))
            {
                await mine.CancelAsync();
            }
        });

        Assert.Equal(At(2), LastSaved);
    }

    [Fact]
    public async Task A_body_that_throws_on_the_cancellation_leaves_its_item_unacknowledged()
    {
        using var mine = new CancellationTokenSource();
        await using var engine = Engine(Transactions(100, 100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(mine.Token))
            {
                if (Id(change) == 10)
                {
                    await mine.CancelAsync();
                    mine.Token.ThrowIfCancellationRequested();
                }
            }
        });

        Assert.Equal(At(0, 9, true), LastSaved);
    }

    [Fact]
    public async Task A_token_cancelled_before_the_start_opens_nothing()
    {
        var source = Transactions(1, 1);
        await using var engine = Engine(source);
        var token = new CancellationToken(true);

        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await engine.ReadAsync(token).GetAsyncEnumerator()
            .MoveNextAsync());

        Assert.Equal(token, e.CancellationToken);
        Assert.Equal(0, source.OpenFeeds);
        Assert.Empty(Store.Saved);
    }

    [Fact]
    public async Task Disposing_the_engine_ends_a_running_enumeration_and_may_be_repeated()
    {
        var source = Transactions(1, 3);
        var engine = Engine(source);
        var reading = Assert.ThrowsAsync<ObjectDisposedException>(() => ReadIdsAsync(engine));
        await UntilAsync(() => engine.Status.LastTimestamp is not null, "rows are read");

        await Task.WhenAll(engine.DisposeAsync().AsTask(), engine.DisposeAsync().AsTask());
        await engine.DisposeAsync();

        await reading;
        Assert.Equal(0, source.OpenFeeds);
        Assert.Throws<ObjectDisposedException>(() => engine.ReadAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await engine.CommitAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await engine.ValidateAsync());
        Assert.Equal(EngineState.Stopped, engine.Status.State);
    }

    [Fact]
    public async Task Disposing_the_engine_from_another_thread_stores_the_rows_before_the_current_one()
    {
        var engine = Engine(Transactions(100, 10));
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            if (Id(change) == 5)
            {
                await Task.Run(async () => await engine.DisposeAsync());
                Assert.Equal(At(0, 4, true), LastSaved);
                break;
            }
        }

        Assert.Equal(At(0, 4, true), LastSaved);
    }

    [Fact]
    public async Task A_second_enumeration_is_refused()
    {
        await using var engine = Engine(Transactions(1, 1).End());
        await ReadIdsAsync(engine);

        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadIdsAsync(engine));
    }

    [Fact]
    public async Task After_the_end_MoveNextAsync_stays_false()
    {
        await using var engine = Engine(Transactions(1, 1).End());
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.False(await changes.MoveNextAsync());
        Assert.False(await changes.MoveNextAsync());
    }

    [Fact]
    public async Task StopWhenCaughtUp_ends_the_stream_at_the_logs_end()
    {
        await using var engine = new CdcEngine(Transactions(1, 2), Store, new CdcEngineOptions { Name = "test", StopWhenCaughtUp = true });
        Assert.Equal([1, 2], await ReadIdsAsync(engine));
    }

    [Fact]
    public async Task A_conflict_is_thrown_to_the_loop_and_ends_it()
    {
        var source = Transactions(1, 3, 3).End();
        await using var engine = Engine(source, CommitPolicy.Always);
        var ids = new List<long>();
        await Assert.ThrowsAsync<OffsetConflictException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                ids.Add(Id(change));
                if (ids.Count == 2)
                {
                    await Store.InterfereAsync("test");
                }
            }
        });

        Assert.Equal([1, 2], ids);
        Assert.IsType<OffsetConflictException>(engine.Status.Failure);
        await Assert.ThrowsAsync<OffsetConflictException>(async () => await engine.CommitAsync());
        Assert.Equal(0, source.OpenFeeds);
    }

    [Fact]
    public async Task A_save_whose_answer_was_lost_is_no_conflict_for_the_retry()
    {
        await using var engine = Engine(Transactions(1, 3).End(), mode: AcknowledgementMode.Manual);
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            Store.FailAfterSave();
            await Assert.ThrowsAsync<IOException>(async () => await engine.CommitAsync(change));
            await engine.CommitAsync(change);
        }

        Assert.Equal(At(1), LastSaved);
    }

    [Fact]
    public async Task A_repeated_change_carries_the_same_event_id_and_offset()
    {
        var source = Transactions(1, 1).Insert(Table, ("id", 2)).Repeat().End();
        await using var engine = Engine(source);
        var changes = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            changes.Add(change);
        }

        Assert.Equal([1, 2, 2], changes.Select(Id));
        Assert.Equal(changes[1].EventId, changes[2].EventId);
        Assert.Equal(changes[1].Offset, changes[2].Offset);
        Assert.NotEqual(changes[0].EventId, changes[1].EventId);
    }

    [Fact]
    public async Task Two_engines_under_one_name_cannot_both_advance()
    {
        var source = Transactions(1, 5);
        await using var first = Engine(source, CommitPolicy.Always);
        await using var second = Engine(source, CommitPolicy.Always);
        await using var a = first.ReadAsync(Timeout).GetAsyncEnumerator();
        await using var b = second.ReadAsync(Timeout).GetAsyncEnumerator();
        await a.MoveNextAsync();
        await b.MoveNextAsync();
        await a.MoveNextAsync();
        await Assert.ThrowsAsync<OffsetConflictException>(async () => await b.MoveNextAsync());
        Assert.True(await a.MoveNextAsync());
    }

    [Fact]
    public async Task Status_is_streaming_then_caught_up_with_no_lag()
    {
        var source = Transactions(1, 2);
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), Options());
        Assert.Equal(EngineState.Idle, engine.Status.State);
        var reading = Assert.ThrowsAsync<ObjectDisposedException>(() => ReadIdsAsync(engine));
        await UntilAsync(() => engine.Status is { State: EngineState.Streaming, LastTimestamp: not null, BufferedChanges: 0 }, "streaming");
        Assert.Equal(Time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), engine.Status.Lag);

        source.Heartbeat();

        await UntilAsync(() => engine.Status.State == EngineState.CaughtUp, "caught up");
        Assert.Equal(TimeSpan.Zero, engine.Status.Lag);
        await engine.DisposeAsync();
        await reading;
    }

    [Fact]
    public async Task ValidateAsync_hands_over_the_sources_findings_and_reads_nothing()
    {
        var finding = new SourceFinding(true, "test.code", "message", "remedy");
        var source = new ScriptedSource { Findings = [finding] };
        await using var engine = Engine(source);

        Assert.Equal([finding], await engine.ValidateAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, source.OpenFeeds);
        Assert.Empty(Store.Saved);
    }

    [Fact]
    public async Task A_source_that_ignores_cancellation_holds_a_stop_up_for_a_bound_only()
    {
        await using var engine = new CdcEngine(new DeafSource(), Store, Options());
        var reading = Assert.ThrowsAsync<ObjectDisposedException>(() => ReadIdsAsync(engine));
        await UntilAsync(() => engine.Status.State == EngineState.Streaming, "streaming");

        var stopping = engine.DisposeAsync().AsTask();
        await UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(10));
                return stopping.IsCompletedSuccessfully;
            },
            "stopped");
        await reading;
    }

    [Fact]
    public async Task A_store_that_hangs_holds_a_stop_up_for_a_bound_only()
    {
        var engine = Engine(Transactions(100, 10));
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            if (Id(change) == 5)
            {
                Store.HoldSaves(new TaskCompletionSource().Task);
                var stopping = engine.DisposeAsync().AsTask();
                await UntilAsync(
                    () =>
                    {
                        Time.Advance(TimeSpan.FromSeconds(10));
                        return stopping.IsCompletedSuccessfully;
                    },
                    "stopped");
                break;
            }
        }

        Assert.IsAssignableFrom<OperationCanceledException>(engine.Status.Failure);
    }

    [Fact]
    public async Task A_store_that_ignores_cancellation_does_not_hold_the_loop_up()
    {
        using var mine = new CancellationTokenSource();
        var store = new DeafStore();
        await using var engine = new CdcEngine(Transactions(1, 3), store, Options(CommitPolicy.Always));
        await using var changes = engine.ReadAsync(mine.Token).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        store.IsDeaf = true;
        var asking = changes.MoveNextAsync().AsTask();
        await UntilAsync(() => store.Waiting > 0, "the store is asked");

        await mine.CancelAsync();

        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(mine.Token, e.CancellationToken);
        store.Release.SetResult();
    }

    private sealed class DeafStore : IOffsetStore
    {
        private readonly InMemoryOffsetStore _inner = new();

        public TaskCompletionSource Release { get; } = new();

        public volatile bool IsDeaf;

        public volatile int Waiting;

        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
            => _inner.LoadAsync(key, cancellationToken);

        public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        {
            if (IsDeaf)
            {
                Interlocked.Increment(ref Waiting);
                await Release.Task;
            }

            return await _inner.SaveAsync(key, text, expectedVersion, CancellationToken.None);
        }
    }

    private sealed class DeafSource : ISource, ISourceFeed
    {
        public string Connector => "scripted";

        public SourcePosition StartPosition => new PlainPosition(0, "scripted");

        public SourcePosition ReadPosition(CdcOffset offset) => new PlainPosition(0, "scripted");

        public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
            => new(new OpenedConnection(this));

        public ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken) => new(new TaskCompletionSource<FeedBatch?>().Task);

        public ValueTask DisposeAsync() => default;
    }
}
