using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;
using CdcEmbedded.Tests.Offsets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Tests.Leases;

/// <summary>Engines of which one is active and the others wait.</summary>
public sealed class LeaseEngineTests : EngineTest
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_standby_waits_and_takes_over_at_once_after_a_graceful_stop()
    {
        await using var first = Start(Script(), Store);
        var changes = first.ReadAsync(Timeout).GetAsyncEnumerator(Timeout);
        await changes.MoveNextAsync();
        await changes.MoveNextAsync();
        await using var second = Start(Script(), Store);
        var rest = ReadIdsAsync(second);
        await UntilAsync(() => second.Status is { State: EngineState.Standby, Lease.Owner: not null }, "the second one is a standby");
        Assert.Equal((true, false), (first.Status.Lease?.IsHeld, second.Status.Lease?.IsHeld));
        Assert.Equal(first.Status.Lease?.Owner, second.Status.Lease?.Owner);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await second.Snapshots.PauseAsync(cancellationToken: Timeout));
        await first.Snapshots.PauseAsync(cancellationToken: Timeout);

        await changes.DisposeAsync();
        Time.Advance(Duration / 6);

        Assert.Equal([2, 3], await rest);
        Assert.Equal(2, second.Status.Lease?.Fence);
    }

    [Fact]
    public async Task A_standby_that_takes_over_does_not_name_itself_before_it_holds_the_lease()
    {
        await using var first = Start(Script(), Store);
        var changes = first.ReadAsync(Timeout).GetAsyncEnumerator(Timeout);
        await changes.MoveNextAsync();
        var store = new FaultyOffsetStore(Inner);
        var held = new TaskCompletionSource();
        store.HoldSaves(held.Task);
        await using var second = Start(Script(), store);
        var rest = ReadIdsAsync(second);
        await UntilAsync(() => second.Status is { State: EngineState.Standby, Lease.Owner: not null }, "the second one is a standby");

        await changes.DisposeAsync();
        Time.Advance(Duration / 6);
        await UntilAsync(() => second.Status.Lease is { IsHeld: false, Owner: null }, "nobody holds the lease");

        Assert.Equal("Standby, lease 2 of nobody", second.Status.ToString());
        store.HoldSaves(null);
        held.SetResult();
        Assert.NotEmpty(await rest);
        Assert.NotNull(second.Status.Lease?.Owner);
    }

    [Fact]
    public async Task Of_two_that_want_the_lease_at_once_the_later_one_logs_that_it_waits()
    {
        var log = new RecordedLog();
        var store = new MeetingStore(Store, 2);
        await using var one = Start(Script(), store, log: log);
        await using var other = Start(Script(), store, log: log);
        var reading = new[] { one, other }.Select(engine => engine.ReadAsync(Timeout).GetAsyncEnumerator(Timeout)).ToArray();
        var moves = reading.Select(changes => changes.MoveNextAsync().AsTask()).ToArray();
        await Task.WhenAny(moves);
        var active = one.Status.Lease is { IsHeld: true } ? one : other;

        await AdvanceUntilAsync(() => Waits().Any());

        Assert.True(active.Status.Lease is { IsHeld: true, Fence: 1 });
        Assert.Contains(active.Status.Lease.Owner!, Assert.Single(Waits()), StringComparison.Ordinal);
        Assert.Equal(active.Status.Lease.Owner, (active == one ? other : one).Status.Lease?.Owner);
        await reading[active == one ? 0 : 1].DisposeAsync();
        await AdvanceUntilAsync(() => moves.All(move => move.IsCompleted));
        await reading[active == one ? 1 : 0].DisposeAsync();

        IEnumerable<string> Waits()
            => log.Of(LogLevel.Information).Where(line => line.Contains("waits as a standby", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_standby_takes_over_after_the_duration_and_the_former_instance_can_save_nothing()
    {
        await using var first = Start(Script(), Store);
        var changes = first.ReadAsync(Timeout).GetAsyncEnumerator(Timeout);
        await changes.MoveNextAsync();
        var held = new TaskCompletionSource();
        Store.HoldSaves(held.Task);
        await using var second = Start(Script(), new FaultyOffsetStore(Inner));
        var rest = ReadIdsAsync(second);
        await UntilAsync(() => second.Status.State == EngineState.Standby, "the second one is a standby");

        await AdvanceUntilAsync(() => rest.IsCompleted);

        Assert.Equal([1, 2, 3], await rest);
        held.SetResult();
        await Assert.ThrowsAsync<LeaseLostException>(async () => await first.CommitAsync(changes.Current, Timeout));
        await Assert.ThrowsAsync<LeaseLostException>(async () => await changes.MoveNextAsync());
        Assert.Equal((EngineState.Failed, false), (first.Status.State, first.Status.Lease?.IsHeld));
    }

    [Fact]
    public async Task An_instance_that_cannot_renew_yields_nothing_until_it_can()
    {
        await using var engine = Start(Script(), Store);
        var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator(Timeout);
        await changes.MoveNextAsync();
        var held = new TaskCompletionSource();
        Store.HoldSaves(held.Task);
        await AdvanceUntilAsync(() => engine.Status.Lease?.IsHeld == false);

        var next = changes.MoveNextAsync().AsTask();
        await Task.WhenAny(next, Task.Delay(50));
        Assert.False(next.IsCompleted);
        Store.HoldSaves(null);
        held.SetResult();
        await AdvanceUntilAsync(() => next.IsCompleted);

        Assert.True(await next);
        Assert.Equal(2, Id(changes.Current));
        Assert.Equal((true, 1L), (engine.Status.Lease?.IsHeld, engine.Status.Lease?.Fence));
    }

    [Theory]
    [InlineData("{oops")]
    [InlineData("x")]
    [InlineData("oops}")]
    [InlineData("")]
    [InlineData("{\"v\":2}")]
    [InlineData("{\"v\":99,\"source\":{\"connector\":\"scripted\"}}")]
    public async Task A_damaged_offset_is_refused_before_a_lease_is_written_over_it(string damaged)
    {
        await Store.SaveAsync("test", damaged, 0, Timeout);
        await using var engine = Start(Script(), Store);

        var error = await Assert.ThrowsAsync<OffsetFormatException>(() => ReadIdsAsync(engine));

        Assert.Contains("'test'", error.Message, StringComparison.Ordinal);
        Assert.Equal(new StoredOffset(damaged, 1), await Store.LoadAsync("test", Timeout));
    }

    [Fact]
    public async Task A_deposed_instance_cannot_save_in_a_transaction_and_its_effects_are_rolled_back()
    {
        using var file = new SqliteFile();
        var store = new DbOffsetStore(file.Source);
        await store.CreateTableAsync();
        await file.ExecuteAsync("CREATE TABLE effects (id integer)");
        await using var first = Start(Script(), new FaultyDbStore(store, out var fault), CommitPolicy.Never);
        var batches = first.ReadBatchesAsync(Timeout).GetAsyncEnumerator(Timeout);
        await batches.MoveNextAsync();
        fault.Value = true;
        await using var second = Start(Script(), store, CommitPolicy.Never);
        var others = second.ReadBatchesAsync(Timeout).GetAsyncEnumerator(Timeout);
        var moving = others.MoveNextAsync().AsTask();
        await AdvanceUntilAsync(() => moving.IsCompleted);
        await ApplyAsync(others.Current);
        fault.Value = false;

        await Assert.ThrowsAsync<LeaseLostException>(() => ApplyAsync(batches.Current));

        Assert.Equal(others.Current.Select(Id), await file.ReadNumbersAsync("SELECT id FROM effects"));
        await others.DisposeAsync();
        await batches.DisposeAsync();

        async Task ApplyAsync(ChangeBatch batch)
        {
            await using var connection = await file.Source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            foreach (var change in batch)
            {
                await using var command = connection.CreateCommand();
                command.CommandText = $"INSERT INTO effects VALUES ({Id(change)})";
                await command.ExecuteNonQueryAsync();
            }

            await store.SaveAsync(batch, transaction, Timeout);
            await transaction.CommitAsync();
        }
    }

    [Fact]
    public async Task A_standby_that_is_cancelled_ends_with_the_callers_token()
    {
        await using var first = Start(Script(), Store);
        var changes = first.ReadAsync(Timeout).GetAsyncEnumerator(Timeout);
        await changes.MoveNextAsync();
        using var cancellation = new CancellationTokenSource();
        await using var second = Start(Script(), Store);
        var reading = Task.Run(async () => await second.ReadAsync(cancellation.Token).GetAsyncEnumerator().MoveNextAsync());
        await UntilAsync(() => second.Status.State == EngineState.Standby, "the second one is a standby");

        await cancellation.CancelAsync();

        var e = await Assert.ThrowsAsync<OperationCanceledException>(() => reading);
        Assert.Equal(cancellation.Token, e.CancellationToken);
        await changes.DisposeAsync();
    }

    [Fact]
    public async Task The_row_without_a_lease_remains_readable_for_an_engine_that_uses_none()
    {
        await using (var first = Start(Script(), Store, CommitPolicy.Always))
        {
            Assert.Equal([1, 2], await ReadIdsAsync(first, 2));
        }

        Assert.Equal(At(1), CdcOffset.Parse((await Store.LoadAsync("test"))!.Text).ToString());
        await using var second = Engine(Script());
        Assert.Equal([2, 3], await ReadIdsAsync(second));
        Assert.DoesNotContain("lease", LastSaved, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00:00:00.05")]
    [InlineData("02:00:00")]
    public void A_duration_out_of_range_is_refused(string duration)
    {
        var options = new CdcEngineOptions { Name = "a", Lease = new LeaseOptions { Duration = TimeSpan.Parse(duration, null) } };
        Assert.Contains("Lease.Duration", Assert.Throws<ArgumentException>(() => new CdcEngine(Script(), Store, options)).Message,
            StringComparison.Ordinal);
    }

    private static ScriptedSource Script() => Transactions(1, 1, 1, 1).End();

    private CdcEngine Start(ScriptedSource source, IOffsetStore store, CommitPolicy? policy = null, ILoggerFactory? log = null) => new(
        source, store, new()
    {
        Name = "test",
        LoggerFactory = log ?? NullLoggerFactory.Instance,
        TimeProvider = Time,
        MaxBatchSize = 1,
        CommitPolicy = policy ?? CommitPolicy.Always,
        Lease = new LeaseOptions { Duration = Duration },
    });

    /// <summary>Moves the clock on until something has happened.</summary>
    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 3000 && !condition(); i++)
        {
            Time.Advance(Duration / 12);
            await Task.Delay(5);
        }

        Assert.True(condition());
    }

    /// <summary>A store that cannot be reached while a test says so, except in the application's own transactions.</summary>
    private sealed class FaultyDbStore : ITransactionalOffsetStore
    {
        private readonly DbOffsetStore _store;
        private readonly StrongBox _isFaulty;

        public FaultyDbStore(DbOffsetStore store, out StrongBox isFaulty)
        {
            _store = store;
            _isFaulty = isFaulty = new StrongBox();
        }

        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
            => _isFaulty.Value ? throw new IOException("The test has cut the connection.") : _store.LoadAsync(key, cancellationToken);

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
            => _isFaulty.Value ? throw new IOException("The test has cut the connection.")
                : _store.SaveAsync(key, text, expectedVersion, cancellationToken);
    }

    /// <summary>A store whose first loads end together.</summary>
    private sealed class MeetingStore(IOffsetStore inner, int loads) : IOffsetStore
    {
        private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _loads = loads;

        public async ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
        {
            var loaded = await inner.LoadAsync(key, cancellationToken);
            if (Interlocked.Decrement(ref _loads) == 0)
            {
                _met.SetResult();
            }

            await _met.Task.WaitAsync(cancellationToken);
            return loaded;
        }

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
            => inner.SaveAsync(key, text, expectedVersion, cancellationToken);
    }

    private sealed class StrongBox
    {
        public volatile bool Value;
    }
}
