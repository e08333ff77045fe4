using CdcEmbedded.Offsets;

namespace CdcEmbedded.Testing;

public static partial class OffsetStoreConformance
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(3);

    // How long a check waits for engines; of real time, because the clock of the leases is the kit's.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Three engines under one name: one is active, and each of the others follows at its time.</summary>
    private static async Task VerifyLeaseAsync(Func<IOffsetStore> open, string key, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Patience);
        var clock = new VirtualTime();
        var first = new LeaseReader(open(), key, clock, bound.Token);
        await using var firstEnding = first.ConfigureAwait(false);
        Require(await first.NextAsync().ConfigureAwait(false) == 1, "The first engine with a lease must read the first change.");
        await first.AskAsync().ConfigureAwait(false);

        var second = new LeaseReader(open(), key, clock, bound.Token);
        await using var secondEnding = second.ConfigureAwait(false);
        var next = second.NextAsync();
        await second.UntilStandbyAsync().ConfigureAwait(false);
        await first.DisposeAsync().ConfigureAwait(false);
        Require(await AdvanceAsync(clock, next, LeaseDuration / 2).ConfigureAwait(false) == 2,
            "After a graceful stop, a standby must take over at once, after the last change that was acknowledged. "
            + "Each SaveAsync must be visible to every instance when it returns.");

        second.Store.IsCut = true;
        var third = new LeaseReader(open(), key, clock, bound.Token);
        await using var thirdEnding = third.ConfigureAwait(false);
        next = third.NextAsync();
        await third.UntilStandbyAsync().ConfigureAwait(false);
        Require(await AdvanceAsync(clock, next, LeaseDuration * 2).ConfigureAwait(false) is 2 or 3,
            "A standby must take over once the row of the lease has not changed for the lease's duration. "
            + "LoadAsync must return the same version until the next save.");
        second.Store.IsCut = false;
        try
        {
            await second.CommitAsync().ConfigureAwait(false);
        }
        catch (LeaseLostException)
        {
            return;
        }

        throw new OffsetStoreConformanceException("The save of an instance whose lease was taken over must fail; it saved.");
    }

    private static async Task<long> AdvanceAsync(VirtualTime clock, Task<long> next, TimeSpan by)
    {
        for (var moved = TimeSpan.Zero; !next.IsCompleted; moved += LeaseDuration / 12)
        {
            if (moved < by)
            {
                clock.Advance(LeaseDuration / 12);
            }

            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System)).ConfigureAwait(false);
        }

        try
        {
            return await next.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    /// <summary>An engine with a lease, over a script of five changes.</summary>
    private sealed class LeaseReader : IAsyncDisposable
    {
        private readonly CdcEngine _engine;
        private readonly IAsyncEnumerator<ChangeEvent> _changes;
        private readonly CancellationToken _bound;
        private ChangeEvent? _last;

        public LeaseReader(IOffsetStore store, string key, VirtualTime clock, CancellationToken bound)
        {
            var script = new ScriptedSource();
            for (var id = 1; id <= 5; id++)
            {
                script.Begin().Insert("kit.leases", ("id", id)).Commit();
            }

            Store = new CutStore(store);
            _bound = bound;
            _engine = new CdcEngine(script, Store, new CdcEngineOptions
            {
                Name = key,
                TimeProvider = clock,
                MaxBatchSize = 1,
                CommitPolicy = CommitPolicy.Always,
                Lease = new LeaseOptions { Duration = LeaseDuration, Owner = "kit" },
            });
            _changes = _engine.ReadAsync(bound).GetAsyncEnumerator(CancellationToken.None);
        }

        public CutStore Store { get; }

        public async Task<long> NextAsync()
        {
            await _changes.MoveNextAsync().ConfigureAwait(false);
            _last = _changes.Current;
            return _last.After["id"].AsInt64();
        }

        /// <summary>Acknowledges the current change.</summary>
        public ValueTask AskAsync() => _engine.CommitAsync(_bound);

        public ValueTask CommitAsync() => _engine.CommitAsync(_last!, _bound);

        public async Task UntilStandbyAsync()
        {
            while (_engine.Status is not { State: EngineState.Standby, Lease.Owner: not null })
            {
                Require(_engine.Status.State is EngineState.Idle or EngineState.Connecting or EngineState.Standby,
                    "While another instance holds the lease, an engine must wait as a standby. LoadAsync must return what was saved last.");
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, _bound).ConfigureAwait(false);
            }
        }

        public async ValueTask DisposeAsync() => await _engine.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A store that can be cut off, as from an instance that was killed.</summary>
    private sealed class CutStore(IOffsetStore store) : IOffsetStore
    {
        public volatile bool IsCut;

        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
            => IsCut ? throw new IOException("The kit has cut this instance off.") : store.LoadAsync(key, cancellationToken);

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
            => IsCut ? throw new IOException("The kit has cut this instance off.")
                : store.SaveAsync(key, text, expectedVersion, cancellationToken);
    }
}
