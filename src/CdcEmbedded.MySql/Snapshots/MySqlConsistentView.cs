using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Connections whose transactions all see the same moment.</summary>
internal sealed class MySqlConsistentView(SourcePosition position, string @lock, IReadOnlyList<SqlSession> sessions, TimeProvider time)
    : ConsistentView
{
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
        if (table is not MySqlSnapshotTable { ViewRefusal: null } own)
        {
            throw new ArgumentException($"{table} cannot be read in this view: {table?.ViewRefusal}", nameof(table));
        }

        var sql = new SelectStatement(own).All(condition);
        try
        {
            return new MySqlSnapshotCursor(own, await sessions[reader].OpenRowsAsync(sql, cancellationToken).ConfigureAwait(false), time);
        }
        catch (CdcServerException e) when (MySqlSnapshotCursor.IsOfChangedTable(e))
        {
            throw MySqlSnapshotCursor.Changed(own, e);
        }
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
}
