using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Reads the answer of one query in chunks.</summary>
internal sealed class MySqlSnapshotCursor(MySqlSnapshotTable table, SqlRows rows, TimeProvider time) : SnapshotCursor
{
    /// <summary>A chunk ends at this size, whatever its limit is.</summary>
    internal const long MaxChunkBytes = 16 * 1024 * 1024;

    private readonly RowImages _images = new(table.Readable);
    private bool _isAtEnd;

    /// <inheritdoc/>
    public override async ValueTask<SnapshotChunk?> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        if (_isAtEnd)
        {
            return null;
        }

        var chunk = await ReadChunkAsync(limit, cancellationToken).ConfigureAwait(false);
        return chunk.Count == 0 ? null : chunk;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => rows.DisposeAsync();

    /// <summary>True if an error means that a table is not what it was: its definition has changed, there is no such table, column or
    /// index. A view finds that out at the first row.</summary>
    internal static bool IsOfChangedTable(CdcServerException error) => error.Code is 1412 or 1146 or 1054 or 1176;

    /// <summary>Makes the error of a table that is not what it was when it was looked up, or when a view was opened.</summary>
    internal static CdcServerException Changed(MySqlSnapshotTable table, CdcServerException cause) => new(cause.Code, cause.SqlState,
        $"{table.FullName} was truncated, altered or dropped before it was read: {cause.Message}", isTransient: true, cause);

    /// <summary>Reads the next rows; none after the last one.</summary>
    /// <param name="limit">How many at most, at least 1.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async ValueTask<MySqlSnapshotChunk> ReadChunkAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var blocks = new List<RowBuffer>();
        var left = limit;
        long bytes = 0;
        bool isMore;
        try
        {
            isMore = await rows.ReadAsync(
                reader =>
                {
                    if (_images.IsFull)
                    {
                        bytes += _images.Bytes;
                        blocks.Add(_images.TakeBlock());
                    }

                    _images.Add(reader);
                    return --left > 0 && bytes < MaxChunkBytes;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (CdcServerException e) when (IsOfChangedTable(e))
        {
            throw Changed(table, e);
        }

        if (_images.Count > 0)
        {
            blocks.Add(_images.TakeBlock());
        }

        _isAtEnd = !isMore;
        return new MySqlSnapshotChunk(table, blocks, _isAtEnd, time.GetUtcNow());
    }
}
