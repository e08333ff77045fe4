using CdcEmbedded.Engine;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

public sealed class BackpressureTests : EngineTest
{
    [Theory]
    [InlineData(6, 1 << 20)]
    [InlineData(1 << 20, 600)]
    [InlineData(1, 1)]
    public async Task Reading_stops_at_the_bound_of_changes_or_bytes_and_continues_with_the_consumer(int maxChanges, long maxBytes)
    {
        var options = Options(maxBatch: 2, maxChanges: maxChanges, maxBytes: maxBytes);
        var source = new ScriptedSource();
        for (var i = 1; i <= 100; i++)
        {
            source.Insert(Table, ("id", i));
        }

        await using var engine = new CdcEngine(source.End(), Store, options);
        var ids = new List<long>();
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            ids.Add(Id(change));
            if (ids.Count is 1 or 50)
            {
                await Task.Delay(50);
                Assert.InRange(engine.Status.BufferedChanges, 1, Math.Max(maxChanges == 1 ? 2 : 6, 2));
            }
        }

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), ids);
        Assert.Equal(0, engine.Status.BufferedChanges);
        Assert.Equal(0, engine.Status.BufferedBytes);
    }

    [Fact]
    public async Task A_batch_larger_than_the_bound_passes_alone()
    {
        await using var engine = new CdcEngine(Transactions(50, 50, 50, 1).End(), Store, Options(maxChanges: 10));
        Assert.Equal(101, (await ReadIdsAsync(engine)).Count);
    }

    [Fact]
    public async Task Leaving_the_loop_while_the_source_is_held_back_leaves_nothing_running()
    {
        var source = Transactions(1, 1, 1, 1, 1);
        await using var engine = new CdcEngine(source, Store, Options(maxBatch: 1, maxChanges: 1));
        Assert.Equal([1], await ReadIdsAsync(engine, 1));
        Assert.Equal(0, source.OpenFeeds);
    }

    [Fact]
    public async Task The_queue_counts_a_batch_until_the_consumer_has_moved_past_it()
    {
        var queue = new BatchQueue(3, long.MaxValue);
        var batch = new FeedBatch();
        batch.Add(StreamItems.Heartbeat(new PlainPosition()));
        await queue.EnqueueAsync(batch, Timeout);
        Assert.True(queue.TryDequeue(out _));
        Assert.False(queue.IsEmpty);
        queue.Release(batch);
        Assert.True(queue.IsEmpty);
        Assert.Equal(0, queue.Bytes);
    }

    [Fact]
    public async Task A_failure_comes_out_of_the_queue_after_everything_that_was_read_before_it()
    {
        var queue = new BatchQueue(3, long.MaxValue);
        await queue.EnqueueAsync(new FeedBatch(), Timeout);
        queue.Complete(new TimeoutException());
        Assert.True(await queue.WaitAsync());
        Assert.True(queue.TryDequeue(out _));
        await Assert.ThrowsAsync<TimeoutException>(async () => await queue.WaitAsync());
    }

    [Fact]
    public async Task A_wake_ends_the_wait_of_the_reader_without_a_batch()
    {
        var queue = new BatchQueue(3, long.MaxValue);
        var waiting = queue.WaitAsync();
        Assert.False(waiting.IsCompleted);
        queue.Wake();
        Assert.True(await waiting);
        Assert.False(queue.TryDequeue(out _));
    }
}
