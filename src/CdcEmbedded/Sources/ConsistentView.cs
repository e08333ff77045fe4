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

    /// <summary>Lets a reader join others that read ranges of a table. It must not wait for anything that waits for those readers, such as
    /// a statement that alters the table and has to wait until the view ends: all would wait for ever.</summary>
    /// <param name="reader">Which reader, from 0; it has not read this table.</param>
    /// <param name="table">A table that <see cref="SnapshotTable.IsDivisible"/>, of which other readers read ranges.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>True if the reader may read ranges of the table, the default; false if the others have to read it without this
    /// reader.</returns>
    public virtual ValueTask<bool> TryJoinAsync(int reader, SnapshotTable table, CancellationToken cancellationToken) => new(true);

    /// <summary>Finds where a range of a table ends that begins after a place: the server counts the rows, in its own order.</summary>
    /// <param name="reader">Which reader, from 0; it reads nothing else meanwhile.</param>
    /// <param name="table">A table that <see cref="SnapshotTable.IsDivisible"/>.</param>
    /// <param name="after">The end of the range before it; null for the first range.</param>
    /// <param name="rows">How many rows the range should have; a source may take fewer where rows are long.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The place of the range's last row; null if fewer rows are left, which are then the last range.</returns>
    /// <exception cref="NotSupportedException">The view cannot; the default.</exception>
    public virtual ValueTask<SnapshotKey?> FindBoundAsync(int reader, SnapshotTable table, SnapshotKey? after, int rows,
        CancellationToken cancellationToken) => throw new NotSupportedException($"{table} cannot be read in ranges.");

    /// <summary>Begins to read a range of a table.</summary>
    /// <param name="reader">Which reader, from 0.</param>
    /// <param name="table">A table that <see cref="SnapshotTable.IsDivisible"/>.</param>
    /// <param name="after">Rows after this place; null for the first ones.</param>
    /// <param name="upTo">Rows up to this place, inclusive; null for no bound.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The caller owns and disposes it. Rows are in the order of the key.</returns>
    /// <exception cref="NotSupportedException">The view cannot; the default.</exception>
    public virtual ValueTask<SnapshotCursor> OpenRangeAsync(int reader, SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo,
        CancellationToken cancellationToken) => throw new NotSupportedException($"{table} cannot be read in ranges.");

    /// <summary>Ends the view and closes its connections.</summary>
    public abstract ValueTask DisposeAsync();
}
