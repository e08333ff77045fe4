using System.Globalization;
using CdcEmbedded.Hosting;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.StreamSimulation;

/// <summary>Two instances of a stream over one script and one store, virtual time, and a schedule that a seed decides: which call
/// continues, which fails, when time passes, and who is killed. What must always hold is checked at each call.</summary>
internal sealed class SimulatedWorld
{
    // The waits after lost connections double up to two minutes: the end may be hours away.
    private const int MaxSteps = 40_000;
    private const int DisturbedSteps = 500;
    private const int MaxFaults = 12;

    private readonly Random _random;
    private readonly InMemoryOffsetStore _shared = new();
    private readonly List<SimulatedInstance> _instances = [];
    private readonly List<Task> _ending = [];
    private readonly bool[] _isHandled;
    private readonly Dictionary<string, long> _counts = [];
    private readonly int _handlers;
    private readonly int _maxBatch;
    private readonly int _commitChanges;
    private readonly TimeSpan _commitInterval;
    private readonly int _attempts;
    private int _faults = MaxFaults;
    private int _created;
    private int _stored;

    public SimulatedWorld(int seed)
    {
        _random = new Random(seed);
        Script = new SimulatedScript(_random);
        _isHandled = new bool[Script.Count + 1];
        _handlers = _random.Next(2) == 0 ? 1 : _random.Next(2, 5);
        _maxBatch = _random.Next(1, 8);
        _commitChanges = _random.Next(1, 10);
        _commitInterval = TimeSpan.FromMilliseconds(_random.Next(50, 2000));
        _attempts = _random.Next(1, 4);
    }

    public SimulatedScript Script { get; }

    public VirtualTime Time { get; } = new();

    public Gates Gates { get; } = new();

    public List<string> Trace { get; } = [];

    public string? Violation { get; private set; }

    public bool IsKeyed => _handlers > 1;

    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>A hash of everything that has happened: the same for the same seed.</summary>
    public uint Digest { get; private set; } = 2_166_136_261;

    public void Configure(CdcStreamOptions options)
    {
        options.ParallelHandlers = _handlers;
        options.MaxBatchSize = _maxBatch;
        options.MaxBufferedChanges = 2 * _maxBatch;
        options.MaxPendingChanges = 4 * _maxBatch;
        options.CommitChanges = _commitChanges;
        options.CommitInterval = _commitInterval;
        options.Retry.MaxAttempts = _attempts;
        options.Restart.InitialDelay = TimeSpan.FromMilliseconds(100);
        options.Restart.MaxDelay = TimeSpan.FromSeconds(2);
    }

    public async Task RunAsync()
    {
        await AddAsync().ConfigureAwait(false);
        await AddAsync().ConfigureAwait(false);
        for (var step = 0; ; step++)
        {
            await QuiesceAsync().ConfigureAwait(false);
            if (Violation is not null || (_stored == Script.Count && _faults <= 0 && Array.TrueForAll(_isHandled[1..], handled => handled)))
            {
                break;
            }

            if (step == MaxSteps)
            {
                Require(false, $"it comes to no end: {_stored} of {Script.Count} are stored");
                break;
            }

            // From some step on nothing is disturbed any more: then everything must be handled.
            if (step >= DisturbedSteps)
            {
                _faults = 0;
            }

            await StepAsync().ConfigureAwait(false);
        }

        await EndAsync().ConfigureAwait(false);
    }

    public void Require(bool condition, string text)
    {
        if (!condition)
        {
            Violation ??= text;
        }
    }

    public async ValueTask HandleAsync(SimulatedInstance instance, ChangeEvent change, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        var n = (int)change.After["n"].AsInt64();
        instance.Run?.OnBegin(n);
        var fate = _random.Next(10);
        Note($"{instance} handles {n}", "changes handled");
        if (fate < 5)
        {
            await Gates.WaitAsync(instance, string.Create(CultureInfo.InvariantCulture, $"change {n}"), cancellationToken)
                .ConfigureAwait(false);
        }

        instance.ThrowIfDead();
        if (fate is 4 or 5 && TakeFault())
        {
            Note($"{instance} fails at {n}", "handlers failed");
            throw new InvalidOperationException("The schedule fails the handler.");
        }

        if (_isHandled[n])
        {
            Note($"{instance} has repeated {n}", "changes repeated");
        }

        _isHandled[n] = true;
        instance.Run?.OnHandled(n);
    }

    public async ValueTask<StoredOffset?> LoadAsync(SimulatedInstance instance, string key, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        if (instance.IsCut || (_random.Next(30) == 0 && TakeFault()))
        {
            Note($"{instance} cannot load", "loads failed");
            throw new IOException("The schedule fails the load.");
        }

        var stored = await _shared.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        instance.LastSeen = Script.CountBefore(stored?.Text);
        return stored;
    }

