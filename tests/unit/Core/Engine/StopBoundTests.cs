using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Snapshots;
using CdcEmbedded.Tests.Telemetry;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Calls into code of the application, or into a source, that never return: the last offset is stored all the same, and the lease
/// is free.</summary>
public sealed class StopBoundTests : SnapshotEngineTest
{
    private readonly TaskCompletionSource<bool> _never = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_snapshots_pace_that_ignores_its_token_holds_no_stop_up()
    {
        var source = Tables(5);
        await ReadOneAndStopAsync(source, source, Options(new SnapshotOptions
        {
            Mode = SnapshotMode.Incremental,
            MayRead = _ =>
            {
                _asked.TrySetResult();
                return new ValueTask<bool>(_never.Task);
            },
        }));
    }

    [Fact]
    public async Task A_snapshots_pace_that_blocks_its_thread_holds_a_stop_up_for_a_bound_only()
    {
        using var released = new ManualResetEventSlim();
        var source = Tables(5);
        await ReadOneAndStopAsync(source, source, Options(new SnapshotOptions
        {
            Mode = SnapshotMode.Incremental,
            MayRead = _ =>
            {
                _asked.TrySetResult();
                released.Wait(Timeout);
                return new ValueTask<bool>(false);
            },
        }), advances: true);
        released.Set();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_source_that_never_answers_a_side_question_holds_a_stop_up_for_a_bound_only(bool isHeartbeat)
    {
        var source = new ScriptedSource();
        using var metrics = new Metrics("stop");
        await ReadOneAndStopAsync(source, new SilentSource(source, _asked, isHeartbeat), Options(new SnapshotOptions()), advances: true,
            () => metrics.Value("cdc.log.remaining"));
    }

    private async Task ReadOneAndStopAsync(ScriptedSource script, ISource source, CdcEngineOptions options, bool advances = false,
        Action? ask = null)
    {
        script.Insert("shop.orders", ("id", 100), ("v", "x"));
        var engine = new CdcEngine(source, Store, options);
        var handle = source is ISnapshotSource ? engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = ["shop.parts"] }).AsTask()
            : null;
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        var waiting = changes.MoveNextAsync().AsTask();
        await UntilAsync(
            () =>
            {
                ask?.Invoke();
                Time.Advance(TimeSpan.FromMilliseconds(advances ? 20 : 0));
                return _asked.Task.IsCompleted;
            },
            "the call has begun");

        var stopping = engine.DisposeAsync().AsTask();
        await UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(advances ? 10 : 0));
                return stopping.IsCompletedSuccessfully;
            },
            "stopped");

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Contains("\"tx\":1", LastSaved, StringComparison.Ordinal);
        if (handle is not null)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await (await handle).Completion.WaitAsync(Timeout));
        }

        // The lease is free: another instance reads at once, although its time is not over.
        script.Insert("shop.orders", ("id", 101), ("v", "y"));
        await using var next = new CdcEngine(script, Store, Options(new SnapshotOptions()));
        Assert.Equal([101], await ReadIdsAsync(next, 1));
    }

    private CdcEngineOptions Options(SnapshotOptions snapshot) => new()
    {
        Name = "stop",
        TimeProvider = Time,
        CommitPolicy = new CommitPolicy { Changes = 1_000_000, Interval = TimeSpan.FromHours(1) },
        Lease = new LeaseOptions { Duration = TimeSpan.FromHours(1) },
        Snapshot = snapshot,
    };

    private sealed class SilentSource(ScriptedSource inner, TaskCompletionSource asked, bool isHeartbeat) : ISource
    {
        public string Connector => inner.Connector;

        public TimeSpan? HeartbeatWriteInterval => isHeartbeat ? TimeSpan.FromSeconds(1) : null;

        public SourcePosition ReadPosition(CdcOffset offset) => inner.ReadPosition(offset);

        public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
            => inner.ConnectAsync(context, StartPosition.Earliest, cancellationToken);

        public ValueTask<LogDistance?> MeasureLogAsync(SourceContext context, SourcePosition position, TimeSpan lag,
            CancellationToken cancellationToken)
        {
            asked.TrySetResult();
            return new ValueTask<LogDistance?>(new TaskCompletionSource<LogDistance?>().Task);
        }

        public ValueTask WriteHeartbeatAsync(SourceContext context, CancellationToken cancellationToken)
        {
            asked.TrySetResult();
            return new ValueTask(new TaskCompletionSource().Task);
        }
    }
}
