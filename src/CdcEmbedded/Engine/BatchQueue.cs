using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using System.Threading.Tasks.Sources;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>The queue between pump and consumer, bounded by changes and by bytes. A batch counts until the consumer has
/// moved past it.</summary>
/// <remarks>One writer, one reader. Beyond the bound the writer holds one more batch. A batch that is appended does not resume a waiting
/// reader: the writer says when, and on which thread, because on a quiet stream a change of thread costs more than the batch.</remarks>
internal sealed class BatchQueue : IValueTaskSource<bool>
{
    private readonly Channel<bool> _space = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        SingleReader = true,
        FullMode = BoundedChannelFullMode.DropWrite,
    });

    private readonly Lock _gate = new();
    private readonly Queue<FeedBatch> _batches = new();
    private readonly long _maxChanges;
    private readonly long _maxBytes;
    private ManualResetValueTaskSourceCore<bool> _wait;
    private Exception? _failure;
    private bool _isAwaited;
    private bool _isWoken;
    private bool _isComplete;
    private long _changes;
    private long _bytes;
    private int _outstanding;

    public BatchQueue(long maxChanges, long maxBytes)
    {
        _maxChanges = maxChanges;
        _maxBytes = maxBytes;
    }

    public long Changes => Interlocked.Read(ref _changes);

    public long Bytes => Interlocked.Read(ref _bytes);

    public bool IsEmpty => Volatile.Read(ref _outstanding) == 0;

    /// <summary>Waits until the batch fits, or nothing else is outstanding, then appends it. <see cref="ResumeReader"/> must
    /// follow.</summary>
    public ValueTask EnqueueAsync(FeedBatch batch, CancellationToken cancellationToken)
    {
        if (!Fits(batch))
        {
            return WaitAndEnqueueAsync(batch, cancellationToken);
        }

        Append(batch);
        return default;
    }

    /// <summary>Resumes a reader that waits although there are batches.</summary>
    /// <param name="inline">True to run it on this thread: the application's code runs before this method returns, and may take as long
    /// as it likes. False to run it on a thread of the pool.</param>
    public void ResumeReader(bool inline)
    {
        lock (_gate)
        {
            if (!_isAwaited || _batches.Count == 0)
            {
                return;
            }

            _isAwaited = false;
        }

        EndWait(inline);
    }

    public bool TryDequeue([NotNullWhen(true)] out FeedBatch? batch)
    {
        lock (_gate)
        {
            return _batches.TryDequeue(out batch);
        }
    }

    /// <summary>Waits until a batch has arrived, or for <see cref="Wake"/>. Throws the failure that completed the queue, once
    /// it is empty.</summary>
    /// <returns>False if the queue is complete and empty, without a failure.</returns>
    public ValueTask<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (_batches.Count > 0 || _isWoken)
            {
                _isWoken = false;
                return new ValueTask<bool>(true);
            }

            if (_isComplete)
            {
                return _failure is { } failure ? ValueTask.FromException<bool>(failure) : new ValueTask<bool>(false);
            }

            _wait.Reset();
            _isAwaited = true;
            return new ValueTask<bool>(this, _wait.Version);
        }
    }

    /// <summary>Ends a wait of the reader, now or the next one, on a thread of the pool.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (!_isAwaited)
            {
                _isWoken = true;
                return;
            }

            _isAwaited = false;
        }

        EndWait(inline: false);
    }

    /// <summary>Records that the consumer has moved past a batch that it took.</summary>
    public void Release(FeedBatch batch)
    {
        var changes = Interlocked.Add(ref _changes, -batch.ChangeCount);
        var bytes = Interlocked.Add(ref _bytes, -batch.ByteSize);
        var outstanding = Interlocked.Decrement(ref _outstanding);

        // The writer of a full queue resumes when the queue is half empty: waking it for each batch would cost two thread
        // switches per batch.
        if (outstanding == 0 || (changes <= _maxChanges / 2 && bytes <= _maxBytes / 2))
        {
            _space.Writer.TryWrite(true);
        }
    }

    /// <summary>Completes the queue: nothing more follows, because of the failure if there is one.</summary>
    public void Complete(Exception? failure)
    {
        lock (_gate)
        {
            _failure = failure;
            _isComplete = true;
            if (!_isAwaited)
            {
                return;
            }

            _isAwaited = false;
        }

        EndWait(inline: false);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token,
        ValueTaskSourceOnCompletedFlags flags) => _wait.OnCompleted(continuation, state, token, flags);

    /// <summary>Outside of the lock, under which no code of the application may run. The one reader cannot wait again before.</summary>
    private void EndWait(bool inline)
    {
        _wait.RunContinuationsAsynchronously = !inline;
        _wait.SetResult(true);
    }

    private async ValueTask WaitAndEnqueueAsync(FeedBatch batch, CancellationToken cancellationToken)
    {
        while (!Fits(batch))
        {
            ResumeReader(inline: false);
            await _space.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        Append(batch);
    }

    private void Append(FeedBatch batch)
    {
        Interlocked.Add(ref _changes, batch.ChangeCount);
        Interlocked.Add(ref _bytes, batch.ByteSize);
        Interlocked.Increment(ref _outstanding);
        lock (_gate)
        {
            _batches.Enqueue(batch);
        }
    }

    private bool Fits(FeedBatch batch) => IsEmpty || (Changes + batch.ChangeCount <= _maxChanges && Bytes + batch.ByteSize <= _maxBytes);
}
