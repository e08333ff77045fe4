using System.Net.Sockets;
using CdcEmbedded.Engine;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

public sealed class ReconnectTests : EngineTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_cut_after_any_step_leaves_nothing_out_and_repeats_nothing(int changesPerEvent)
    {
        string[] expected = [.. await ReadAllAsync(Script(changesPerEvent, -1))];
        for (var cut = 0; cut <= 10; cut++)
        {
            var source = Script(changesPerEvent, cut);
            Assert.Equal(expected, await ReadAllAsync(source));
            Assert.Equal(2, source.Starts.Count);
            Assert.Equal(0, source.OpenFeeds);
        }
    }

    [Fact]
    public async Task Acknowledged_progress_is_stored_before_a_reconnect()
    {
        var gate = new TaskCompletionSource();
        var source = Transactions(10, 4).Wait(gate.Task).Disconnect().Wait(new TaskCompletionSource().Task);
        await using var engine = new CdcEngine(source, Store, Options(time: TimeProvider.System,
            commit: new CommitPolicy { Interval = TimeSpan.FromHours(1) }));
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            if (Id(change) == 3)
            {
                gate.SetResult();
                await UntilAsync(() => LastSaved == At(0, 2, true), "rows 1 and 2 are stored");
                break;
            }
        }
    }

    [Fact]
    public async Task A_write_that_failed_before_a_reconnect_is_made_at_the_next_interval_though_no_change_comes()
    {
        var gate = new TaskCompletionSource();
        var source = Transactions(1, 2).Wait(gate.Task).Disconnect().Wait(new TaskCompletionSource().Task);
        await using var engine = new CdcEngine(source, Store, Options(time: TimeProvider.System,
            commit: new CommitPolicy { Interval = TimeSpan.FromSeconds(1) }));
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        await changes.MoveNextAsync();
        await changes.MoveNextAsync();
        Store.FailBeforeSave();
        var waiting = changes.MoveNextAsync().AsTask();
        gate.SetResult();

        await UntilAsync(() => LastSaved == At(1), "the transaction's end is stored");

        Assert.Equal(1, engine.Status.Reconnects);
        Assert.False(waiting.IsCompleted);
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    public async Task The_first_connect_is_retried_too()
    {
        var source = Transactions(1, 2).RefuseConnections(3).End();
        await using var engine = new CdcEngine(source, Store, Options(time: TimeProvider.System));

        Assert.Equal([1, 2], await ReadIdsAsync(engine));

        Assert.Equal(4, source.Starts.Count);
        Assert.Equal(3, engine.Status.Reconnects);
    }

    [Fact]
    public async Task The_attempts_before_the_first_connection_have_a_limit_of_their_own()
    {
        var delay = TimeSpan.FromMilliseconds(1);
        var unreachable = Transactions(1, 1).RefuseConnections(10).End();
        var policy = new ReconnectPolicy { InitialDelay = delay, MaxFirstAttempts = 2 };
        await using (var engine = new CdcEngine(unreachable, Store, Options(time: TimeProvider.System, reconnect: policy)))
        {
            await Assert.ThrowsAsync<CdcConnectionException>(() => ReadIdsAsync(engine));
            Assert.Equal(3, unreachable.Starts.Count);
        }

        policy = new ReconnectPolicy { InitialDelay = delay, MaxFirstAttempts = 0 };
        await using var connected = new CdcEngine(
            Transactions(1, 1).Disconnect(3).End(), new InMemoryOffsetStore(), Options(time: TimeProvider.System, reconnect: policy));
        Assert.Equal([1], await ReadIdsAsync(connected));
        Assert.Equal(3, connected.Status.Reconnects);
    }

    [Fact]
    public async Task A_policy_without_attempts_throws_the_first_failure_after_everything_read_before_it()
    {
        var source = Transactions(1, 2).Disconnect();
        await using var engine = new CdcEngine(source, Store, Options(reconnect: ReconnectPolicy.None));
        var ids = new List<long>();
        await Assert.ThrowsAsync<CdcConnectionException>(async () =>
        {
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                ids.Add(Id(change));
            }
        });

        Assert.Equal([1, 2], ids);
        Assert.Equal(At(1), LastSaved);
        Assert.Equal(EngineState.Failed, engine.Status.State);
        Assert.Equal(0, source.OpenFeeds);
    }

    [Fact]
    public async Task A_failure_that_is_not_transient_is_thrown_as_it_is()
    {
        var failure = new OffsetLostException("gone");
        var source = Transactions(1, 2).Fail(failure);
        await using var engine = Engine(source);
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.True(await changes.MoveNextAsync());

        Assert.Same(failure, await Assert.ThrowsAsync<OffsetLostException>(async () => await changes.MoveNextAsync()));
        Assert.Same(failure, await Assert.ThrowsAsync<OffsetLostException>(async () => await changes.MoveNextAsync()));
        Assert.Single(source.Starts);
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure_not_an_end()
    {
        await using var engine = Engine(Transactions(1, 1).Fail(new OperationCanceledException("driver bug")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadIdsAsync(engine));
    }

    [Fact]
    public async Task A_socket_failure_is_transient_a_missing_file_is_not()
    {
        var source = Transactions(1, 1).Fail(new SocketException(104)).Fail(new IOException("reset", new SocketException(104)))
            .Fail(new FileNotFoundException());
        await using var engine = new CdcEngine(source, Store, Options(time: TimeProvider.System));

        await Assert.ThrowsAsync<FileNotFoundException>(() => ReadIdsAsync(engine));
        Assert.Equal(3, source.Starts.Count);
    }

    [Fact]
    public async Task Attempts_without_progress_are_limited_by_the_policy()
    {
        var source = Transactions(1, 1).Disconnect(100);
        var policy = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1),
            MaxAttempts = 5 };
        await using var engine = new CdcEngine(source, Store, Options(reconnect: policy, time: TimeProvider.System));

        await Assert.ThrowsAsync<CdcConnectionException>(() => ReadIdsAsync(engine));

        Assert.Equal(6, source.Starts.Count);
    }

    [Fact]
    public async Task Status_is_reconnecting_with_the_reason_while_it_waits()
    {
        var policy = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(100) };
        await using var engine = new CdcEngine(Transactions(1, 1).Disconnect(), Store, Options(reconnect: policy));
        var reading = Assert.ThrowsAsync<ObjectDisposedException>(() => ReadIdsAsync(engine));
        await UntilAsync(() => engine.Status.State == EngineState.Reconnecting, "reconnecting");
        Assert.IsType<CdcConnectionException>(engine.Status.Failure);

        await UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromMilliseconds(10));
                return engine.Status.State == EngineState.Streaming;
            },
            "streaming again");
        Assert.Null(engine.Status.Failure);
        await engine.DisposeAsync();
        await reading;
    }

    [Fact]
    public void Backoff_doubles_up_to_the_longest_wait_and_starts_again_after_stable_progress()
    {
        var backoff = new Backoff(new ReconnectPolicy { Jitter = 0 }, () => 0.99);
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 120, 120], Enumerable.Range(0, 9).Select(_ => Seconds(backoff)));

        backoff.OnConnectionEnded(true, TimeSpan.FromSeconds(9));
        Assert.Equal(120, Seconds(backoff));
        backoff.OnConnectionEnded(false, TimeSpan.FromSeconds(100));
        Assert.Equal(120, Seconds(backoff));
        backoff.OnConnectionEnded(true, TimeSpan.FromSeconds(10));
        Assert.Equal(1, Seconds(backoff));
    }

    [Fact]
    public void Backoff_makes_the_configured_share_of_each_wait_random()
    {
        Assert.Equal(0.5, Seconds(new Backoff(new ReconnectPolicy { Jitter = 0.5 }, () => 1)));
        Assert.Equal(1, Seconds(new Backoff(new ReconnectPolicy { Jitter = 0.5 }, () => 0)));
        Assert.True(Seconds(new Backoff(new ReconnectPolicy { Jitter = 1 }, () => 1)) > 0);
    }

    private static double Seconds(Backoff backoff) => backoff.TryNext(isFirst: false, out var delay) ? delay.TotalSeconds : -1;

    private static ScriptedSource Script(int changesPerEvent, int cut)
    {
        var source = new ScriptedSource { ChangesPerEvent = changesPerEvent };
        Action[] steps =
        [
            () => source.Begin(),
            () => source.Insert(Table, ("id", 1)),
            () => source.Insert(Table, ("id", 2)),
            () => source.Insert("shop.other", ("id", 3)),
            () => source.Commit(),
            () => source.Filtered(),
            () => source.Insert(Table, ("id", 4)),
            () => source.Begin(),
            () => source.Delete(Table, ("id", 5)),
            () => source.Commit(),
        ];
        for (var i = 0; i < steps.Length; i++)
        {
            if (i == cut)
            {
                source.Disconnect();
            }

            steps[i]();
        }

        return cut == steps.Length ? source.Disconnect().End() : source.End();
    }

    private async Task<List<string>> ReadAllAsync(ScriptedSource source)
    {
        var seen = new List<string>();
        await using var engine = new CdcEngine(source, new CdcEmbedded.Offsets.InMemoryOffsetStore(), Options(time: TimeProvider.System));
        await foreach (var item in engine.ReadAllAsync(Timeout))
        {
            seen.Add(item is ChangeEvent c ? $"{c} {c.TotalOrder} {c.DataCollectionOrder} {c.EventId}" : $"{item}");
        }

        return seen;
    }
}
