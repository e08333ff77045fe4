using System.Collections.Concurrent;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Tests.Engine;

/// <summary>A callback reports at an interval that the stream is alive (R80).</summary>
public sealed class LivenessTests : EngineTest
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);
    private readonly ConcurrentQueue<StreamLiveness> _calls = [];

    [Fact]
    public async Task It_is_called_while_a_change_is_handled_and_while_nothing_comes_with_the_position_and_the_lag()
    {
        var source = new ScriptedSource().Begin().Insert(Table, ("id", 1)).Commit();
        await using (var engine = new CdcEngine(source, Store, Options(Record)))
        {
            await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
            Assert.True(await changes.MoveNextAsync());
            await AdvanceUntilAsync(2);
            var busy = _calls.Last();
            Assert.Equal(("test", EngineState.Streaming), (busy.Name, busy.Status.State));
            Assert.True(busy.Status.Lag > TimeSpan.Zero);
            Assert.DoesNotContain("\"tx\":1", busy.Position.ToString(), StringComparison.Ordinal);

            source.Heartbeat();
            var waiting = changes.MoveNextAsync();
            await UntilAsync(() => engine.Status.State == EngineState.CaughtUp, "it has caught up");
            await AdvanceUntilAsync(_calls.Count + 2);
            var idle = _calls.Last();
            Assert.Equal((EngineState.CaughtUp, TimeSpan.Zero), (idle.Status.State, idle.Status.Lag));
            Assert.Contains("\"tx\":1", idle.Position.ToString(), StringComparison.Ordinal);
            source.Insert(Table, ("id", 2));
            Assert.True(await waiting);
        }

        var count = _calls.Count;
        Time.Advance(10 * _interval);
        Assert.Equal(count, _calls.Count);
    }

    [Fact]
    public async Task It_is_not_called_while_the_source_cannot_be_reached()
    {
        var source = new ScriptedSource().Insert(Table, ("id", 1));
        await using var engine = new CdcEngine(source, Store, Options(Record));
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        await AdvanceUntilAsync(1);
        source.Disconnect().Insert(Table, ("id", 2));
        var waiting = changes.MoveNextAsync();
        await UntilAsync(() => engine.Status.State == EngineState.Reconnecting, "the connection is lost");
        var count = _calls.Count;

        // Less than the shortest wait before the next attempt.
        Time.Advance(TimeSpan.FromMinutes(9));

        Assert.Equal(count, _calls.Count);
        await UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromMinutes(5));
                return waiting.IsCompleted && _calls.Count > count;
            },
            "it is called again");
        Assert.Equal(1, engine.Status.Reconnects);
    }

    [Fact]
    public async Task What_it_throws_is_logged_once_and_ends_nothing()
    {
        var log = new RecordedLog();
        var source = new ScriptedSource().Insert(Table, ("id", 1));
        await using var engine = new CdcEngine(source, Store, Options(
            (alive, _) =>
            {
                _calls.Enqueue(alive);
                throw new OffsetLostException("Not of the source.");
            }, log));
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        await AdvanceUntilAsync(3);
        source.Insert(Table, ("id", 2));
        Assert.True(await changes.MoveNextAsync());
        Assert.Null(engine.Status.Failure);
        Assert.Equal(1, log.Of(LogLevel.Warning).Count(line => line.Contains("liveness callback failed", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_hangs_is_the_only_one_and_holds_a_stop_up_for_a_bound_only(bool heedsItsToken)
    {
        var running = 0;
        var source = new ScriptedSource().Insert(Table, ("id", 1));
        var engine = new CdcEngine(source, Store, Options(async (alive, token) =>
        {
            _calls.Enqueue(alive);
            Interlocked.Increment(ref running);
            await Task.Delay(-1, heedsItsToken ? token : CancellationToken.None);
        }));
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        await AdvanceUntilAsync(1);
        Time.Advance(10 * _interval);
        Assert.Equal(1, running);

        var stopping = engine.DisposeAsync().AsTask();

        await UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(heedsItsToken ? 0 : 10));
                return stopping.IsCompletedSuccessfully;
            },
            "stopped");
        Assert.Equal(1, running);
    }

    [Fact]
    public async Task A_standby_is_not_alive_and_the_active_instance_is()
    {
        var lease = new LeaseOptions { Duration = TimeSpan.FromHours(1) };
        var source = new ScriptedSource().Insert(Table, ("id", 1));
        await using var active = new CdcEngine(source, Store, Options((_, _) => default, lease: lease));
        await using var first = active.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await first.MoveNextAsync());
        await using var standby = new CdcEngine(source, Store, Options(Record, lease: lease));
        await using var second = standby.ReadAsync(Timeout).GetAsyncEnumerator();
        var waiting = second.MoveNextAsync();
        await UntilAsync(() => standby.Status.State == EngineState.Standby, "it is a standby");
        Time.Advance(3 * _interval);
        Assert.Empty(_calls);

        await active.DisposeAsync();

        await UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromMinutes(1));
                return waiting.IsCompleted && !_calls.IsEmpty;
            },
            "it is active");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2 * 24 * 3600)]
    public void An_interval_out_of_range_is_refused(int seconds)
    {
        var options = new CdcEngineOptions
        {
            Name = "test", Liveness = new LivenessOptions { OnAlive = Record, Interval = TimeSpan.FromSeconds(seconds) },
        };
        Assert.Contains("Liveness.Interval", Assert.Throws<ArgumentException>(() => new CdcEngine(new ScriptedSource(), Store, options))
            .Message, StringComparison.Ordinal);
    }

    private ValueTask Record(StreamLiveness alive, CancellationToken cancellationToken)
    {
        _calls.Enqueue(alive);
        return default;
    }

    private CdcEngineOptions Options(Func<StreamLiveness, CancellationToken, ValueTask> onAlive, RecordedLog? log = null,
        LeaseOptions? lease = null) => new()
    {
        Name = "test",
        TimeProvider = Time,
        Lease = lease,
        LoggerFactory = log ?? new RecordedLog(),
        Liveness = new LivenessOptions { OnAlive = onAlive, Interval = _interval },
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMinutes(20), MaxDelay = TimeSpan.FromMinutes(20) },
    };

    /// <summary>Moves the clock until there were so many calls: the timer is set on another thread.</summary>
    private Task AdvanceUntilAsync(int calls) => UntilAsync(
        () =>
        {
            Time.Advance(_interval);
            return _calls.Count >= calls;
        },
        "it is called");
}
