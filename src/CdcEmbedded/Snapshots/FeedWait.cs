using System.Threading.Tasks.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Waits for the source or for a request, whatever comes first, without an allocation and, when the source comes first, without a
/// change of thread. One waiter.</summary>
internal sealed class FeedWait : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core;
    private bool _isSet;
    private bool _isAwaited;

    public FeedWait() => OnRead = Set;

    /// <summary>The continuation of a read: resumes the waiter on this thread.</summary>
    public Action OnRead { get; }

    /// <summary>Wakes the waiter from any thread, on another one.</summary>
    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.Set(), this, preferLocal: false);

    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return default;
            }

            _core.Reset();
            _isAwaited = true;
            return new ValueTask(this, _core.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);

    private void Set()
    {
        lock (_gate)
        {
            if (!_isAwaited)
            {
                _isSet = true;
                return;
            }

            _isAwaited = false;
        }

        // Outside of the lock: the one waiter cannot wait again before this has completed it.
        _core.SetResult(true);
    }
}
