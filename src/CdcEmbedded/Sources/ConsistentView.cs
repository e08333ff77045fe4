namespace CdcEmbedded.Sources;

/// <summary>One read view of several tables at one position of the log.</summary>
public abstract class ConsistentView : IAsyncDisposable
{
    /// <summary>The position at which the stream begins: the view shows everything before it and nothing after it.
    /// A transaction's end.</summary>
    public abstract SourcePosition Position { get; }

    /// <summary>How the view was made to fit the position, for the log: the locks that were taken and for how long, or
    /// that none was.</summary>
    public abstract string Lock { get; }

    /// <summary>How many readers share it, at least 1. Each may be used by one flow.</summary>
    public abstract int Readers { get; }

    /// <summary>Begins to read a table.</summary>
    /// <param name="reader">Which reader, from 0. It reads one table at a time.</param>
    /// <param name="table">The table.</param>
    /// <param name="condition">The source's own condition; null for all rows.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The caller owns and disposes it. Rows are in the order of the key where the table has one.</returns>
    public abstract ValueTask<SnapshotCursor> OpenTableAsync(int reader, SnapshotTable table, string? condition,
        CancellationToken cancellationToken);

    /// <summary>Ends the view and closes its connections.</summary>
    public abstract ValueTask DisposeAsync();
}
