using System.Globalization;
using CdcEmbedded.DeadLetters;
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

    private readonly List<SimulatedInstance> _instances = [];
    private readonly List<Task> _ending = [];
    private readonly int _handlers;
    private readonly int _maxBatch;
    private readonly int _commitChanges;
    private readonly TimeSpan _commitInterval;
    private readonly int _attempts;
    private int _faults = MaxFaults;
    private int _created;
    private int _maxGathered;
    private Task _replay = Task.CompletedTask;
    private SimulatedInstance? _replaying;

    public SimulatedWorld(int seed)
    {
        Random = new Random(seed);
        Parks = Random.Next(3) == 0;
        HasTables = Random.Next(3) == 0;
        Script = new SimulatedScript(Random, HasTables);
        Gathers = Random.Next(3) == 0;
        Coverage = new SimulationCoverage(Script, Gathers, HasTables);
        Calls = new SimulatedCalls(this);
        _maxGathered = Gathers ? Random.Next(0, 12) : 0;
        for (var poison = Parks ? Random.Next(1, 5) : 0; poison > 0 && Script.Count > 0; poison--)
        {
            Poison.Add(Random.Next(1, Script.Count + 1));
        }

        _handlers = Random.Next(2) == 0 ? 1 : Random.Next(2, 5);
        _maxBatch = Random.Next(1, 8);
        _commitChanges = Random.Next(1, 10);
        _commitInterval = TimeSpan.FromMilliseconds(Random.Next(50, 2000));
        _attempts = Random.Next(1, 4);
    }

    public SimulatedScript Script { get; }

    /// <summary>True if changes that cannot be handled become dead letters.</summary>
    public bool Parks { get; }

    /// <summary>True if only the last change of each key of a batch, or of joined batches, is handled.</summary>
    public bool Gathers { get; }

    /// <summary>True if the rows of the table are read beside the stream.</summary>
    public bool HasTables { get; }

    /// <summary>The dead letters of all instances.</summary>
    public InMemoryDeadLetterStore Letters { get; } = new();

    public VirtualTime Time { get; } = new();

    public Gates Gates { get; } = new();

    public SimulationJournal Journal { get; } = new();

    public SimulationCoverage Coverage { get; }

    public SimulatedCalls Calls { get; }

    public Random Random { get; }

    /// <summary>The changes that the handler cannot handle yet.</summary>
    public HashSet<int> Poison { get; } = [];

    public bool IsKeyed => _handlers > 1;

    public void Configure(CdcStreamOptions options)
    {
        options.ParallelHandlers = _handlers;
        options.MaxBatchSize = _maxBatch;
        options.MaxBufferedChanges = 2 * _maxBatch;
        options.MaxPendingChanges = 4 * _maxBatch;
        options.CommitChanges = _commitChanges;
        options.CommitInterval = _commitInterval;
        options.Retry.MaxAttempts = _attempts;
        options.Retry.OnFailure = Parks ? HandlerFailureAction.DeadLetter : HandlerFailureAction.Fail;
        options.OnlyLastOfKey = Gathers;
        options.MaxGatheredChanges = _maxGathered;
        options.Snapshot.Mode = HasTables ? SnapshotMode.Incremental : SnapshotMode.Never;
        options.Snapshot.ChunkSize = 2;
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
            if (Journal.Violation is not null || (Coverage.Stored == Script.Count && _faults <= 0 && Coverage.IsComplete))
            {
                break;
            }

            if (step == MaxSteps)
            {
                Journal.Require(false, $"it comes to no end: {Coverage.Stored} of {Script.Count} are stored");
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

    /// <summary>True if a call is to fail: the schedule has not used up its faults.</summary>
    public bool TakeFault() => _faults > 0 && _faults-- > 0;

    public override string ToString()
        => $"{Coverage.Stored} of {Script.Count} stored, {Gates.Count} calls wait, {_instances.Count} instances";

    /// <summary>Replays letters on one instance, one replay at a time; perhaps a cause is fixed before.</summary>
    private void Replay(SimulatedInstance instance)
    {
        if (Poison.Count > 0 && Random.Next(2) == 0)
        {
            Poison.Remove(Poison.Order().ElementAt(Random.Next(Poison.Count)));
        }

        Journal.Note($"{instance} replays", "replays");
        _replaying = instance;
        _replay = ReplayAsync(instance);
    }

    private async Task ReplayAsync(SimulatedInstance instance)
    {
        try
        {
            await instance.ReplayAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The store of letters has failed, or the instance has ended.
            Journal.Note($"{instance} cannot replay", "replays failed");
        }
    }

    /// <summary>At the end all causes are fixed: then no letter may remain.</summary>
    private async Task ReplayRestAsync()
    {
        Poison.Clear();
        _instances.ForEach(static instance => instance.IsCut = false);
        for (var step = 0; step < MaxSteps && Journal.Violation is null && (Letters.Letters.Count > 0 || !_replay.IsCompleted); step++)
        {
            if (_replay.IsCompleted)
            {
                Replay(_instances[0]);
            }

            await QuiesceAsync().ConfigureAwait(false);
            PassTime();
        }

        Journal.Require(Letters.Letters.Count == 0, $"{Letters.Letters.Count} letters cannot be replayed");
        for (var change = 1; change <= Script.Count; change++)
        {
            Journal.Require(Coverage.IsHandled(change), $"{change} was a dead letter, and is not handled");
        }
    }

    private void PassTime()
    {
        if (Gates.Count > 0)
        {
            Gates.Release(0);
        }
        else
        {
            Time.Advance(Time.NextTimer ?? TimeSpan.FromMilliseconds(100));
        }
    }

    private async Task StepAsync()
    {
        var choice = Random.Next(100);
        if (_instances.Count < 2 && (choice < 20 || _faults <= 0))
        {
            await AddAsync().ConfigureAwait(false);
        }
        else if (choice < 8 && TakeFault())
        {
            Disturb();
        }
        else if (Parks && choice < 12 && (_replay.IsCompleted || _replaying is { IsDead: true }))
        {
            Replay(_instances[Random.Next(_instances.Count)]);
        }
        else if (Gates.Count > 0 && choice < 70)
        {
            Journal.Note(Gates.Release(Random.Next(Gates.Count)), "calls released");
        }
        else
        {
            var next = Time.NextTimer ?? TimeSpan.FromMilliseconds(100);
            Time.Advance(Random.Next(4) == 0 ? TimeSpan.FromMilliseconds(Random.Next(1500)) : next);
        }

        if (_faults <= 0)
        {
            _instances.ForEach(instance => instance.IsCut = false);
        }
    }

    private void Disturb()
    {
        var instance = _instances[Random.Next(_instances.Count)];
        switch (Random.Next(4))
        {
            case 0:
                Journal.Note($"{instance} is killed", "kills");
                _instances.Remove(instance);
                _ending.Add(instance.KillAsync());
                break;
            case 1:
                Journal.Note($"{instance} stops", "stops");
                _instances.Remove(instance);
                _ending.Add(instance.StopAsync(isCancelled: false));
                break;
            case 2:
                Journal.Note($"{instance} is cancelled", "cancellations");
                _instances.Remove(instance);
                _ending.Add(instance.StopAsync(isCancelled: true));
                break;
            default:
                instance.IsCut = !instance.IsCut;
                Journal.Note($"{instance} is {(instance.IsCut ? "cut from" : "with")} the store again", "cuts");
                break;
        }
    }

    private async Task AddAsync()
    {
        var instance = new SimulatedInstance(this, ++_created);
        _instances.Add(instance);
        Journal.Note($"{instance} starts", "instances");
        await instance.StartAsync().ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        if (Parks && Journal.Violation is null)
        {
            if (_instances.Count == 0)
            {
                await AddAsync().ConfigureAwait(false);
            }

            await ReplayRestAsync().ConfigureAwait(false);
        }

        _ending.Add(_replay);
        foreach (var instance in _instances)
        {
            _ending.Add(instance.StopAsync(isCancelled: Journal.Violation is not null));
        }

        var all = Task.WhenAll(_ending);
        for (var step = 0; !all.IsCompleted && step < MaxSteps; step++)
        {
            await QuiesceAsync().ConfigureAwait(false);
            PassTime();
        }

        Journal.Require(all.IsCompleted, "a stop comes to no end");
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Journal.Require(all.IsCompletedSuccessfully, $"a stop has failed: {all.Exception?.GetBaseException()}");
        Journal.Require(Script.Source.OpenFeeds == 0, $"{Script.Source.OpenFeeds} feeds are open after the end");
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
}
