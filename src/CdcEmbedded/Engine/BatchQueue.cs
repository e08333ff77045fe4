using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>The channel between pump and consumer, bounded by changes and by bytes. A batch counts until the consumer has
/// moved past it.</summary>
/// <remarks>One writer, one reader. Beyond the bound the writer holds one more batch. The bound is around the channel: a channel counts
/// only its own items, and forgets a batch when it is taken.</remarks>
internal sealed class BatchQueue
{
    // A null wakes the reader for another reason than a batch.
    private readonly Channel<FeedBatch?> _batches = Channel.CreateUnbounded<FeedBatch?>(new() { SingleReader = true });
    private readonly Channel<bool> _space = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        SingleReader = true,
        FullMode = BoundedChannelFullMode.DropWrite,
    });

    private readonly long _maxChanges;
    private readonly long _maxBytes;
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

    /// <summary>Waits until the batch fits, or nothing else is outstanding, then appends it.</summary>
    public async ValueTask EnqueueAsync(FeedBatch batch, CancellationToken cancellationToken)
    {
        while (!Fits(batch))
        {
            await _space.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        Interlocked.Add(ref _changes, batch.ChangeCount);
        Interlocked.Add(ref _bytes, batch.ByteSize);
        Interlocked.Increment(ref _outstanding);
        _batches.Writer.TryWrite(batch);
    }

    public bool TryDequeue([NotNullWhen(true)] out FeedBatch? batch)
    {
        while (_batches.Reader.TryRead(out batch))
        {
            if (batch is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Waits until a batch has arrived, or for <see cref="Wake"/>. Throws the failure that completed the queue, once
    /// it is empty.</summary>
    /// <returns>False if the queue is complete and empty, without a failure.</returns>
    public ValueTask<bool> WaitAsync() => _batches.Reader.WaitToReadAsync(CancellationToken.None);

    /// <summary>Ends a wait of the reader, now or the next one.</summary>
    public void Wake() => _batches.Writer.TryWrite(null);

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
    public void Complete(Exception? failure) => _batches.Writer.TryComplete(failure);

    private bool Fits(FeedBatch batch) => IsEmpty || (Changes + batch.ChangeCount <= _maxChanges && Bytes + batch.ByteSize <= _maxBytes);
}
