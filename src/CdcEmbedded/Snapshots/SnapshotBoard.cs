using System.Collections.Immutable;

namespace CdcEmbedded.Snapshots;

/// <summary>What the application sees of the snapshots. Thread-safe.</summary>
internal sealed class SnapshotBoard(TimeProvider time)
{
    private readonly ReadingRates _rates = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SnapshotHandle> _handles = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<SnapshotCoordinator> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SnapshotState _state = SnapshotState.Empty;
    private long _rejectedSignals;

    /// <summary>The stream, once it is open; cancelled if the engine stops before.</summary>
    public Task<SnapshotCoordinator> Running => _running.Task;

    public IReadOnlyList<SnapshotStatus> Current
    {
        get
        {
            var result = ImmutableArray.CreateBuilder<SnapshotStatus>();
            foreach (var job in Volatile.Read(ref _state).Jobs)
            {
                result.Add(StatusOf(job));
            }

            return result.ToImmutable();
        }
    }

    public long RejectedSignals => Interlocked.Read(ref _rejectedSignals);

    public void CountRejectedSignal() => Interlocked.Increment(ref _rejectedSignals);

    /// <summary>The handle of a snapshot.</summary>
    /// <param name="id">The snapshot.</param>
    /// <param name="isNew">True if nobody has it yet.</param>
    public SnapshotHandle HandleOf(string id, out bool isNew)
    {
        lock (_gate)
        {
            isNew = false;
            if (!_handles.TryGetValue(id, out var handle))
            {
                isNew = true;
                var index = _state.IndexOf(id);
                _handles[id] = handle = new SnapshotHandle(index >= 0 ? StatusOf(_state.Jobs[index])
                    : new SnapshotStatus { Id = id, Kind = SnapshotKind.Incremental });
                if (_state.Finished.Contains(id))
                {
                    handle.Update(Finished(id, handle.Status));
                }
            }

            return handle;
        }
    }

    /// <summary>Forgets a handle that nobody has.</summary>
    public void Forget(SnapshotHandle handle)
    {
        lock (_gate)
        {
            _handles.Remove(handle.Id);
        }
    }

    /// <summary>Shows a new state.</summary>
    public void Publish(SnapshotState state)
    {
        lock (_gate)
        {
            _state = state;
            foreach (var (id, handle) in _handles)
            {
                if (state.Finished.Contains(id) && !handle.Status.IsOver && !state.JustFinished.Any(job => job.Id == id))
                {
                    handle.Update(Finished(id, handle.Status));
                }
            }

            foreach (var job in state.JustFinished.Concat(state.Jobs))
            {
                if (_handles.TryGetValue(job.Id, out var handle) && !IsShown(handle.Status, job))
                {
                    handle.Update(StatusOf(job));
                }
            }
        }
    }

    /// <summary>The stream is open.</summary>
    public void Run(SnapshotCoordinator coordinator) => _running.TrySetResult(coordinator);

    /// <summary>The engine stops: nothing more will happen here.</summary>
    public void Stop()
    {
        _running.TrySetCanceled();
        lock (_gate)
        {
            foreach (var handle in _handles.Values)
            {
                handle.Cancel();
            }
        }
    }

    private static SnapshotStatus Finished(string id, SnapshotStatus last)
        => new() { Id = id, Kind = last.Kind, IsOver = true, Tables = last.Tables };

    /// <summary>True if only what is remembered of a snapshot that is over would be shown, instead of all of its tables.</summary>
    private static bool IsShown(SnapshotStatus shown, SnapshotJob job) => shown.IsOver && job.IsOver
        && shown.Tables.Count(static table => table.Status == SnapshotTableStatus.Failed) == job.Tables.Length;

    /// <summary>What the application sees of a table.</summary>
    public SnapshotTableProgress StatusOf(string id, TableProgress table) => _rates.Describe(id, table);

    /// <summary>What the application sees of a snapshot.</summary>
    public SnapshotStatus StatusOf(SnapshotJob job) => new()
    {
        Id = job.Id,
        Kind = job.Kind,
        IsPaused = job.IsPaused,
        IsOver = job.IsOver,
        Reason = job.Reason,
        Tables = [.. job.Tables.Select(table => StatusOf(job.Id, table))],
    };
}
