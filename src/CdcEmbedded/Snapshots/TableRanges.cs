using System.Collections.Concurrent;
using System.Threading.Channels;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>One table of a view that several readers read at once, each a range of its rows. The server says where each range ends; the
/// ranges are delivered in the order of the key, so that the state of the table is one place in it, as with one reader.</summary>
/// <param name="number">The table's number.</param>
/// <param name="table">The table.</param>
/// <param name="rows">Rows of a range.</param>
/// <param name="first">The reader that begins.</param>
internal sealed class TableRanges(int number, SnapshotTable table, int rows, int first) : IDisposable
{
    // Who reads the table, and who cannot.
    private readonly ConcurrentDictionary<int, bool> _readers = new([new(first, true)]);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Channel<TableRange> _ranges = Channel.CreateUnbounded<TableRange>();
    private SnapshotKey? _after;
    private int _count;
    private int _first;
    private volatile bool _isDivided;

    public SnapshotTable Table => table;

    /// <summary>False if a reader has nothing to do here: no range is left, or it could not join the others.</summary>
    /// <param name="reader">Which reader.</param>
    public bool IsOpenTo(int reader) => !_isDivided && _readers.GetValueOrDefault(reader, true);

    /// <summary>Lets a reader join those that read the table.</summary>
    /// <param name="view">The view.</param>
    /// <param name="reader">Which reader.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False if it cannot.</returns>
    /// <remarks>Outside of the readers' turns: who waits here must not hold up the others.</remarks>
    public async ValueTask<bool> TryJoinAsync(ConsistentView view, int reader, CancellationToken cancellationToken)
    {
        if (!_readers.TryGetValue(reader, out var isJoined))
        {
            isJoined = await view.TryJoinAsync(reader, table, cancellationToken).ConfigureAwait(false);
            _readers[reader] = isJoined;
        }

        return isJoined;
    }

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
