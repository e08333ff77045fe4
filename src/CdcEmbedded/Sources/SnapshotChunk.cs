namespace CdcEmbedded.Sources;

/// <summary>Rows of one table that one query read. Immutable once handed out; safe to read from any thread; needs
/// no open connection.</summary>
public abstract class SnapshotChunk
{
    /// <summary>The number of rows; may be 0.</summary>
    public abstract int Count { get; }

    /// <summary>The bytes that keeping it keeps alive, for the bound on buffered memory.</summary>
    public abstract long ByteSize { get; }

    /// <summary>True if no row follows within the bounds of the query.</summary>
    public abstract bool IsLast { get; }

    /// <summary>The schema of the rows; null for sources without one.</summary>
    public abstract TableSchema? Schema { get; }

    /// <summary>When it was read, in UTC.</summary>
    public abstract DateTimeOffset ReadAt { get; }

    /// <summary>A row, with the values that the log would have.</summary>
    /// <param name="row">From 0.</param>
    public abstract DataRecord GetRow(int row);

    /// <summary>A row's key, as the log's changes have it; no record if the table has none.</summary>
    /// <param name="row">From 0.</param>
    public abstract DataRecord GetKey(int row);

    /// <summary>The place of a row: what <see cref="SnapshotReader.ReadChunkAsync"/> gets to read the rows after it. Built
    /// at each call.</summary>
    /// <param name="row">From 0.</param>
    /// <returns>Null for rows of a table that cannot be read in chunks.</returns>
    public abstract SnapshotKey? GetPlace(int row);
}
