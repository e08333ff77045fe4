using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Reads the tables of a MySQL or MariaDB server over one connection; views have connections of their own.</summary>
internal sealed class MySqlSnapshotReader : SnapshotReader
{
    private readonly SnapshotServer _server;
    private readonly SqlSession _session;
    private readonly SnapshotTables _tables;
    private readonly TableWatch _watch;
    private readonly TimeProvider _time;

    private MySqlSnapshotReader(SnapshotServer server, SqlSession session, TableSelection selection, TimeProvider time)
    {
        _server = server;
        _session = session;
        _tables = new SnapshotTables(session, server.Facts, selection);
        _watch = new TableWatch(session, _tables);
        _time = time;
    }

    /// <inheritdoc/>
    public override string Server => _server.Name;

    /// <summary>Connects.</summary>
    public static async ValueTask<MySqlSnapshotReader> OpenAsync(SnapshotServer server, TableSelection selection, TimeProvider time,
        CancellationToken cancellationToken)
        => new(server, await server.OpenAsync(isForView: false, cancellationToken).ConfigureAwait(false), selection, time);

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<SnapshotTable>> ListTablesAsync(IReadOnlyList<string> patterns,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var filter = patterns.Count == 0 ? null : new TableFilter(patterns, [], _server.Facts.IgnoresTableCase);
        return await _tables.ListAsync(filter, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotTable?> FindTableAsync(string database, string table, CancellationToken cancellationToken)
        => await _tables.FindAsync(database, table, null, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <remarks>A log with a part of the columns does not say where a changed row is in that order.</remarks>
    public override async ValueTask<SnapshotTable?> FindTableAsync(string database, string table, string surrogateKey,
        CancellationToken cancellationToken)
        => _server.Facts["binlog_row_image"] is { } image && image != "FULL"
            ? throw new ServerMisconfiguredException($"{database}.{table} cannot be read by the column {surrogateKey}: the server logs a "
                + $"part of each row (binlog_row_image={image}), so that a row could be missed that moves in this order. SET GLOBAL "
                + "binlog_row_image=FULL, or ask without a surrogate key.", [])
            : await _tables.FindAsync(database, table, surrogateKey, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<SourcePosition> GetWatermarkAsync(CancellationToken cancellationToken)
        => await _server.ReadVisibleAsync(_session, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<SourcePosition> GetHighWatermarkAsync(CancellationToken cancellationToken)
        => await _server.ReadHighAsync(_session, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<SourceLoad?> GetLoadAsync(CancellationToken cancellationToken)
        => await ServerLoad.ReadAsync(_session, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<SnapshotKey?> GetLastKeyAsync(SnapshotTable table, string? condition,
        CancellationToken cancellationToken)
    {
        var own = Chunked(table);
        var chunk = await ReadAsync(own, new SelectStatement(own).Last(condition), 1, cancellationToken).ConfigureAwait(false);
        return chunk.Count == 0 ? null : chunk.GetPlace(0);
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotChunk> ReadChunkAsync(SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo, int limit,
        string? condition, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var own = Chunked(table);

        // The server should not begin what would be stopped at the largest size of a chunk.
        limit = own.LimitRows(limit, MySqlSnapshotCursor.MaxChunkBytes);

        // One row more than wanted says if there are more.
        return await ReadAsync(own, new SelectStatement(own).Between(after, upTo, condition, limit + 1L), limit, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotChunk> ReadKeysAsync(SnapshotTable table, IReadOnlyList<SnapshotKey> keys, string? condition,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var own = Chunked(table);
        return keys.Count == 0 ? new MySqlSnapshotChunk(own, [], true, _time.GetUtcNow())
            : await ReadAsync(own, new SelectStatement(own).WithKeys(keys, condition), int.MaxValue, cancellationToken)
                .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<ConsistentView> OpenConsistentViewAsync(IReadOnlyList<SnapshotTable> tables, int readers,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentOutOfRangeException.ThrowIfLessThan(readers, 1);
        var own = new MySqlSnapshotTable[tables.Count];
        for (var i = 0; i < own.Length; i++)
        {
            own[i] = Own(tables[i]);
            if (own[i].ViewRefusal is { } refusal)
            {
                throw new ArgumentException(refusal, nameof(tables));
            }
        }

        var view = await new ViewOpener(_server, _session, own, _time).OpenAsync(readers, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await _watch.CheckAsync(own, cancellationToken).ConfigureAwait(false);
            return view;
        }
        catch
        {
            await view.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _session.DisposeAsync();

    private static MySqlSnapshotTable Own(SnapshotTable table)
        => table as MySqlSnapshotTable ?? throw new ArgumentException($"{table} is not a table of this source.", nameof(table));

    private static MySqlSnapshotTable Chunked(SnapshotTable table)
        => Own(table) is { ChunkRefusal: null } own ? own : throw new ArgumentException(table.ChunkRefusal, nameof(table));

    private async ValueTask<MySqlSnapshotChunk> ReadAsync(MySqlSnapshotTable table, string sql, int limit,
        CancellationToken cancellationToken)
    {
        await _watch.BeforeAsync(table, cancellationToken).ConfigureAwait(false);
        var rows = await _session.OpenRowsAsync(_server.ReadsWithLocks ? sql + " LOCK IN SHARE MODE" : sql, cancellationToken)
            .ConfigureAwait(false);
        MySqlSnapshotChunk chunk;
        await using (rows.ConfigureAwait(false))
        {
            chunk = await new MySqlSnapshotCursor(table, rows, _time).ReadChunkAsync(limit, cancellationToken).ConfigureAwait(false);
            if (!chunk.IsLast && chunk.Count == limit)
            {
                var isMore = await rows.ReadAsync(static _ => false, cancellationToken).ConfigureAwait(false);
                await rows.ReadAsync(static _ => true, cancellationToken).ConfigureAwait(false);
                chunk = isMore ? chunk : chunk.AsLast();
            }
        }

        await _watch.AfterAsync(table, cancellationToken).ConfigureAwait(false);
        return chunk;
    }
}
