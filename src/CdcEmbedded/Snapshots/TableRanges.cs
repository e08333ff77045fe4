using System.Threading.Channels;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>One table of a view that several readers read at once, each a range of its rows. The server says where each range ends; the
/// ranges are delivered in the order of the key, so that the state of the table is one place in it, as with one reader.</summary>
/// <param name="number">The table's number.</param>
/// <param name="table">The table.</param>
/// <param name="rows">Rows of a range.</param>
internal sealed class TableRanges(int number, SnapshotTable table, int rows) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Channel<TableRange> _ranges = Channel.CreateUnbounded<TableRange>();
    private SnapshotKey? _after;
    private int _count;
    private int _first;
    private volatile bool _isDivided;

    public SnapshotTable Table => table;

    /// <summary>True if no reader needs to ask for another range.</summary>
    public bool IsDivided => _isDivided;

    /// <summary>Divides the next range from the rest of the table. The readers do this one after another, while others read.</summary>
    /// <param name="view">The view.</param>
    /// <param name="reader">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The range; null after the last one.</returns>
    public async ValueTask<TableRange?> DivideAsync(ConsistentView view, int reader, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isDivided)
            {
                return null;
            }

            var after = _after;
            var upTo = await view.FindBoundAsync(reader, table, after, rows, cancellationToken).ConfigureAwait(false);
            _after = upTo;
            _isDivided = upTo is null;

            var range = new TableRange(_count++, after, upTo);
            _ranges.Writer.TryWrite(range);
            if (_isDivided)
            {
                _ranges.Writer.Complete();
            }

            return range;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Keeps rows of a range, as soon as they may wait.</summary>
    /// <param name="range">The range.</param>
    /// <param name="chunk">The rows.</param>
    /// <param name="ahead">What waits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask KeepAsync(TableRange range, SnapshotChunk chunk, ReadAhead ahead, CancellationToken cancellationToken)
    {
        await ahead.EnterAsync(() => Volatile.Read(ref _first) == range.Number && range.Rows.Reader.Count == 0, chunk.ByteSize,
            cancellationToken).ConfigureAwait(false);
        range.Rows.Writer.TryWrite(chunk);
    }

    /// <summary>Passes the rows on in the order of the ranges, then the end of the table.</summary>
    /// <param name="target">Where they go.</param>
    /// <param name="ahead">What waits.</param>
    /// <param name="slots">Released after each range.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task DeliverAsync(ChannelWriter<(int Table, SnapshotChunk? Chunk)> target, ReadAhead ahead,
        SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        await foreach (var range in _ranges.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await foreach (var chunk in range.Rows.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                await target.WriteAsync((number, chunk), cancellationToken).ConfigureAwait(false);
                ahead.Leave(chunk.ByteSize);
            }

            Interlocked.Increment(ref _first);
            ahead.Leave(0);
            slots.Release();
        }

        await target.WriteAsync((number, null), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _turn.Dispose();
}
