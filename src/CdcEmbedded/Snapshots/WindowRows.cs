using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The rows of one read in a window, some of which the stream has replaced.</summary>
internal sealed class WindowRows
{
    private readonly SnapshotTable _table;
    private Dictionary<SnapshotKey, int>? _index;
    private bool[]? _removed;
    private int _left;

    public WindowRows(SnapshotTable table, SnapshotChunk chunk)
    {
        _table = table;
        Chunk = chunk;
        _left = chunk.Count;
    }

    private WindowRows(WindowRows other)
    {
        _table = other._table;
        Chunk = other.Chunk;
        _index = other._index;
        _removed = other._removed is null ? null : [.. other._removed];
        _left = other._left;
    }

    public SnapshotChunk Chunk { get; }

    /// <summary>The number of rows that are still to be delivered.</summary>
    public int Left => _left;

    public bool IsLeft(int row) => _removed is null || !_removed[row];

    /// <summary>Removes a row that the stream has delivered.</summary>
    /// <returns>False if the row is not there, or not any more.</returns>
    public bool Remove(SnapshotKey key)
    {
        // Built only if the table changes while it is read.
        _index ??= BuildIndex();
        if (!_index.TryGetValue(key, out var row) || !IsLeft(row))
        {
            return false;
        }

        _removed ??= new bool[Chunk.Count];
        _removed[row] = true;
        _left--;
        return true;
    }

    public void RemoveAll()
    {
        _removed ??= new bool[Chunk.Count];
        Array.Fill(_removed, true);
        _left = 0;
    }

    public WindowRows Copy() => new(this);

    private Dictionary<SnapshotKey, int> BuildIndex()
    {
        var index = new Dictionary<SnapshotKey, int>(Chunk.Count);
        for (var i = 0; i < Chunk.Count; i++)
        {
            var key = _table.KeyOf(Chunk.GetRow(i))
                ?? throw new InvalidOperationException($"A row that was read from {_table.FullName} has no key.");
            index[key] = i;
        }

        return index;
    }
}
