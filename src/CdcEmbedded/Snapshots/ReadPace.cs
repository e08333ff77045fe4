using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Snapshots;

/// <summary>Spares the source: the sizes of chunks follow the time that they take, and reading waits while the source is busy, or when it
/// would exceed the rate. One caller at a time.</summary>
internal sealed class ReadPace(SnapshotOptions options, TimeProvider time, string engine, ILogger logger)
{
    private const int MinSize = 16;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private readonly int _least = Math.Min(MinSize, options.ChunkSize);
    private int _size = options.ChunkSize;
    private long _nextRead;
    private long _started;

    /// <summary>Returns how many rows the next chunk has at most.</summary>
    public int LimitOf(int limit) => Math.Min(limit, _size);

    /// <summary>Waits until the source may be read.</summary>
    /// <param name="reader">The reader, which knows the load of the source.</param>
    /// <param name="isNeeded">Returns false if nothing is to be read any more; then the wait ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask WaitAsync(SnapshotReader reader, Func<bool> isNeeded, CancellationToken cancellationToken)
    {
        if (options.MaxRowsPerSecond is not null && _nextRead > time.GetTimestamp())
        {
            var wait = time.GetElapsedTime(time.GetTimestamp(), _nextRead);
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }

        for (var isReported = false;
            isNeeded() && await ReasonToWaitAsync(reader, cancellationToken).ConfigureAwait(false) is { } reason;)
        {
            if (!isReported)
            {
                Log.SnapshotWaits(logger, engine, reason);
                isReported = true;
            }

            await Task.Delay(LookAgain, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Records that a read begins.</summary>
    public void OnReading() => _started = time.GetTimestamp();

    /// <summary>Records that rows were read.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="limit">How many were asked for; 0 for rows that are read again.</param>
    public void OnRead(int rows, int limit)
    {
        if (options.MaxRowsPerSecond is { } rate)
        {
            // A window may have two reads after one wait.
            _nextRead = Math.Max(_nextRead, _started) + (long)(rows / (double)rate * time.TimestampFrequency);
        }

        var elapsed = time.GetElapsedTime(_started);
        if (elapsed > options.ChunkDuration && rows > 0)
        {
            _size = Math.Clamp((int)(rows * (options.ChunkDuration / elapsed)), _least, _size);
        }
        else if (elapsed < options.ChunkDuration / 2 && limit >= _size)
        {
            _size = Math.Min(options.ChunkSize, _size * 2);
        }
    }

    private async ValueTask<string?> ReasonToWaitAsync(SnapshotReader reader, CancellationToken cancellationToken)
    {
        // The application may ignore the token: a stop must not wait for it.
        if (options.MayRead is { } mayRead
            && !await mayRead(cancellationToken).WaitObservedAsync(cancellationToken).ConfigureAwait(false))
        {
            return "the application says so";
        }

        if (options is { MaxRunningThreads: null, MaxReplicaLag: null }
            || await reader.GetLoadAsync(cancellationToken).ConfigureAwait(false) is not { } load)
        {
            return null;
        }

        return load.RunningThreads > options.MaxRunningThreads ? $"{load.RunningThreads} statements run on the source"
            : load.ReplicaLag > options.MaxReplicaLag ? $"the source lags {load.ReplicaLag}"
            : null;
    }
}