    public async ValueTask<long> SaveAsync(SimulatedInstance instance, string key, string text, long expectedVersion,
        CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        var fate = _random.Next(20);
        if (fate < 5)
        {
            Note($"{instance} waits with a save", "saves delayed");
            await Gates.WaitAsync(instance, "a save", cancellationToken).ConfigureAwait(false);
            instance.ThrowIfDead();
        }

        if (instance.IsCut || (fate is 4 or 5 && TakeFault()))
        {
            Note($"{instance} cannot save", "saves failed");
            throw new IOException("The schedule fails the save.");
        }

        var version = await _shared.SaveAsync(key, text, expectedVersion, cancellationToken).ConfigureAwait(false);
        OnStored(instance, Script.CountBefore(text));
        if (fate is 6 or 7 && TakeFault())
        {
            Note($"{instance} does not learn of a save", "answers lost");
            throw new IOException("The schedule loses the answer.");
        }

        return version;
    }

    public override string ToString() => $"{_stored} of {Script.Count} stored, {Gates.Count} calls wait, {_instances.Count} instances";

    private void OnStored(SimulatedInstance instance, int count)
    {
        Require(count >= _stored, $"the offset moves back from {_stored} to {count} by {instance}");
        for (var change = _stored + 1; change <= count; change++)
        {
            Require(_isHandled[change], $"{instance} has stored {count}, and {change} is not handled");
        }

        if (count > _stored)
        {
            Note($"{instance} has stored {count}", "offsets stored");
        }

        _stored = Math.Max(_stored, count);
        instance.LastSeen = count;
    }

    private async Task StepAsync()
    {
        var choice = _random.Next(100);
        if (_instances.Count < 2 && (choice < 20 || _faults <= 0))
        {
            await AddAsync().ConfigureAwait(false);
        }
        else if (choice < 8 && TakeFault())
        {
            Disturb();
        }
        else if (Gates.Count > 0 && choice < 70)
        {
            Note(Gates.Release(_random.Next(Gates.Count)), "calls released");
        }
        else
        {
            var next = Time.NextTimer ?? TimeSpan.FromMilliseconds(100);
            Time.Advance(_random.Next(4) == 0 ? TimeSpan.FromMilliseconds(_random.Next(1500)) : next);
        }

        if (_faults <= 0)
        {
            _instances.ForEach(instance => instance.IsCut = false);
        }
    }

    private void Disturb()
    {
        var instance = _instances[_random.Next(_instances.Count)];
        switch (_random.Next(4))
        {
            case 0:
                Note($"{instance} is killed", "kills");
                _instances.Remove(instance);
                _ending.Add(instance.KillAsync());
                break;
            case 1:
                Note($"{instance} stops", "stops");
                _instances.Remove(instance);
                _ending.Add(instance.StopAsync(isCancelled: false));
                break;
            case 2:
                Note($"{instance} is cancelled", "cancellations");
                _instances.Remove(instance);
                _ending.Add(instance.StopAsync(isCancelled: true));
                break;
            default:
                instance.IsCut = !instance.IsCut;
                Note($"{instance} is {(instance.IsCut ? "cut from" : "with")} the store again", "cuts");
                break;
        }
    }

    private async Task AddAsync()
    {
        var instance = new SimulatedInstance(this, ++_created);
        _instances.Add(instance);
        Note($"{instance} starts", "instances");
        await instance.StartAsync().ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        foreach (var instance in _instances)
        {
            _ending.Add(instance.StopAsync(isCancelled: Violation is not null));
        }

        var all = Task.WhenAll(_ending);
        for (var step = 0; !all.IsCompleted && step < MaxSteps; step++)
        {
            await QuiesceAsync().ConfigureAwait(false);
            if (Gates.Count > 0)
            {
                Gates.Release(0);
            }
            else
            {
                Time.Advance(Time.NextTimer ?? TimeSpan.FromMilliseconds(100));
            }
        }

        Require(all.IsCompleted, "a stop comes to no end");
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Require(all.IsCompletedSuccessfully, $"a stop has failed: {all.Exception?.GetBaseException()}");
        Require(Script.Source.OpenFeeds == 0, $"{Script.Source.OpenFeeds} feeds are open after the end");
    }

    /// <summary>Waits until nothing runs: with one thread in the pool, this is the last work item then.</summary>
    private static async Task QuiesceAsync()
    {
        do
        {
            await Task.Yield();
        }
        while (ThreadPool.PendingWorkItemCount > 0);
    }

    private bool TakeFault() => _faults > 0 && _faults-- > 0;

    private void Note(string text, string count)
    {
        Trace.Add(text);
        _counts[count] = _counts.GetValueOrDefault(count) + 1;
        foreach (var c in text)
        {
            Digest = (Digest ^ c) * 16_777_619;
        }
    }
}
