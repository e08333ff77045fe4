using System.Runtime.CompilerServices;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>Awaits the next batch of a feed, and resumes the consumer that waits for the last one: on this thread if the feed has
/// nothing more at once, so that a quiet stream changes no thread, else on a thread of the pool, so that both work at once.</summary>
/// <remarks>The consumer is resumed when the pump is suspended already. So it may block or never return: whatever completes the read
/// resumes the pump on another thread.</remarks>
internal readonly struct HandOver : ICriticalNotifyCompletion
{
    private readonly ConfiguredValueTaskAwaitable<FeedBatch?>.ConfiguredValueTaskAwaiter _read;
    private readonly BatchQueue _queue;

    public HandOver(ValueTask<FeedBatch?> read, BatchQueue queue)
    {
        _read = read.ConfigureAwait(false).GetAwaiter();
        _queue = queue;
    }

    public bool IsCompleted
    {
        get
        {
            if (!_read.IsCompleted)
            {
                return false;
            }

            _queue.ResumeReader(inline: false);
            return true;
        }
    }

    public HandOver GetAwaiter() => this;

    public FeedBatch? GetResult() => _read.GetResult();

    public void OnCompleted(Action continuation)
    {
        _read.OnCompleted(continuation);
        _queue.ResumeReader(inline: true);
    }

    public void UnsafeOnCompleted(Action continuation)
    {
        _read.UnsafeOnCompleted(continuation);
        _queue.ResumeReader(inline: true);
    }
}
