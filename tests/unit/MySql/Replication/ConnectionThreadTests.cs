using CdcEmbedded.MySql.Replication;

namespace CdcEmbedded.MySql.Tests.Replication;

#pragma warning disable CA2012, xUnit1030 // Where a continuation runs is what these tests are about.

/// <summary>The thread that reads a connection, and what it runs.</summary>
public sealed class ConnectionThreadTests
{
    [Fact]
    public async Task Calls_and_what_awaits_them_run_on_one_thread_that_is_not_the_pools()
    {
        var connection = new ConnectionThread(() => { });
        var calls = new List<Thread>();
        var resumed = new List<Thread>();

        async Task RunAsync()
        {
            await EnterAsync(connection).ConfigureAwait(false);
            for (var call = 1; call <= 3; call++)
            {
                Assert.Equal(call, await connection.RunAsync(() => Note(calls, call), CancellationToken.None).ConfigureAwait(false));
                Note(resumed, 0);
            }
        }

        await Task.Run(RunAsync).WaitAsync(SessionTest.Patience);

        // This resumed on the connection's thread too.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Assert.False(calls[0].IsThreadPoolThread);
        connection.Close();

        Assert.Equal([calls[0], calls[0], calls[0]], calls);
        Assert.Equal(calls, resumed);
        Assert.True(calls[0].Join(SessionTest.Patience));
    }

    [Fact]
    public async Task A_call_that_waits_for_a_thread_that_blocks_is_made_by_another_one()
    {
        var connection = new ConnectionThread(() => { });
        var calls = new List<Thread>();

        // What is a loop body in an application: it blocks where the first call resumed it, and the next call waits already.
        async Task<Task<int>> BlockAsync()
        {
            await EnterAsync(connection).ConfigureAwait(false);
            await connection.RunAsync(() => Note(calls, 1), CancellationToken.None).ConfigureAwait(false);
            var next = connection.RunAsync(() => Note(calls, 2), CancellationToken.None).AsTask();
            Assert.True(next.Wait(SessionTest.Patience));
            return next;
        }

        Assert.Equal(2, await (await Task.Run(BlockAsync).WaitAsync(SessionTest.Patience)));
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Assert.NotSame(calls[0], calls[1]);
        Assert.True(calls[0].Join(SessionTest.Patience));
        connection.Close();
        Assert.True(calls[1].Join(SessionTest.Patience));
    }

    [Fact]
    public async Task Closing_ends_the_call_that_is_made_and_refuses_further_ones()
    {
        using var begun = new ManualResetEventSlim();
        using var aborted = new ManualResetEventSlim();
        var connection = new ConnectionThread(aborted.Set);
        var call = connection.RunAsync(() => Block(begun, aborted), CancellationToken.None).AsTask();
        Assert.True(begun.Wait(SessionTest.Patience));
        connection.Close();
        await Assert.ThrowsAsync<IOException>(() => call.WaitAsync(SessionTest.Patience));
        Assert.Throws<ObjectDisposedException>(() => { _ = connection.RunAsync(() => 0, CancellationToken.None); });
    }

    [Fact]
    public async Task Closing_ends_a_call_that_waits_for_its_thread_without_running_what_follows()
    {
        var connection = new ConnectionThread(() => { });
        Thread? resumed = null;

        async Task<Thread> CloseAsync()
        {
            await EnterAsync(connection).ConfigureAwait(false);
            var waiting = WaitAsync();
            connection.Close();
            Assert.True(waiting.Wait(SessionTest.Patience));
            return Thread.CurrentThread;
        }

        async Task WaitAsync()
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(
                async () => await connection.RunAsync(() => 0, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
            resumed = Thread.CurrentThread;
        }

        Assert.NotSame(await Task.Run(CloseAsync).WaitAsync(SessionTest.Patience), resumed);
    }

    [Fact]
    public async Task A_cancelled_token_closes_the_connection_and_only_while_its_call_is_made()
    {
        using var begun = new ManualResetEventSlim();
        using var aborted = new ManualResetEventSlim();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var connection = new ConnectionThread(aborted.Set);
        await connection.RunAsync(() => 1, first.Token).AsTask().WaitAsync(SessionTest.Patience);
        await first.CancelAsync();
        Assert.False(connection.IsClosed);

        var call = connection.RunAsync(() => Block(begun, aborted), second.Token).AsTask();
        Assert.True(begun.Wait(SessionTest.Patience));
        await second.CancelAsync();

        await Assert.ThrowsAsync<IOException>(() => call.WaitAsync(SessionTest.Patience));
        Assert.True(connection.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => { _ = connection.RunAsync(() => 0, second.Token); });
    }

    [Fact]
    public async Task Only_one_call_is_made_at_a_time()
    {
        using var release = new ManualResetEventSlim();
        var connection = new ConnectionThread(() => { });
        var call = connection.RunAsync(() => release.Wait(SessionTest.Patience) ? 1 : 0, CancellationToken.None).AsTask();
        Assert.Throws<InvalidOperationException>(() => { _ = connection.RunAsync(() => 0, CancellationToken.None); });
        release.Set();
        Assert.Equal(1, await call.WaitAsync(SessionTest.Patience));
        connection.Close();
    }

    /// <summary>Resumes on the connection's thread. A call that has ended before it is awaited does not.</summary>
    private static async Task EnterAsync(ConnectionThread connection)
    {
        do
        {
            await connection.RunAsync(() => Sleep(20), CancellationToken.None).ConfigureAwait(false);
        }
        while (Thread.CurrentThread.IsThreadPoolThread);
    }

    private static int Sleep(int milliseconds)
    {
        Thread.Sleep(milliseconds);
        return 0;
    }

    private static int Block(ManualResetEventSlim begun, ManualResetEventSlim aborted)
    {
        begun.Set();
        return aborted.Wait(SessionTest.Patience) ? throw new IOException("aborted") : 0;
    }

    private static int Note(List<Thread> threads, int result)
    {
        threads.Add(Thread.CurrentThread);
        return result;
    }
}
