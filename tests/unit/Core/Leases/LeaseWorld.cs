using CdcEmbedded.Engine;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Tests.Leases;

/// <summary>Three instances over one store, each with its own faults, and a clock. What must always hold is checked after each
/// step.</summary>
internal sealed class LeaseWorld(Random random)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);
    private readonly VirtualTime _time = new();
    private readonly InMemoryOffsetStore _shared = new();
    private readonly List<Instance> _instances = [];
    private long _fence;
    private long _stored;
    private DateTimeOffset? _killedAt;
    private DateTimeOffset? _stoppedAt;
    private DateTimeOffset _nextFault;

    public int TakeOvers { get; private set; }

    public int Deposed { get; private set; }

    public TimeSpan LongestAfterKill { get; private set; }

    public TimeSpan LongestAfterStop { get; private set; }

    private Instance? Active => _instances.Find(instance => instance.Lease.IsHeld);

    public void Step()
    {
        while (_instances.Count < 3)
        {
            _instances.Add(new Instance(this));
        }

        if (_time.GetUtcNow() >= _nextFault)
        {
            Disturb();
            _nextFault = _time.GetUtcNow() + (Tick * random.Next(5, 40));
        }

        _time.Advance(Tick);
        foreach (var instance in _instances.ToList())
        {
            instance.Work();
        }

        Check();
    }

    public override string ToString() => $"{TakeOvers} take-overs, {Deposed} instances deposed, at most "
        + $"{LongestAfterKill.TotalSeconds:0.0} s after a kill and {LongestAfterStop.TotalSeconds:0.0} s after a stop, position {_stored}";

    private void Disturb()
    {
        if (Active is not { } active)
        {
            return;
        }

        var standby = _instances.Find(instance => instance != active)!;
        switch (random.Next(7))
        {
            case 0:
                active.Kill();
                (_killedAt, _stoppedAt) = (_time.GetUtcNow(), null);
                break;
            case 1 when !active.IsFaulty:
                active.Stop();
                (_killedAt, _stoppedAt) = (null, _time.GetUtcNow());
                break;
            case 2:
                active.Hang(_time.GetUtcNow() + (Tick * random.Next(2, 80)));
                break;
            case 3:
                active.FailSaves(random.Next(1, 12), isBefore: true);
                break;
            case 4:
                active.FailSaves(random.Next(1, 6), isBefore: false);
                break;
            case 5:
                standby.Kill();
                break;
            case 6:
                standby.Store.FailLoad();
                break;
        }
    }

    private void Check()
    {
        Assert.True(_instances.Count(instance => instance.Lease.IsHeld) <= 1, $"two instances are active; {this}");
        var (offset, lease) = LeaseText.Split(_shared.LoadAsync("lease").AsTask().Result?.Text);
        var stored = offset is null ? 0 : CdcOffset.Parse(offset).ToJson().GetProperty("position").GetProperty("n").GetInt64();
        Assert.True(stored >= _stored, $"the offset moved back from {_stored} to {stored}; {this}");
        Assert.True((lease?.Fence ?? 0) >= _fence, $"the fence moved back; {this}");
        _stored = stored;
        if (lease?.Fence > _fence)
        {
            TakeOvers++;
            _fence = lease.Fence;
            var now = _time.GetUtcNow();
            LongestAfterKill = Max(LongestAfterKill, now - _killedAt);
            LongestAfterStop = Max(LongestAfterStop, now - _stoppedAt);
            (_killedAt, _stoppedAt) = (null, null);
        }

        Assert.True(_killedAt is not { } killed || _time.GetUtcNow() - killed <= TimeSpan.FromSeconds(5), $"nobody takes over; {this}");
        Assert.True(_stoppedAt is not { } stopped || _time.GetUtcNow() - stopped <= TimeSpan.FromSeconds(1), $"nobody follows; {this}");
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan? b) => b > a ? b.Value : a;

    private void OnStored(Instance by, long fence)
    {
        // The moment of a save: whoever succeeds is the newest.
        var lease = LeaseText.Split(_shared.LoadAsync("lease").AsTask().Result?.Text).Lease;
        Assert.True(lease?.Fence == fence, $"an instance with fence {fence} has saved after {lease?.Fence}; {by}; {this}");
    }

    private sealed class Instance
    {
        private readonly LeaseWorld _world;
        private readonly OffsetKeeper _keeper;
        private readonly StoreSlot _slot;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _acquiring;
        private TaskCompletionSource? _hang;
        private DateTimeOffset _until;
        private long _position = -1;
        private long _sequence;
        private Task? _saving;
        private volatile bool _isDeposed;

        public Instance(LeaseWorld world)
        {
            _world = world;
            Store = new FaultyOffsetStore(new Cable(world._shared, this));
            _slot = new StoreSlot(Store, "lease", NullLogger.Instance);
            _keeper = new OffsetKeeper(_slot, null);
            var options = new CdcEngineOptions { Name = "lease", TimeProvider = world._time };
            Lease = new EngineLease(new LeaseOptions { Duration = Duration, Owner = "node" }, options, _keeper, NullLogger.Instance,
                () => { }, _ => { });
            _acquiring = Lease.AcquireAsync(_stop.Token).AsTask();
        }

        public FaultyOffsetStore Store { get; }

        public EngineLease Lease { get; }

        public bool IsDead { get; private set; }

        /// <summary>True if its store has, or had, faults: then the release may fail too.</summary>
        public bool IsFaulty { get; private set; }

        public void Kill()
        {
            _stop.Cancel();
            Leave();
        }

        public void Stop()
        {
            Lease.DisposeAsync().AsTask().Wait();
            Leave();
        }

        public void Hang(DateTimeOffset until)
        {
            IsFaulty = true;
            _hang ??= new TaskCompletionSource();
            _until = until;
            Store.HoldSaves(_hang.Task);
        }

        public void FailSaves(int count, bool isBefore)
        {
            IsFaulty = true;
            for (var i = 0; i < count; i++)
            {
                if (isBefore)
                {
                    Store.FailBeforeSave();
                }
                else
                {
                    Store.FailAfterSave();
                }
            }
        }

        /// <summary>What an engine does: it saves the next offset.</summary>
        public void Work()
        {
            if (_hang is { } hang && _world._time.GetUtcNow() >= _until)
            {
                _hang = null;
                Store.HoldSaves(null);
                hang.SetResult();
            }

            if (_acquiring.IsFaulted)
            {
                Leave();
                return;
            }

            if (_acquiring.IsCompleted && _saving is not { IsCompleted: false })
            {
                _saving = SaveAsync();
            }

            // A save that waits for its turn after a renewal continues on another thread.
            if (_hang is null || _saving is { IsFaulted: true })
            {
                _saving?.Wait();
            }

            if (_isDeposed)
            {
                _world.Deposed++;
                Leave();
            }
        }

        private async Task SaveAsync()
        {
            if (_position < 0)
            {
                _position = _keeper.Parse(_slot.Text)?.ToJson().GetProperty("position").GetProperty("n").GetInt64() ?? 0;
            }

            try
            {
                await _keeper.SaveAsync(StreamPlace.Of(new PlainPosition(_position + 1)), ++_sequence, CancellationToken.None);
                _position++;
                _world.OnStored(this, Lease.Status.Fence);
            }
            catch (LeaseLostException)
            {
                _isDeposed = true;
                Assert.False(Lease.IsHeld);
            }
            catch (IOException)
            {
                // The next step tries again.
                _position++;
            }
        }

        /// <summary>Without this, its timers would stay on the clock.</summary>
        private void Leave()
        {
            _world._instances.Remove(this);
            IsDead = true;
            Store.HoldSaves(null);
            _hang?.TrySetResult();
            Lease.DisposeAsync().AsTask().Wait();
        }
    }

    /// <summary>What connects an instance with the store; a dead one has none.</summary>
    private sealed class Cable(IOffsetStore store, Instance instance) : IOffsetStore
    {
        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
        {
            ThrowIfDead();
            return store.LoadAsync(key, cancellationToken);
        }

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        {
            ThrowIfDead();
            return store.SaveAsync(key, text, expectedVersion, cancellationToken);
        }

        private void ThrowIfDead()
        {
            if (instance.IsDead)
            {
                throw new OffsetConflictException("This instance is dead.");
            }
        }
    }
}
