using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Several engines in one loop.</summary>
public sealed class EngineGroupTests : EngineTest
{
    [Fact]
    public async Task Each_engine_keeps_its_order_and_stores_its_own_offset()
    {
        await using var group = new CdcEngineGroup(Create("a", Transactions(2, 3, 1).End()), Create("b", Transactions(1, 2).End()),
            Create("c", new ScriptedSource().End()));
        var read = new List<(string Engine, long Id)>();
        await foreach (var change in group.ReadAsync(Timeout))
        {
            Assert.Equal(change.Source.Name, group.EngineOf(change).Name);
            read.Add((change.Source.Name, Id(change)));
        }

        Assert.Equal([1, 2, 3, 4], read.Where(static one => one.Engine == "a").Select(static one => one.Id));
        Assert.Equal([1, 2], read.Where(static one => one.Engine == "b").Select(static one => one.Id));
        Assert.Equal(At(2), await TextAsync("a"));
        Assert.Equal(At(1), await TextAsync("b"));
        Assert.Equal(At(0), await TextAsync("c"));
    }

    [Fact]
    public async Task A_loop_that_is_left_acknowledges_nothing_that_it_has_not_asked_past()
    {
        var sources = (A: Transactions(1, 5), B: Transactions(1, 5));
        await using (var group = new CdcEngineGroup(Create("a", sources.A), Create("b", sources.B)))
        {
            var ids = new List<string>();
            await foreach (var batch in group.ReadBatchesAsync(Timeout))
            {
                ids.Add(group.EngineOf(batch).Name);
                if (ids.Count == 2)
                {
                    break;
                }
            }

            Assert.Equal(2, ids.Distinct().Count());
            Assert.Equal(0, sources.A.OpenFeeds + sources.B.OpenFeeds);
            Assert.Equal(At(1), await TextAsync(ids[0]));
            Assert.Equal(At(0), await TextAsync(ids[1]));
        }
    }

    [Fact]
    public async Task An_engine_that_always_has_more_does_not_hold_up_another()
    {
        // As many changes are added as are read: one that waited until the first engine has no more would wait for ever.
        var busy = Transactions(1, 5_000);
        var last = 5_000L;
        await using var group = new CdcEngineGroup(Create("busy", busy), Create("small", Transactions(1, 1)));
        await using var changes = group.ReadAsync(Timeout).GetAsyncEnumerator();
        do
        {
            busy.Insert(Table, ("id", ++last));
            Assert.True(await changes.MoveNextAsync());
        }
        while (changes.Current.Source.Name == "busy");

        Assert.Equal("small", changes.Current.Source.Name);
    }

    [Fact]
    public async Task A_waiting_engine_does_not_hold_up_another_and_is_read_when_it_has_something()
    {
        var quiet = new ScriptedSource();
        var busy = Transactions(1, 1);
        await using var group = new CdcEngineGroup(Create("quiet", quiet), Create("busy", busy));
        await using var changes = group.ReadAsync(Timeout).GetAsyncEnumerator();
        for (var id = 1; id <= 3; id++)
        {
            Assert.True(await changes.MoveNextAsync());
            Assert.Equal(("busy", id), (changes.Current.Source.Name, Id(changes.Current)));
            busy.Insert(Table, ("id", id + 1));
        }

        Assert.True(await changes.MoveNextAsync());
        var waiting = changes.MoveNextAsync();
        Assert.False(waiting.IsCompleted);
        quiet.Insert(Table, ("id", 9));
        Assert.True(await waiting);
        Assert.Equal(("quiet", 9L), (changes.Current.Source.Name, Id(changes.Current)));
    }

    [Fact]
    public async Task A_commit_stores_the_offset_of_the_elements_engine_only()
    {
        var options = new CdcEngineOptions { Name = "a", Acknowledgement = AcknowledgementMode.Manual, TimeProvider = Time };
        await using var group = new CdcEngineGroup(new CdcEngine(Transactions(1, 2), Store, options),
            Create("b", Transactions(1, 2), AcknowledgementMode.Manual));
        var first = new Dictionary<string, ChangeEvent>();
        await using var changes = group.ReadAsync(Timeout).GetAsyncEnumerator();
        await group.CommitAsync(Timeout);
        while (first.Count < 2)
        {
            Assert.True(await changes.MoveNextAsync());
            first.TryAdd(changes.Current.Source.Name, changes.Current);
        }

        await group.CommitAsync(first["a"], Timeout);
        Assert.Equal((At(0, 1, true), At(0)), (await TextAsync("a"), await TextAsync("b")));
        await group.CommitAsync(first["b"], Timeout);
        Assert.Equal(At(0, 1, true), await TextAsync("b"));
        await using var other = Create("other", Transactions(1, 1).End());
        await foreach (var change in other.ReadAsync(Timeout))
        {
            Assert.Throws<ArgumentException>(() => group.EngineOf(change));
        }
    }

    [Fact]
    public async Task A_failure_names_its_engine_and_stops_the_others()
    {
        var other = Transactions(1, 2);
        var failing = Transactions(1, 1).Fail(new OffsetLostException("The script has lost it."));
        await using var group = new CdcEngineGroup(Create("other", other), Create("failing", failing));
        var thrown = await Assert.ThrowsAsync<EngineFailedException>(async () =>
        {
            await foreach (var item in group.ReadAllAsync(Timeout))
            {
                // Everything that was read before the failure.
            }
        });

        Assert.Equal("failing", thrown.Engine);
        Assert.Equal("Engine 'failing' has failed: The script has lost it.", thrown.Message);
        Assert.IsType<OffsetLostException>(thrown.InnerException);
        Assert.Equal(0, other.OpenFeeds + failing.OpenFeeds);
        Assert.Equal(At(1), await TextAsync("failing"));
        Assert.Equal(EngineState.Stopped, group.Engines[0].Status.State);
    }

    [Fact]
    public async Task The_callers_cancellation_ends_the_loop_with_its_token()
    {
        using var stop = new CancellationTokenSource();
        await using var group = new CdcEngineGroup(Create("a", Transactions(1, 1)), Create("b", new ScriptedSource()));
        await using var changes = group.ReadAsync(stop.Token).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        var waiting = changes.MoveNextAsync();
        await stop.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        Assert.Equal(stop.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task A_standby_waits_while_the_others_are_read()
    {
        var lease = new LeaseOptions { Duration = TimeSpan.FromSeconds(30) };
        await using var active = new CdcEngine(Transactions(1, 1), Store, new CdcEngineOptions { Name = "a", Lease = lease });
        await using var held = active.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await held.MoveNextAsync());
        await using var group = new CdcEngineGroup(
            new CdcEngine(Transactions(1, 1), Store, new CdcEngineOptions { Name = "a", Lease = lease }), Create("b", Transactions(1, 2)));
        await using var changes = group.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal("b", changes.Current.Source.Name);
        await UntilAsync(() => group.Engines[0].Status.State == EngineState.Standby, "the first engine is a standby");
    }

    [Fact]
    public async Task Engines_of_one_name_and_no_engine_are_refused()
    {
        await using var a = Create("a", Transactions(1, 1));
        await using var again = Create("a", Transactions(1, 1));
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => new CdcEngineGroup(a, again)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CdcEngineGroup());
    }

    private CdcEngine Create(string name, ScriptedSource source, AcknowledgementMode mode = AcknowledgementMode.OnNext)
        => new(source, Store, new CdcEngineOptions { Name = name, Acknowledgement = mode, TimeProvider = Time });

    private async Task<string?> TextAsync(string name) => (await Inner.LoadAsync(name, Timeout))?.Text;
}
