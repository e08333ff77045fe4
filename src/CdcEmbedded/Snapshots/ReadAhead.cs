namespace CdcEmbedded.Snapshots;

/// <summary>Bounds the bytes of rows that were read and wait for rows before them. Thread-safe.</summary>
/// <param name="limit">The bound.</param>
internal sealed class ReadAhead(long limit)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private long _waiting;

    /// <summary>Waits until rows may be kept.</summary>
    /// <param name="isNext">True if nothing is before them any more: then they never wait.</param>
    /// <param name="bytes">Their size.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask EnterAsync(Func<bool> isNext, long bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_waiting == 0 || _waiting + bytes <= limit || isNext())
                {
                    _waiting += bytes;
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Rows were delivered, or others are next.</summary>
    /// <param name="bytes">The size of what was delivered.</param>
    public void Leave(long bytes)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _waiting -= bytes;
            (changed, _changed) = (_changed, New());
        }

        changed.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
