using System.Threading.Tasks.Sources;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Tests.Snapshots;

public sealed class PlainFeedTests
{
    // The compiler makes the states of async methods classes in debug builds, and pooled structs in release builds.
#if DEBUG
    private const long WaitingBytes = 10_000 * 200;
#else
    private const long WaitingBytes = 2_000;
#endif

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_feed_without_a_snapshot_allocates_nothing_for_being_able_to_have_one(bool waits)
    {
        await using var context = new SourceContext
        {
            Name = "test",
            LoggerFactory = NullLoggerFactory.Instance,
            TimeProvider = TimeProvider.System,
            MaxBatchSize = 10,
        };
        await using var coordinator = new SnapshotCoordinator(new ScriptedSource(), context, new SnapshotOptions(), SnapshotState.Empty,
            null, false, new SnapshotBoard(TimeProvider.System), NullLogger.Instance);
        await using var inner = new RepeatingFeed(waits);
        await using var feed = coordinator.Attach(inner);
        Read(feed, inner, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(feed, inner, 10_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, waits ? WaitingBytes : 2_000);
    }

    private static void Read(ISourceFeed feed, RepeatingFeed inner, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var read = feed.ReadAsync(CancellationToken.None);
            inner.Complete();
            if (!read.IsCompletedSuccessfully || !ReferenceEquals(inner.Batch, read.Result))
            {
                Assert.Fail("No batch, or another one.");
            }
        }
    }

    /// <summary>Gives the same batch again and again, at once or when it is asked to.</summary>
    private sealed class RepeatingFeed(bool waits) : ISourceFeed, IValueTaskSource<FeedBatch?>
    {
        private ManualResetValueTaskSourceCore<FeedBatch?> _core;

        public FeedBatch Batch { get; } = MakeBatch();

        public SourcePosition StartPosition { get; } = new ModelPosition(0);

        public ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
        {
            if (!waits)
            {
                return new(Batch);
            }

            _core.Reset();
            return new(this, _core.Version);
        }

        public void Complete()
        {
            if (waits)
            {
                _core.SetResult(Batch);
            }
        }

        public ValueTask DisposeAsync() => default;

        FeedBatch? IValueTaskSource<FeedBatch?>.GetResult(short token) => _core.GetResult(token);

        ValueTaskSourceStatus IValueTaskSource<FeedBatch?>.GetStatus(short token) => _core.GetStatus(token);

        void IValueTaskSource<FeedBatch?>.OnCompleted(Action<object?> continuation, object? state, short token,
            ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);

        private static FeedBatch MakeBatch()
        {
            var batch = new FeedBatch();
            batch.Add(new ModelPosition(1));
            return batch;
        }
    }
}
