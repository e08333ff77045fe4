using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Calls handlers for many changes at once, in order for each key. What is acknowledged is the highest change up to which every
/// change is handled.</summary>
/// <remarks>A change waits for the changes of its keys that were delivered before it, and only then for one of the places; a change that
/// waits for its next attempt has no place. So a key that fails holds back nothing but itself, and the acknowledgement.</remarks>
internal sealed class KeyedDelivery : IAsyncDisposable
{
    private readonly StreamRun _run;
    private readonly CdcEngine _engine;
    private readonly FailureRules _rules;
    private readonly CancellationToken _abort;
    private readonly Action _onFailed;
    private readonly SemaphoreSlim _places;
    private readonly Lock _gate = new();
    private readonly Dictionary<object, Task> _tails = [];
    private readonly Dictionary<(string, string), Task> _barriers = [];
    private readonly HashSet<Task> _sinceBarrier = [];
    private readonly Queue<OpenBatch> _open = [];
    private readonly SemaphoreSlim _commitTurn = new(1, 1);
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _lastBarrier = Task.CompletedTask;
    private int _pending;
    private Exception? _failure;
    private ChangeEvent? _handled;
    private ChangeBatch? _handledBatch;

    /// <param name="run">The run.</param>
    /// <param name="engine">Its engine, with manual acknowledgement.</param>
    /// <param name="onFailed">Called once if a change cannot be handled.</param>
    /// <param name="abort">Cancels the handlers.</param>
    public KeyedDelivery(StreamRun run, CdcEngine engine, Action onFailed, CancellationToken abort)
    {
        _run = run;
        _engine = engine;
        _rules = new FailureRules(run);
        _onFailed = onFailed;
        _abort = abort;
        _places = new SemaphoreSlim(run.Options.ParallelHandlers);
    }

    /// <summary>Starts the handling of a batch, as soon as few enough changes wait.</summary>
    /// <exception cref="Exception">A change could not be handled.</exception>
    /// <param name="batch">The last batch, with the offset after all changes.</param>
    /// <param name="changes">What is to be handled of it, and of the batches that were gathered before it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask PostAsync(ChangeBatch batch, IReadOnlyList<ChangeEvent> changes, CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _pending) >= _run.Options.MaxPendingChanges && Volatile.Read(ref _failure) is null)
        {
            await Moved().WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        ThrowIfFailed();
        _run.Progress.Begin(_run.Time);
        var open = new OpenBatch(batch, changes);
        lock (_gate)
        {
            _open.Enqueue(open);
            _pending += changes.Count;
            for (var i = 0; i < changes.Count; i++)
            {
                Start(open, i);
            }

            Advance();
        }
    }

