namespace CdcEmbedded.Hosting.Delivery;

/// <summary>What handlers are doing, for the health check. Thread-safe.</summary>
internal sealed class StreamProgress
{
    private long _busySince;
    private long _givenUp;
    private volatile Exception? _failure;

    /// <summary>The failure of the last attempt, until one succeeds.</summary>
    public Exception? Failure
    {
        get => _failure;
        set => _failure = value;
    }

    /// <summary>Number of batches that were handled.</summary>
    public long Batches { get; private set; }

    /// <summary>Number of changes that were skipped or became dead letters, since the process started.</summary>
    public long GivenUp => Interlocked.Read(ref _givenUp);

    /// <summary>A new start: what the one before had begun is not being handled any more.</summary>
    public void Restart()
    {
        Interlocked.Exchange(ref _busySince, 0);
        _failure = null;
    }

    /// <summary>Handlers begin with a batch.</summary>
    public void Begin(TimeProvider time) => Interlocked.CompareExchange(ref _busySince, Math.Max(1, time.GetTimestamp()), 0);

    /// <summary>Handlers have moved on.</summary>
    public void OnHandled()
    {
        Interlocked.Exchange(ref _busySince, 0);
        _failure = null;
        Batches++;
    }

    /// <summary>A handler has not handled a change.</summary>
    public void OnGivenUp() => Interlocked.Increment(ref _givenUp);

    /// <summary>How long handlers have been busy with the oldest batch; zero if they are not.</summary>
    public TimeSpan BusyFor(TimeProvider time)
        => Interlocked.Read(ref _busySince) is var since && since == 0 ? TimeSpan.Zero : time.GetElapsedTime(since);
}
