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

    // Requests of snapshots have another key.
    private const string Stream = "test";

    private readonly Random _random;
    private readonly InMemoryOffsetStore _shared = new();
    private readonly List<SimulatedInstance> _instances = [];
    private readonly List<Task> _ending = [];
    private readonly bool[] _isHandled;
    private readonly bool[] _isParked;
    private readonly bool[] _isRead;
    private readonly HashSet<int> _poison = [];
    private readonly Dictionary<string, long> _counts = [];
    private readonly int _handlers;
    private readonly int _maxBatch;
    private readonly int _commitChanges;
    private readonly TimeSpan _commitInterval;
    private readonly int _attempts;
    private int _faults = MaxFaults;
    private int _created;
    private int _stored;
    private int _maxGathered;
    private Task _replay = Task.CompletedTask;
    private SimulatedInstance? _replaying;

    public SimulatedWorld(int seed)
    {
        _random = new Random(seed);
        Parks = _random.Next(3) == 0;
        HasTables = _random.Next(3) == 0;
        Script = new SimulatedScript(_random, HasTables);
        _isHandled = new bool[Script.Count + 1];
        _isParked = new bool[Script.Count + 1];
        _isRead = new bool[Script.Keys];
        Gathers = _random.Next(3) == 0;
        _maxGathered = Gathers ? _random.Next(0, 12) : 0;
        for (var poison = Parks ? _random.Next(1, 5) : 0; poison > 0 && Script.Count > 0; poison--)
        {
            _poison.Add(_random.Next(1, Script.Count + 1));
        }

        _handlers = _random.Next(2) == 0 ? 1 : _random.Next(2, 5);
        _maxBatch = _random.Next(1, 8);
        _commitChanges = _random.Next(1, 10);
        _commitInterval = TimeSpan.FromMilliseconds(_random.Next(50, 2000));
        _attempts = _random.Next(1, 4);
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
            if (Violation is not null || (_stored == Script.Count && _faults <= 0 && IsComplete))
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

    public async ValueTask HandleAsync(SimulatedInstance instance, ChangeEvent change, bool isReplay, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        var (key, n) = ((int)change.After["id"].AsInt64(), (int)change.After["n"].AsInt64());
        var isRead = change.Operation == ChangeOperation.Read;
        OnBegin(instance, key, n, isRead, isReplay);
        var fate = _random.Next(10);
        Note($"{instance} handles {(isRead ? $"the row of {n}" : n)}{(isReplay ? " again" : "")}",
            isReplay ? "letters replayed" : isRead ? "rows handled" : "changes handled");
        if (fate < 5)
        {
            await Gates.WaitAsync(instance, string.Create(CultureInfo.InvariantCulture, $"change {n}"), cancellationToken)
                .ConfigureAwait(false);
        }

        instance.ThrowIfDead();
        if ((!isRead && _poison.Contains(n)) || (fate is 4 or 5 && TakeFault()))
        {
            Note($"{instance} fails at {n}", "handlers failed");
            throw new InvalidOperationException("The schedule fails the handler.");
        }

        if (isRead)
        {
            _isRead[key] = true;
            if (!isReplay)
            {
                instance.Run?.OnRead(key, n);
            }
        }
        else
        {
            if (_isHandled[n])
            {
                Note($"{instance} has repeated {n}", "changes repeated");
            }

            _isHandled[n] = true;
            if (!isReplay)
            {
                instance.Run?.OnHandled(n);
            }
        }
    }

    /// <summary>A call of the store of letters: it may wait, or fail.</summary>
    /// <returns>True if its answer is to be lost.</returns>
    public async ValueTask<bool> CallLettersAsync(SimulatedInstance instance, string name, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        var fate = _random.Next(20);
        if (fate < 5)
        {
            await Gates.WaitAsync(instance, name, cancellationToken).ConfigureAwait(false);
            instance.ThrowIfDead();
        }

        if (instance.IsCut || (fate is 4 or 5 && TakeFault()))
        {
            Note($"{instance} cannot reach {name}", "letters failed");
            throw new IOException("The schedule fails the store of letters.");
        }

        return fate == 6 && TakeFault();
    }

    /// <summary>A letter is stored. If the answer is lost, the instance does not know it, and may handle the change after a
    /// replay.</summary>
    public void OnParked(SimulatedInstance instance, DeadLetter letter, bool isLost)
    {
        var n = SimulatedLetters.ChangeOf(letter);
        Note($"{instance} parks {n} of key {SimulatedLetters.KeyOf(letter)}", letter.Attempts > 0 ? "changes parked" : "changes held");
        if (n == 0 || letter.Event.Contains("\"op\":\"r\"", StringComparison.Ordinal))
        {
            _isRead[SimulatedLetters.KeyOf(letter)] = true;
        }
        else
        {
            _isParked[n] = true;
        }

        if (!isLost)
        {
            instance.Run?.OnParked(SimulatedLetters.KeyOf(letter), n, letter);
        }
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
        if (key == Stream)
        {
            instance.LastSeen = Script.CountBefore(stored?.Text);
        }

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
        if (key == Stream)
        {
            OnStored(instance, Script.CountBefore(text));
        }

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
            Require(IsCovered(change, _isHandled, _isParked), $"{instance} has stored {count}, and {change} is not handled");
        }

        if (count > _stored)
        {
            Note($"{instance} has stored {count}", "offsets stored");
        }

        _stored = Math.Max(_stored, count);
        instance.LastSeen = count;
    }

    /// <summary>True if every change is handled, or is a dead letter, and so is the row of every key without changes.</summary>
    private bool IsComplete => Enumerable.Range(1, Script.Count).All(change => IsCovered(change, _isHandled, _isParked))
        && (!HasTables || Enumerable.Range(0, Script.Keys).All(key => _isRead[key] || Script.LastOf(key, Script.Count) > 0));

    /// <summary>True if a change is marked, or need not be: of a key, only the last change counts where batches are joined.</summary>
    private bool IsCovered(int change, params bool[][] marks)
    {
        for (var later = change; later <= (Gathers ? Script.Count : change); later++)
        {
            if (Script.KeyOf(later) == Script.KeyOf(change) && Array.Exists(marks, marked => marked[later]))
            {
                return true;
            }
        }

        // The row was read as this change, or a later one, had left it.
        return Gathers && _isRead[Script.KeyOf(change)];
    }

    private void OnBegin(SimulatedInstance instance, int key, int n, bool isRead, bool isReplay)
    {
        if (isReplay)
        {
            var first = Letters.Letters.FirstOrDefault(letter => SimulatedLetters.KeyOf(letter) == key);
            Require(first is not null && SimulatedLetters.ChangeOf(first) == n,
                $"{instance} replays {n} of key {key}, and the first letter "
                + $"of that key is {(first is null ? "gone" : SimulatedLetters.ChangeOf(first))}");
        }
        else if (isRead)
        {
            instance.Run?.OnBeginRead(key, n);
        }
        else
        {
            instance.Run?.OnBegin(n);
        }
    }

    /// <summary>Replays letters on one instance, one replay at a time; perhaps a cause is fixed before.</summary>
    private void Replay(SimulatedInstance instance)
    {
        if (_poison.Count > 0 && _random.Next(2) == 0)
        {
            _poison.Remove(_poison.Order().ElementAt(_random.Next(_poison.Count)));
        }

        Note($"{instance} replays", "replays");
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
            Note($"{instance} cannot replay", "replays failed");
        }
    }

    /// <summary>At the end all causes are fixed: then no letter may remain.</summary>
    private async Task ReplayRestAsync()
    {
        _poison.Clear();
        _instances.ForEach(static instance => instance.IsCut = false);
        for (var step = 0; step < MaxSteps && Violation is null && (Letters.Letters.Count > 0 || !_replay.IsCompleted); step++)
        {
            if (_replay.IsCompleted)
            {
                Replay(_instances[0]);
            }

            await QuiesceAsync().ConfigureAwait(false);
            PassTime();
        }

        Require(Letters.Letters.Count == 0, $"{Letters.Letters.Count} letters cannot be replayed");
        for (var change = 1; change <= Script.Count; change++)
        {
            Require(IsCovered(change, _isHandled), $"{change} was a dead letter, and is not handled");
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
        var choice = _random.Next(100);
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
            Replay(_instances[_random.Next(_instances.Count)]);
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
        if (Parks && Violation is null)
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
            _ending.Add(instance.StopAsync(isCancelled: Violation is not null));
        }

        var all = Task.WhenAll(_ending);
        for (var step = 0; !all.IsCompleted && step < MaxSteps; step++)
        {
            await QuiesceAsync().ConfigureAwait(false);
            PassTime();
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
