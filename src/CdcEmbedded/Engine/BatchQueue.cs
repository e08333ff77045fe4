using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>The batches between pump and consumer, bounded by changes and by bytes. A batch counts until the consumer has moved past
/// it.</summary>
/// <remarks>One writer, one reader. Beyond the bound the writer holds one more batch.</remarks>
internal sealed class BatchQueue
{
    private readonly Lock _gate = new();
    private readonly Queue<FeedBatch> _batches = new();
    private readonly AsyncSignal _space = new();
    private readonly AsyncSignal _filled;
    private readonly long _maxChanges;
    private readonly long _maxBytes;
    private long _changes;
    private long _bytes;
    private int _outstanding;
    private bool _isCompleted;
    private Exception? _failure;

    public BatchQueue(long maxChanges, long maxBytes, AsyncSignal filled)
    {
        _maxChanges = maxChanges;
        _maxBytes = maxBytes;
        _filled = filled;
    }

    public long Changes => Interlocked.Read(ref _changes);

    public long Bytes => Interlocked.Read(ref _bytes);

    public bool IsEmpty => Volatile.Read(ref _outstanding) == 0;

    /// <summary>Waits until the batch fits, or nothing else is outstanding, then appends it.</summary>
    public async ValueTask EnqueueAsync(FeedBatch batch, CancellationToken cancellationToken)
    {
        if (TryEnqueue(batch))
        {
            return;
        }

        using var registration = cancellationToken.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _space);
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            await _space.WaitAsync().ConfigureAwait(false);
        }
        while (!TryEnqueue(batch));
    }

    public bool TryDequeue([NotNullWhen(true)] out FeedBatch? batch)
    {
        lock (_gate)
        {
            return _batches.TryDequeue(out batch);
        }
    }

    /// <summary>Records that the consumer has moved past a batch that it took.</summary>
    public void Release(FeedBatch batch)
    {
        bool isLow;
        lock (_gate)
        {
            _changes -= batch.ChangeCount;
            _bytes -= batch.ByteSize;
            _outstanding--;
            isLow = _outstanding == 0 || (_changes <= _maxChanges / 2 && _bytes <= _maxBytes / 2);
        }

        // The writer of a full queue resumes when the queue is half empty: waking it for each batch would cost two thread switches per
        // batch.
        if (isLow)
        {
            _space.Set();
        }
    }

    /// <summary>Completes the queue: nothing more follows, because of the failure if there is one.</summary>
    public void Complete(Exception? failure)
    {
        lock (_gate)
        {
            _isCompleted = true;
            _failure = failure;
        }

        _filled.Set();
    }

    /// <summary>True if the queue is complete and empty.</summary>
    public bool IsAtEnd(out Exception? failure)
    {
        lock (_gate)
        {
            failure = _failure;
            return _isCompleted && _batches.Count == 0;
        }
    }

    private bool TryEnqueue(FeedBatch batch)
    {
        lock (_gate)
        {
            if (_outstanding > 0 && (_changes + batch.ChangeCount > _maxChanges || _bytes + batch.ByteSize > _maxBytes))
            {
                return false;
            }

            _changes += batch.ChangeCount;
            _bytes += batch.ByteSize;
            _outstanding++;
            _batches.Enqueue(batch);
        }

        _filled.Set();
        return true;
    }
}
