using System.Threading.Channels;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Reads the tables of a consistent view with all of its readers at once: each table by one reader, from its first row to its
/// last. They read ahead while the stream delivers, each at most one chunk.</summary>
internal sealed class ViewReaders : IAsyncDisposable
{
    private readonly OpenedView _opened;
    private readonly SnapshotJob _snapshot;
    private readonly int _chunkSize;
    private readonly Queue<int> _tables;
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
        var tables = Enumerable.Range(0, opened.Tables.Count).Where(table => opened.Tables[table].ViewRefusal is null
            && !snapshot.IsStopped(opened.Tables[table].FullName));

        // Large ones first, so that no reader is left with one while the others have nothing to do.
        _tables = new Queue<int>(opened.View.Readers == 1 ? tables
            : tables.OrderByDescending(table => opened.Tables[table].EstimatedRows ?? 0));
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
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, _opened.View.Readers).Select(ReadTablesAsync)).ConfigureAwait(false);
            _chunks.Writer.TryComplete();
        }
        catch (Exception e)
        {
            // Not swallowed: whoever waits for the next chunk gets it.
            _chunks.Writer.TryComplete(_failure ?? e);
        }
    }

    private async Task ReadTablesAsync(int reader)
    {
        try
        {
            while (Next() is { } table)
            {
                var found = _opened.Tables[table];
                var cursor = await _opened.View.OpenTableAsync(reader, found,
                    _snapshot.ConditionOf(found.FullName) ?? _snapshot.Condition, _stop.Token).ConfigureAwait(false);
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
        }
        catch (Exception e)
        {
            // The others end too, which is not the reason.
            if (!_stop.IsCancellationRequested)
            {
                _failure ??= e;
            }

            await _stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private int? Next()
    {
        lock (_gate)
        {
            return _tables.TryDequeue(out var table) ? table : null;
        }
    }
}
