using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Transactions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Rows of a table in blocks of row images.</summary>
internal sealed class MySqlSnapshotChunk : SnapshotChunk
{
    private const int FixedSize = 200;

    private readonly MySqlSnapshotTable _table;
    private readonly RowBuffer[] _blocks;
    private readonly KeyRecordSet[]? _keys;
    private readonly int[] _starts;

    /// <summary>Creates it.</summary>
    /// <param name="table">The table.</param>
    /// <param name="blocks">The rows.</param>
    /// <param name="isLast">True if no row follows.</param>
    /// <param name="readAt">When they were read.</param>
    public MySqlSnapshotChunk(MySqlSnapshotTable table, IReadOnlyList<RowBuffer> blocks, bool isLast, DateTimeOffset readAt)
    {
        _table = table;
        _blocks = [.. blocks];
        _starts = new int[_blocks.Length];
        var captured = table.Readable;
        _keys = captured.KeySchema is null ? null : new KeyRecordSet[_blocks.Length];
        ByteSize = FixedSize;
        for (var i = 0; i < _blocks.Length; i++)
        {
            _starts[i] = Count;
            Count += _blocks[i].ImageCount;
            ByteSize += FixedSize + _blocks[i].Buffer.Length + _blocks[i].OffsetBytes;
            if (_keys is not null && captured.KeySchema is { } schema)
            {
                _keys[i] = new KeyRecordSet(_blocks[i], schema, captured.KeyColumns);
            }
        }

        IsLast = isLast;
        ReadAt = readAt;
    }

    public override int Count { get; }

    public override long ByteSize { get; }

    public override bool IsLast { get; }

    public override TableSchema? Schema => _table.Readable.Schema;

    public override DateTimeOffset ReadAt { get; }

    public override DataRecord GetRow(int row)
    {
        var block = BlockOf(row);
        return new DataRecord(_blocks[block], row - _starts[block]);
    }

    public override DataRecord GetKey(int row)
    {
        if (_keys is not { } keys)
        {
            return default;
        }

        var block = BlockOf(row);
        return new DataRecord(keys[block], row - _starts[block]);
    }

    public override SnapshotKey? GetPlace(int row) => _table.PlaceOf(GetRow(row));

    /// <summary>The same rows, after which none follows.</summary>
    public MySqlSnapshotChunk AsLast() => new(_table, _blocks, true, ReadAt);

    private int BlockOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        var found = Array.BinarySearch(_starts, row);
        return found >= 0 ? found : ~found - 1;
    }
}
