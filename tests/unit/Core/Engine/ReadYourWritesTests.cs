using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Waiting until the loop has processed a position.</summary>
public sealed class ReadYourWritesTests : EngineTest
{
    [Fact]
    public async Task A_wait_ends_when_the_loop_has_asked_for_the_change_after_the_position()
    {
        await using var engine = new CdcEngine(Transactions(1, 1, 1, 1), Store, Options(time: TimeProvider.System));
        var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator(Timeout);
        await changes.MoveNextAsync();
        await changes.MoveNextAsync();
        var position = changes.Current.Offset;

        var waiting = engine.WaitUntilProcessedAsync(position, TimeSpan.FromMinutes(1), Timeout).AsTask();
        await Task.WhenAny(waiting, Task.Delay(50));
        Assert.False(waiting.IsCompleted);
        await changes.MoveNextAsync();

        Assert.True(await waiting);
        Assert.False(await engine.WaitUntilProcessedAsync(changes.Current.Offset, TimeSpan.FromMilliseconds(20), Timeout));
        await changes.DisposeAsync();
    }

    [Fact]
    public async Task An_engine_that_does_not_read_looks_at_the_stored_offset()
    {
        await using var engine = new CdcEngine(Transactions(1, 1, 1), Store, Options(CommitPolicy.Always, time: TimeProvider.System));
        await using var other = new CdcEngine(Transactions(1), Store, Options(time: TimeProvider.System));
        var position = CdcOffset.Parse(At(2));
        Assert.False(await other.WaitUntilProcessedAsync(position, TimeSpan.Zero, Timeout));

        Assert.Equal([1, 2, 3], await ReadIdsAsync(new CdcEngine(Transactions(1, 1, 1, 1).End(), Store,
            Options(CommitPolicy.Always, time: TimeProvider.System))));

        Assert.True(await other.WaitUntilProcessedAsync(position, TimeSpan.FromMinutes(1), Timeout));
    }

    [Fact]
    public async Task A_position_of_another_kind_of_source_is_refused()
    {
        await using var engine = Engine(new ScriptedSource());
        var position = new PlainPosition(1).ToOffset();

        var e = await Assert.ThrowsAsync<ArgumentException>(async () =>
            await engine.WaitUntilProcessedAsync(position, TimeSpan.Zero, Timeout));
        Assert.Contains("'test'", e.Message, StringComparison.Ordinal);
    }
}
