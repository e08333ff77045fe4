using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Connections whose transactions all see the same moment.</summary>
internal sealed class MySqlConsistentView(SourcePosition position, string @lock, IReadOnlyList<SqlSession> sessions, TimeProvider time)
    : ConsistentView
{
    private const long MaxRangeBytes = 4 * 1024 * 1024;

    /// <inheritdoc/>
    public override SourcePosition Position => position;

    /// <inheritdoc/>
    public override string Lock => @lock;

    /// <inheritdoc/>
    public override int Readers => sessions.Count;

    /// <inheritdoc/>
    public override async ValueTask<SnapshotCursor> OpenTableAsync(int reader, SnapshotTable table, string? condition,
        CancellationToken cancellationToken)
    {
        var own = Own(table);
        return await OpenAsync(reader, own, new SelectStatement(own).All(condition), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>A statement that changes a table waits until the transactions that have read it end, and all who come later wait for that
    /// statement. A session that has read a table need not wait any more.</remarks>
    public override async ValueTask<bool> TryJoinAsync(int reader, SnapshotTable table, CancellationToken cancellationToken)
    {
        var own = Own(table);
        var session = sessions[reader];
        var isJoined = false;
        await session.QueryAsync("SET SESSION lock_wait_timeout=1", cancellationToken).ConfigureAwait(false);
        try
        {
            await session.QueryAsync(new SelectStatement(own).Nothing, cancellationToken).ConfigureAwait(false);
            isJoined = true;
        }
        catch (CdcServerException e) when (e.Code == ViewOpener.LockWaitTimeout)
        {
            // The others read the table without this one.
        }
        catch (CdcServerException e) when (MySqlSnapshotCursor.IsOfChangedTable(e))
        {
            throw MySqlSnapshotCursor.Changed(own, e);
        }

        await session.QueryAsync("SET SESSION lock_wait_timeout=DEFAULT", cancellationToken).ConfigureAwait(false);
        return isJoined;
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotKey?> FindBoundAsync(int reader, SnapshotTable table, SnapshotKey? after, int rows,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        var own = Own(table);
        var sql = new SelectStatement(own).Bound(after, own.LimitRows(rows, MaxRangeBytes));
        var cursor = await OpenAsync(reader, own, sql, cancellationToken).ConfigureAwait(false);
        await using var closing = cursor.ConfigureAwait(false);
        var chunk = await cursor.ReadChunkAsync(2, cancellationToken).ConfigureAwait(false);
        return chunk.Count == 0 ? null : chunk.GetPlace(0);
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotCursor> OpenRangeAsync(int reader, SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo,
        CancellationToken cancellationToken)
    {
        var own = Own(table);
        return await OpenAsync(reader, own, new SelectStatement(own).Between(after, upTo, null, null), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        // Closing a connection ends its transaction.
        foreach (var session in sessions)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static MySqlSnapshotTable Own(SnapshotTable table) => table is MySqlSnapshotTable { ViewRefusal: null } own ? own
        : throw new ArgumentException($"{table} cannot be read in this view: {table?.ViewRefusal}", nameof(table));

    private async ValueTask<MySqlSnapshotCursor> OpenAsync(int reader, MySqlSnapshotTable table, string sql,
        CancellationToken cancellationToken)
    {
        try
        {
            return new MySqlSnapshotCursor(table, await sessions[reader].OpenRowsAsync(sql, cancellationToken).ConfigureAwait(false), time);
        }
        catch (CdcServerException e) when (MySqlSnapshotCursor.IsOfChangedTable(e))
        {
            throw MySqlSnapshotCursor.Changed(table, e);
        }
    }
}