    /// <summary>Stores the offset of what is acknowledged.</summary>
    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        await _commitTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        ChangeEvent? change = null;
        ChangeBatch? batch = null;
        try
        {
            lock (_gate)
            {
                (change, batch) = (_handled, _handledBatch);
                (_handled, _handledBatch) = (null, null);
            }

            if (batch is not null)
            {
                await _engine.CommitAsync(batch, cancellationToken).ConfigureAwait(false);
            }

            if (change is not null)
            {
                await _engine.CommitAsync(change, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            KeepForNextCommit(change, batch);
            throw;
        }
        finally
        {
            _commitTurn.Release();
        }
    }

    /// <summary>Waits until everything that was posted is handled, or a change could not be.</summary>
    public async ValueTask DrainAsync()
    {
        while (Volatile.Read(ref _pending) > 0 && Volatile.Read(ref _failure) is null)
        {
            await Moved().WaitAsync(_abort).ConfigureAwait(false);
        }
    }

    /// <summary>Throws what ended the delivery.</summary>
    public void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Throws if another instance runs: then nothing must be stored any more.</summary>
    public void ThrowIfConflict()
    {
        if (Volatile.Read(ref _failure) is OffsetConflictException conflict)
        {
            ExceptionDispatchInfo.Throw(conflict);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            running = [.. _tails.Values];
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _places.Dispose();
        _commitTurn.Dispose();
    }

    /// <summary>What could not be stored is stored by the next commit, even if nothing more is handled until then.</summary>
    private void KeepForNextCommit(ChangeEvent? change, ChangeBatch? batch)
    {
        lock (_gate)
        {
            if (_handled is null && _handledBatch is null)
            {
                (_handled, _handledBatch) = (change, batch);
            }
        }
    }

    /// <summary>Completes when a change is handled, or the delivery has failed.</summary>
    private Task Moved()
    {
        lock (_gate)
        {
            return _pending == 0 || _failure is not null ? Task.CompletedTask : _moved.Task;
        }
    }

    private void Start(OpenBatch open, int index)
    {
        var change = open.Changes[index];
        var keys = KeysOf(change);
        var before = new List<Task>();
        var waitsForAll = change.Operation == ChangeOperation.Truncate
            || keys.Exists(static key => key is OrderedKey { IsUncertain: true });
        if (waitsForAll)
        {
            // The last change that waited for all others is after all that were before it: many such changes in turn stay cheap.
            before.Add(_lastBarrier);
            before.AddRange(_sinceBarrier);
        }
        else
        {
            if (_barriers.TryGetValue((change.Database, change.Table), out var barrier))
            {
                before.Add(barrier);
            }

            foreach (var key in keys)
            {
                if (_tails.TryGetValue(key, out var tail))
                {
                    before.Add(tail);
                }
            }
        }

        var task = Task.Run(() => RunAsync(open, index, before), CancellationToken.None);
        foreach (var key in keys)
        {
            _tails[key] = task;
        }

        if (waitsForAll)
        {
            _barriers[(change.Database, change.Table)] = _lastBarrier = task;
            _sinceBarrier.Clear();
        }
        else
        {
            _sinceBarrier.Add(task);
        }

        _ = task.ContinueWith(_ => Forget(keys, task), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>What a change must wait for: its keys and, with transactions kept together, its transaction.</summary>
    private List<object> KeysOf(ChangeEvent change)
    {
        var keys = new List<object>(4) { OrderedKey.Of(ChangeKey.Of(change)) };
        if (ChangeKey.Former(change) is { } former)
        {
            keys.Add(OrderedKey.Of(former));
        }

        if (_run.Options.KeepTransactions && change.Transaction is { } transaction)
        {
            keys.Add(transaction.Id);
        }

        return keys;
    }

    private void Forget(List<object> keys, Task task)
    {
        lock (_gate)
        {
            _sinceBarrier.Remove(task);
            foreach (var key in keys)
            {
                if (_tails.TryGetValue(key, out var tail) && tail == task)
                {
                    _tails.Remove(key);
                }
            }
        }
    }

    private async Task RunAsync(OpenBatch open, int index, List<Task> before)
    {
        try
        {
            foreach (var task in before)
            {
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            foreach (var handler in _run.Handlers)
            {
                if (handler.Matches(open.Changes[index]))
                {
                    await HandleAsync(handler, open.Changes[index]).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        lock (_gate)
        {
            open.IsHandled[index] = true;
            _pending--;
            Advance();
            Signal();
        }
    }

    private async ValueTask HandleAsync(HandlerEntry handler, ChangeEvent change)
    {
        if ((await _rules.HoldAsync(handler, [change], null, _abort).ConfigureAwait(false)).Count == 0)
        {
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            HandlerException failure;
            await _places.WaitAsync(_abort).ConfigureAwait(false);
            try
            {
                // One change has failed: what comes after it would be handled again.
                ThrowIfFailed();
                var scope = _run.Services.CreateAsyncScope();
                await using var ending = scope.ConfigureAwait(false);
                await handler.HandleAsync([change], new ChangeContext(_run.Name, scope.ServiceProvider, null, attempt), _run.Time,
                    _abort).ConfigureAwait(false);
                return;
            }
            catch (HandlerException e)
            {
                failure = e;
            }
            finally
            {
                _places.Release();
            }

            if (await _rules.TryWaitAsync(failure, attempt, _abort).ConfigureAwait(false))
            {
                continue;
            }

            if (_run.Options.Retry.OnFailure == HandlerFailureAction.Fail)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            await _rules.ParkAsync(failure, attempt, null, _abort).ConfigureAwait(false);
            return;
        }
    }

    /// <summary>Ends the delivery: what has not begun is not handled any more.</summary>
    public void Fail(Exception e)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            Volatile.Write(ref _failure, e);
            Signal();
        }

        _onFailed();
    }

    private void Signal()
    {
        var moved = _moved;
        _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        moved.TrySetResult();
    }

    /// <summary>Moves the acknowledgement up to the first change that is not handled.</summary>
    private void Advance()
    {
        while (_open.TryPeek(out var open))
        {
            var from = open.Next;
            while (open.Next < open.Changes.Count && open.IsHandled[open.Next])
            {
                open.Next++;
            }

            if (open.Next < open.Changes.Count)
            {
                // Of joined changes, one that is omitted counts as handled only when the later one of its key is.
                if (open.Next > from && !_run.Options.OnlyLastOfKey)
                {
                    _handled = open.Changes[open.Next - 1];
                }

                return;
            }

            _handledBatch = open.Batch;
            _handled = null;
            _open.Dequeue();
            _run.Progress.OnHandled();
            if (_open.Count > 0)
            {
                _run.Progress.Begin(_run.Time);
            }
        }
    }

    private sealed class OpenBatch(ChangeBatch batch, IReadOnlyList<ChangeEvent> changes)
    {
        public ChangeBatch Batch => batch;

        public IReadOnlyList<ChangeEvent> Changes => changes;

        public bool[] IsHandled { get; } = new bool[changes.Count];

        public int Next { get; set; }
    }
}
