using System.Threading.Channels;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Reads the tables of a consistent view with all of its readers at once: each table by one reader, or a large one by all of them
/// in ranges. The rows of a table are delivered in its order. Readers read ahead while the stream delivers: at most one chunk each, and
/// what <see cref="ReadAhead"/> lets wait.</summary>
internal sealed class ViewReaders : IAsyncDisposable
{
    /// <summary>Chunks of a range. A range costs two questions to the server, and its rows wait for the ranges before it.</summary>
    internal const int ChunksOfRange = 8;

    private const long AheadOfReader = 4 * 1024 * 1024;

    private readonly OpenedView _opened;
    private readonly SnapshotJob _snapshot;
    private readonly int _chunkSize;
    private readonly Queue<int> _tables;
    private readonly List<TableRanges> _divided = [];
    private readonly List<Task> _deliveries = [];
    private readonly SemaphoreSlim _slots;
    private readonly ReadAhead _ahead;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(int Table, SnapshotChunk? Chunk)> _chunks;
    private readonly Task _reading;
    private volatile Exception? _failure;

    /// <param name="opened">The view.</param>
    /// <param name="snapshot">What is read of it.</param>
    /// <param name="chunkSize">Rows of a chunk.</param>
    public ViewReaders(OpenedView opened, SnapshotJob snapshot, int chunkSize)
    {
        _opened = opened;
        _snapshot = snapshot;
        _chunkSize = chunkSize;
        _slots = new SemaphoreSlim(2 * opened.View.Readers);
        _ahead = new ReadAhead(AheadOfReader * opened.View.Readers);
        var tables = Enumerable.Range(0, opened.Tables.Count).Where(table => opened.Tables[table].ViewRefusal is null
            && !snapshot.IsStopped(opened.Tables[table].FullName));

        // Large ones first, so that no reader is left with one while the others have nothing to do.
        _tables = new Queue<int>(opened.View.Readers == 1 ? tables
            : tables.OrderByDescending(table => opened.Tables[table].EstimatedRows ?? long.MaxValue));
        _chunks = Channel.CreateBounded<(int, SnapshotChunk?)>(new BoundedChannelOptions(1) { SingleReader = true });
        _reading = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Waits for the next chunk of any table.</summary>
    /// <returns>A table with its next rows, or with null after its last row; null after the last table.</returns>
    /// <exception cref="CdcException">A reader has failed.</exception>
    public async ValueTask<(int Table, SnapshotChunk? Chunk)?> ReadAsync(CancellationToken cancellationToken)
        => await _chunks.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _chunks.Reader.TryRead(out var read)
            ? read : null;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            await _reading.ConfigureAwait(false);
            _divided.ForEach(static table => table.Dispose());
            _slots.Dispose();
            _stop.Dispose();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, _opened.View.Readers).Select(reader => GuardAsync(() => ReadTablesAsync(reader))))
                .ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failure ??= e;
        }

        try
        {
            // No reader is left that could begin another one.
            await Task.WhenAll(_deliveries).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failure ??= e;
        }

        // Not swallowed: whoever waits for the next chunk gets it.
        _chunks.Writer.TryComplete(_failure);
    }

    /// <summary>Lets the others end too if one fails, which is then not the reason.</summary>
    private async Task GuardAsync(Func<Task> read)
    {
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!_stop.IsCancellationRequested)
            {
                _failure ??= e;
            }

            await _stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReadTablesAsync(int reader)
    {
        while (Next(reader, out var table, out var ranges))
        {
            if (ranges is null)
            {
                await ReadTableAsync(reader, table).ConfigureAwait(false);
                continue;
            }

            if (!await ranges.TryJoinAsync(_opened.View, reader, _stop.Token).ConfigureAwait(false))
            {
                continue;
            }

            await _slots.WaitAsync(_stop.Token).ConfigureAwait(false);
            if (await ranges.DivideAsync(_opened.View, reader, _stop.Token).ConfigureAwait(false) is not { } range)
            {
                _slots.Release();
                continue;
            }

            var cursor = await _opened.View.OpenRangeAsync(reader, ranges.Table, range.After, range.UpTo, _stop.Token)
                .ConfigureAwait(false);
            await using var closing = cursor.ConfigureAwait(false);
            while (await cursor.ReadAsync(_chunkSize, _stop.Token).ConfigureAwait(false) is { } chunk)
            {
                if (chunk.Count > 0)
                {
                    await ranges.KeepAsync(range, chunk, _ahead, _stop.Token).ConfigureAwait(false);
                }
            }

            range.Rows.Writer.Complete();
        }
    }

    private async Task ReadTableAsync(int reader, int table)
    {
        var found = _opened.Tables[table];
        var cursor = await _opened.View.OpenTableAsync(reader, found, ConditionOf(found), _stop.Token).ConfigureAwait(false);
        await using var closing = cursor.ConfigureAwait(false);
        while (await cursor.ReadAsync(_chunkSize, _stop.Token).ConfigureAwait(false) is { } chunk)
        {
            if (chunk.Count > 0)
            {
                await _chunks.Writer.WriteAsync((table, chunk), _stop.Token).ConfigureAwait(false);
            }
        }

        await _chunks.Writer.WriteAsync((table, null), _stop.Token).ConfigureAwait(false);
    }

    /// <summary>Chooses what a reader reads next: a table that nobody reads, or else a range of one that others read.</summary>
    /// <returns>False if nothing is left.</returns>
    private bool Next(int reader, out int table, out TableRanges? ranges)
    {
        lock (_gate)
        {
            ranges = _divided.Find(each => each.IsOpenTo(reader));
            if (!_tables.TryDequeue(out table))
            {
                return ranges is not null;
            }

            ranges = null;
            if (IsWorthDividing(table))
            {
                ranges = new TableRanges(table, _opened.Tables[table], ChunksOfRange * _chunkSize, reader);
                _divided.Add(ranges);
                var begun = ranges;
                _deliveries.Add(Task.Run(() => GuardAsync(() => begun.DeliverAsync(_chunks.Writer, _ahead, _slots, _stop.Token)),
                    CancellationToken.None));
            }

            return true;
        }
    }

    /// <summary>To find where ranges end costs the server a part of what it costs to read them. So a table is divided only if the other
    /// readers would be done with all other tables before it. With a condition the rows of a range may be anywhere.</summary>
    private bool IsWorthDividing(int table)
    {
        var found = _opened.Tables[table];
        var others = _opened.View.Readers - 1;
        if (others == 0 || !found.IsDivisible || ConditionOf(found) is not null)
        {
            return false;
        }

        double left = _tables.Sum(other => _opened.Tables[other].EstimatedRows ?? 0);
        var rows = found.EstimatedRows ?? long.MaxValue;
        return rows > ChunksOfRange * _chunkSize && rows > left / others;
    }

    private string? ConditionOf(SnapshotTable table) => _snapshot.ConditionOf(table.FullName) ?? _snapshot.Condition;
}
