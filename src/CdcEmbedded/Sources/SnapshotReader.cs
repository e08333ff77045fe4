namespace CdcEmbedded.Sources;

/// <summary>Reads tables for snapshots. Used by one caller at a time.</summary>
/// <remarks>
/// <para>Keys are ordered, compared and counted by the server only (R64). A failure is a <see cref="CdcException"/> whose
/// <see cref="CdcException.IsTransient"/> says if another reader may succeed; the caller disposes this one and decides.</para>
/// <para>The values of a row are the same CLR values as those of the log.</para>
/// </remarks>
public abstract class SnapshotReader : IAsyncDisposable
{
    /// <summary>The server as messages name it.</summary>
    public abstract string Server { get; }

    /// <summary>Lists the captured tables that match, in a fixed order, each with what is needed to read it or the reason why it cannot be
    /// read.</summary>
    /// <param name="patterns">Patterns <c>database.table</c> with wildcards, as in the options of sources; empty for all captured
    /// tables.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public abstract ValueTask<IReadOnlyList<SnapshotTable>> ListTablesAsync(IReadOnlyList<string> patterns,
        CancellationToken cancellationToken);

    /// <summary>Looks up one table as it is now: after a restart, and after its columns have changed.</summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if there is none any more, or it is not captured.</returns>
    public abstract ValueTask<SnapshotTable?> FindTableAsync(string database, string table, CancellationToken cancellationToken);

    /// <summary>Looks up one table that is to be read by another column before its key
    /// (<see cref="SnapshotRequest.SurrogateKey"/>).</summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table.</param>
    /// <param name="surrogateKey">The column.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if there is none any more, or it is not captured. One that cannot be read in this order has a
    /// <see cref="SnapshotTable.ChunkRefusal"/>.</returns>
    /// <exception cref="NotSupportedException">The source cannot; the default.</exception>
    public virtual ValueTask<SnapshotTable?> FindTableAsync(string database, string table, string surrogateKey,
        CancellationToken cancellationToken)
        => throw new NotSupportedException($"This source reads tables by their keys only: {database}.{table} cannot be read by the column "
            + $"{surrogateKey}. Ask without a surrogate key.");

    /// <summary>Returns a position up to which everything is visible to every read that starts after this call (R63). Never a position that
    /// the server shows before the commit is visible, as its log's end is.</summary>
    /// <remarks>Two questions are asked about it. <c>watermark.Covers(place)</c>: is everything visible that the stream has delivered up
    /// to the place, which is a transaction's end? It must become true on an idle server, whatever else the place says, such as coordinates
    /// that a watermark lacks. <c>place.Covers(watermark)</c>: has the stream delivered everything that a read before the watermark may
    /// have seen?</remarks>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public abstract ValueTask<SourcePosition> GetWatermarkAsync(CancellationToken cancellationToken);

    /// <summary>Returns a position that includes everything that any earlier read of this reader may have seen.</summary>
    /// <remarks>The default is <see cref="GetWatermarkAsync"/>. Servers make a commit visible a moment before that watermark has it: for
    /// whole images this is harmless, as the stream repeats what was read. With images of a part of the columns, a row whose key changes in
    /// that moment could be missed at a table's end; a source avoids it with the end of its log, which is never before what is
    /// visible.</remarks>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public virtual ValueTask<SourcePosition> GetHighWatermarkAsync(CancellationToken cancellationToken)
        => GetWatermarkAsync(cancellationToken);

    /// <summary>Reads the place of the last row of a table, in the server's order.</summary>
    /// <param name="table">The table.</param>
    /// <param name="condition">The source's own condition, from a trusted caller; null for all rows.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if there is no row.</returns>
    public abstract ValueTask<SnapshotKey?> GetLastKeyAsync(SnapshotTable table, string? condition, CancellationToken cancellationToken);

    /// <summary>Reads the next rows of a table in the order of its key, in a read view that begins after this call.</summary>
    /// <param name="table">The table.</param>
    /// <param name="after">Rows after this place; null for the first ones.</param>
    /// <param name="upTo">Rows up to this place, inclusive; null for no bound.</param>
    /// <param name="limit">How many rows at most.</param>
    /// <param name="condition">The source's own condition; null for all rows.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public abstract ValueTask<SnapshotChunk> ReadChunkAsync(SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo, int limit,
        string? condition, CancellationToken cancellationToken);

    /// <summary>Reads the rows with the given keys again, those that still exist, in any order, in a read view that begins after this
    /// call.</summary>
    /// <param name="table">The table.</param>
    /// <param name="keys">Keys that <see cref="SnapshotTable.KeyOf"/> returned, of this process or of an earlier one.</param>
    /// <param name="condition">The source's own condition; null for all rows.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public abstract ValueTask<SnapshotChunk> ReadKeysAsync(SnapshotTable table, IReadOnlyList<SnapshotKey> keys, string? condition,
        CancellationToken cancellationToken);

    /// <summary>Begins a read view of several tables at one position of the log, with the shortest lock that the server and the user's
    /// privileges allow.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="readers">How many readers should share the view; a source may give fewer, and at least one.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The caller owns and disposes it, before this reader.</returns>
    public abstract ValueTask<ConsistentView> OpenConsistentViewAsync(IReadOnlyList<SnapshotTable> tables, int readers,
        CancellationToken cancellationToken);

    /// <summary>Says how busy the source is. Called before reads if the options limit the load.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null, the default, if the source cannot say.</returns>
    public virtual ValueTask<SourceLoad?> GetLoadAsync(CancellationToken cancellationToken) => default;

    /// <summary>Closes the connections, within a bound.</summary>
    public abstract ValueTask DisposeAsync();
}
