namespace CdcEmbedded.Sources;

/// <summary>Reads one table of a <see cref="ConsistentView"/>, or a range of it, from the first row to the last.</summary>
public abstract class SnapshotCursor : IAsyncDisposable
{
    /// <summary>Reads the next rows.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait; the cursor can only be disposed afterwards.</param>
    /// <returns>Null after the last row.</returns>
    public abstract ValueTask<SnapshotChunk?> ReadAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Ends the reading, also before the last row.</summary>
    public abstract ValueTask DisposeAsync();
}
