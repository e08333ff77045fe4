using CdcEmbedded.Engine;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

#pragma warning disable CA2012, xUnit1030 // Where a continuation runs is what these tests are about.

/// <summary>On which thread the consumer runs when a batch arrives that it waits for.</summary>
public sealed class HandOverTests : EngineTest
{
    [Fact]
    public async Task A_waiting_reader_is_resumed_when_the_writer_says_so_and_not_before()
    {
        var queue = new BatchQueue(3, long.MaxValue);
        var waiting = queue.WaitAsync().AsTask();
        await queue.EnqueueAsync(new FeedBatch(), Timeout);
        Assert.False(waiting.IsCompleted);
        queue.ResumeReader(inline: true);
        Assert.True(waiting.IsCompleted);
        Assert.True(queue.TryDequeue(out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_reader_resumes_on_the_thread_of_the_writer_only_if_it_may(bool inline)
    {
        var queue = new BatchQueue(3, long.MaxValue);
        var resumed = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.WaitAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => resumed.SetResult(Thread.CurrentThread));
        Thread? writer = null;
        var writing = new Thread(() =>
        {
            writer = Thread.CurrentThread;
            queue.EnqueueAsync(new FeedBatch(), Timeout).AsTask().Wait(Timeout);
            queue.ResumeReader(inline);
        });
        writing.Start();
        var reader = await resumed.Task.WaitAsync(Timeout);
        Assert.Equal(inline, ReferenceEquals(writer, reader));
        Assert.True(writing.Join(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_reader_that_waits_for_nothing_is_not_resumed()
    {
        var queue = new BatchQueue(3, long.MaxValue);
        var waiting = queue.WaitAsync().AsTask();
        queue.ResumeReader(inline: true);
        Assert.False(waiting.IsCompleted);
        queue.Complete(null);
        Assert.True(await waiting);
        Assert.False(await queue.WaitAsync());
    }

    [Fact]
    public async Task A_full_queue_resumes_a_reader_that_nobody_has_resumed()
    {
        var queue = new BatchQueue(1, 1);
        var waiting = queue.WaitAsync();
        await queue.EnqueueAsync(Heartbeat(), Timeout);
        var writing = queue.EnqueueAsync(Heartbeat(), Timeout);
        Assert.True(await waiting);
        Assert.True(queue.TryDequeue(out var first));
        queue.Release(first);
        await writing;
    }

    [Fact]
    public async Task Reading_continues_while_a_loop_body_blocks()
    {
        var source = Transactions(1, 1);
        await using var engine = new CdcEngine(source, Store, Options(maxBatch: 1));
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            if (Id(change) > 1)
            {
                break;
            }

            source.Insert(Table, ("id", 2)).Insert(Table, ("id", 3));
            Assert.True(SpinWait.SpinUntil(() => engine.Status.BufferedChanges >= 3, TimeSpan.FromSeconds(30)));
        }
    }

    [Fact]
    public async Task A_loop_body_that_blocks_may_wait_for_the_end_of_its_engine()
    {
        var source = Transactions(1, 1);
        await using var engine = new CdcEngine(source, Store, Options());
        await using var events = engine.ReadAsync(Timeout).GetAsyncEnumerator(Timeout);
        Assert.True(await events.MoveNextAsync());
        var next = events.MoveNextAsync().AsTask();
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        next.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(
            () => ended.SetResult(engine.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(20))));
        source.Insert(Table, ("id", 2));
        Assert.True(await ended.Task.WaitAsync(Timeout));
        Assert.Equal(0, source.OpenFeeds);
    }

    private static FeedBatch Heartbeat()
    {
        var batch = new FeedBatch();
        batch.Add(StreamItems.Heartbeat(new PlainPosition()));
        return batch;
    }
}
