using System.Threading.Tasks.Sources;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Makes the blocking calls of one connection on a thread of its own, one at a time. What awaits a call resumes on that thread,
/// before it takes the next one.</summary>
/// <remarks>
/// A thread that blocks in a system call costs two changes of thread an event. The pool costs tens: a worker that has nothing to do looks
/// for work for a while before it sleeps, and on a stream of few events that is all it does.
/// What resumes here may be the application's loop, and may block. A call that then waits for this thread is taken by another
/// one, within a second or so (<see cref="StallWatch"/>); the blocked thread ends when it returns.
/// <see cref="RunAsync"/> is for one flow at a time, <see cref="Close"/> for any thread.
/// </remarks>
internal sealed class ConnectionThread : IValueTaskSource<int>
{
    private readonly object _gate = new();
    private readonly Action _abort;
    private ManualResetValueTaskSourceCore<int> _core;
    private CancellationTokenRegistration _registration;
    private Func<int>? _call;
    private Thread? _owner;
    private long _calls;
    private long _seen;
    private bool _isRunning;
    private bool _isWatched;
    private bool _isClosed;

    /// <summary>Creates it; the thread starts with the first call.</summary>
    /// <param name="abort">Ends a call that is being made, from any thread.</param>
    public ConnectionThread(Action abort) => _abort = abort;

    /// <summary>True if it was closed, by its owner or by a cancellation.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Makes a call.</summary>
    /// <param name="call">May block.</param>
    /// <param name="cancellationToken">Closes the connection; the call then ends with whatever failure that gives it.</param>
    /// <exception cref="ObjectDisposedException">The connection was closed.</exception>
    /// <exception cref="InvalidOperationException">Another call is being made.</exception>
    public ValueTask<int> RunAsync(Func<int> call, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static thread => ((ConnectionThread)thread!).Close(), this);
        lock (_gate)
        {
            if (_isClosed || _isRunning)
            {
                registration.Unregister();
                ObjectDisposedException.ThrowIf(_isClosed, this);
                throw new InvalidOperationException("Another call of this connection is being made.");
            }

            _core.Reset();
            _core.RunContinuationsAsynchronously = false;
            _isRunning = true;
            _registration = registration;
            _call = call;
            _calls++;
            if (_owner is null)
            {
                Start();
            }
            else if (_owner == Thread.CurrentThread)
            {
                Watch();
            }
            else
            {
                Monitor.PulseAll(_gate);
            }

            return new ValueTask<int>(this, _core.Version);
        }
    }

    /// <summary>Ends the call that is being made, or waits to be made, and refuses further ones. Idempotent.</summary>
    public void Close()
    {
        bool isPending;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            isPending = _call is not null;
            _call = null;
            Monitor.PulseAll(_gate);
        }

        _abort();
        if (isPending)
        {
            // The one who closes may hold locks, and is not to run what follows.
            _core.RunContinuationsAsynchronously = true;
            End(0, new ObjectDisposedException(nameof(ConnectionThread), "The connection was closed."));
        }
    }

    /// <summary>Starts another thread if the call that waits is the one that waited at the last look.</summary>
    /// <returns>True if it has to look again.</returns>
    public bool Look()
    {
        lock (_gate)
        {
            if (_call is null || _isClosed)
            {
                return _isWatched = false;
            }

            if (_calls == _seen)
            {
                Start();
                return _isWatched = false;
            }

            _seen = _calls;
            return true;
        }
    }

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);

    private void Start()
    {
        _owner = new Thread(Run) { IsBackground = true, Name = "CdcEmbedded connection" };
        _owner.UnsafeStart();
    }

    private void Watch()
    {
        if (!_isWatched)
        {
            _isWatched = true;
            StallWatch.Add(this);
        }
    }

    private void Run()
    {
        while (Take() is { } call)
        {
            var result = 0;
            Exception? failure = null;
            try
            {
                result = call();
            }
            catch (Exception e)
            {
                // Whoever awaits the call gets it.
                failure = e;
            }

            End(result, failure);
        }
    }

    /// <summary>Waits for the next call.</summary>
    /// <returns>Null if this thread has to end.</returns>
    private Func<int>? Take()
    {
        lock (_gate)
        {
            while (_owner == Thread.CurrentThread)
            {
                if (_call is { } call)
                {
                    _call = null;
                    return call;
                }

                if (_isClosed)
                {
                    return null;
                }

                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private void End(int result, Exception? failure)
    {
        CancellationTokenRegistration registration;
        lock (_gate)
        {
            registration = _registration;
            _registration = default;
            _isRunning = false;
        }

        registration.Unregister();
        if (failure is null)
        {
            _core.SetResult(result);
        }
        else
        {
            _core.SetException(failure);
        }
    }
}
