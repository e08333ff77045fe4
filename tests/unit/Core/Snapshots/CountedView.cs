using System.Collections.Concurrent;
using System.Globalization;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A view of a table whose rows are numbers from 1. No reader gets rows before a given number of readers wait for them.</summary>
internal sealed class CountedView(int readers, int atOnce) : ConsistentView
{
    private readonly TaskCompletionSource _allRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reading;
    private int _bounds;
    private int _read;
    private int _mostAhead;

    public override SourcePosition Position { get; } = new ModelPosition(0, 0);

    public override string Lock => "none";

    public override int Readers => readers;

    /// <summary>Completes when as many readers as wanted read at once.</summary>
    public Task AllRead => _allRead.Task;

    /// <summary>Readers that cannot join others.</summary>
    public ISet<int> Refused { get; } = new HashSet<int>();

    /// <summary>Who asked to join others.</summary>
    public ConcurrentQueue<int> Joins { get; } = new();

    /// <summary>Which reader read each range, from the first on.</summary>
    public ConcurrentQueue<int> RangeReaders { get; } = new();

    /// <summary>How often the end of a range was looked for.</summary>
    public int Bounds => _bounds;

    /// <summary>The largest number of chunks that were read and not taken.</summary>
    public int MostAhead => _mostAhead;

    public override ValueTask<SnapshotCursor> OpenTableAsync(int reader, SnapshotTable table, string? condition,
        CancellationToken cancellationToken) => OpenRangeAsync(reader, table, null, null, cancellationToken);

    public override ValueTask<SnapshotKey?> FindBoundAsync(int reader, SnapshotTable table, SnapshotKey? after, int rows,
        CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _bounds);
        var bound = Number(after, 0) + rows;
        return new(bound > table.EstimatedRows ? null : new SnapshotKey(bound.ToString(CultureInfo.InvariantCulture)));
    }

    public override ValueTask<SnapshotCursor> OpenRangeAsync(int reader, SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo,
        CancellationToken cancellationToken)
    {
        RangeReaders.Enqueue(reader);
        return new(new Cursor(this, table, Number(after, 0), Number(upTo, (int)(table.EstimatedRows ?? 0))));
    }

    public override ValueTask<bool> TryJoinAsync(int reader, SnapshotTable table, CancellationToken cancellationToken)
    {
        Joins.Enqueue(reader);
        return new(!Refused.Contains(reader));
    }

    public override ValueTask DisposeAsync() => default;

    /// <summary>A chunk was taken.</summary>
    public void OnTaken() => Interlocked.Decrement(ref _read);

    private static int Number(SnapshotKey? key, int other) => key is null ? other : int.Parse(key.Json, CultureInfo.InvariantCulture);

    private sealed class Cursor(CountedView view, SnapshotTable table, int after, int upTo)
        : SnapshotCursor
    {
        private int _next = after + 1;

        public override async ValueTask<SnapshotChunk?> ReadAsync(int limit, CancellationToken cancellationToken)
        {
            await view.WaitAsync(cancellationToken);
            if (_next > upTo)
            {
                return null;
            }

            var chunk = new Chunk(table, _next, Math.Min(limit, upTo - _next + 1));
            _next += chunk.Count;
            var ahead = Interlocked.Increment(ref view._read);
            lock (view)
            {
                view._mostAhead = Math.Max(view._mostAhead, ahead);
            }

            return chunk;
        }

        public override ValueTask DisposeAsync() => default;
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _reading) >= atOnce)
        {
            _allRead.TrySetResult();
        }

        await _allRead.Task.WaitAsync(cancellationToken);
    }

    private sealed class Chunk(SnapshotTable table, int first, int count) : SnapshotChunk
    {
        public override int Count => count;

        public override long ByteSize => 1024 * 1024;

        public override bool IsLast => first + count - 1 == table.EstimatedRows;

        public override TableSchema? Schema => null;

        public override DateTimeOffset ReadAt => default;

        public override DataRecord GetRow(int row) => default;

        public override DataRecord GetKey(int row) => default;

        public override SnapshotKey? GetPlace(int row) => new((first + row).ToString(CultureInfo.InvariantCulture));
    }
}
