using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Schemas;
using MySqlConnector;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Writes the rows of a query as rows of the log, in blocks. Single-threaded.</summary>
internal sealed class RowImages
{
    // Rows of this many bytes have small offsets, and stay out of the heap of large objects.
    private const int BlockBytes = 60 * 1024;
    private const int SmallBlock = 2048;
    private const int FirstOffset = 2;

    // Longer than any number or time that the server prints.
    private const int LongestText = 128;

    private readonly CapturedTable _table;
    private readonly SelectedColumn[] _columns;
    private readonly byte[] _text = new byte[LongestText];
    private readonly ColumnCodec[] _codecs;
    private byte[] _buffer = new byte[SmallBlock];
    private int _end = FirstOffset;
    private int[] _offsets = [];
    private int _offsetCount;

    /// <summary>Creates it for one table.</summary>
    public RowImages(CapturedTable table)
    {
        _table = table;
        _codecs = table.Map.Codecs;
        _columns = new SelectedColumn[_codecs.Length];
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i] = SelectedColumn.Of(table.Map.Columns[i], _codecs[i]);
        }
    }

    /// <summary>True if the block should be taken before another row is added.</summary>
    public bool IsFull => _end > BlockBytes;

    /// <summary>Number of rows in the block.</summary>
    public int Count => _columns.Length == 0 ? 0 : _offsetCount / _columns.Length;

    /// <summary>Number of bytes in the block.</summary>
    public int Bytes => _end;

    /// <summary>Adds the current row of a reader, whose columns are those of the table in their order.</summary>
    /// <exception cref="CdcProtocolException">The server answered what its column's type cannot hold.</exception>
    public void Add(MySqlDataReader reader)
    {
        var columns = _columns;
        if (_offsetCount + columns.Length > _offsets.Length)
        {
            Array.Resize(ref _offsets, Math.Max(_offsets.Length * 2, 64 * columns.Length));
        }

        var offsets = _offsets.AsSpan(_offsetCount, columns.Length);
        for (var i = 0; i < columns.Length && i < offsets.Length; i++)
        {
            ref readonly var column = ref columns[i];
            if (column.IsNullable && reader.IsDBNull(i))
            {
                offsets[i] = RowBuffer.NullOffset;
                continue;
            }

            offsets[i] = _end;
            if (column.LengthBytes is > 0 and var lengthBytes)
            {
                AddSized(reader, i, lengthBytes, column.IsTrimmed);
            }
            else
            {
                AddFixed(reader, i, column);
            }
        }

        _offsetCount += columns.Length;
    }

    /// <summary>Takes the rows that were added, and begins a new block.</summary>
    public RowBuffer TakeBlock()
    {
        var block = RowBuffer.OfRows(_table.Map, _buffer, _end, _offsets.AsSpan(0, _offsetCount));
        _buffer = GC.AllocateUninitializedArray<byte>(_end > BlockBytes ? ushort.MaxValue : SmallBlock);
        _end = FirstOffset;
        _offsetCount = 0;
        return block;
    }

    private void AddFixed(MySqlDataReader reader, int i, in SelectedColumn column)
    {
        var length = (int)reader.GetBytes(i, 0, _text, 0, LongestText);
        int size = _codecs[i].Shape;
        EnsureRoom(size);
        if (!column.TryWrite(_text.AsSpan(0, length), _buffer.AsSpan(_end, size)))
        {
            ThrowUnreadable(i, $"{length} bytes that are no value of {_table.Schema.Columns[i].TypeName}");
        }

        _end += size;
    }

    private void AddSized(MySqlDataReader reader, int i, int lengthBytes, bool isTrimmed)
    {
        EnsureRoom(lengthBytes);
        var start = _end + lengthBytes;
        var room = _buffer.Length - start;
        var length = (int)reader.GetBytes(i, 0, _buffer, start, room);
        if (length == room)
        {
            // It may be longer.
            length = (int)reader.GetBytes(i, 0, null, 0, 0);
            EnsureRoom(lengthBytes + length);
            length = (int)reader.GetBytes(i, 0, _buffer, start, length);
        }

        if (isTrimmed)
        {
            length = _buffer.AsSpan(start, length).TrimEnd((byte)0).Length;
        }

        var to = _buffer.AsSpan(_end, lengthBytes);
        switch (lengthBytes)
        {
            case 1:
                to[0] = (byte)length;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)length);
                break;
            case 3:
                to[0] = (byte)length;
                BinaryPrimitives.WriteUInt16LittleEndian(to[1..], (ushort)(length >> 8));
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(to, length);
                break;
        }

        if (lengthBytes < 4 && length >> (8 * lengthBytes) != 0)
        {
            ThrowUnreadable(i, $"{length} bytes, more than {_table.Schema.Columns[i].TypeName} holds");
        }

        _end = start + length;
    }

    private void EnsureRoom(int bytes)
    {
        if (_buffer.Length - _end < bytes)
        {
            var size = Math.Max((long)_end + bytes, Math.Min(_buffer.Length * 2L, _end > BlockBytes ? Array.MaxLength : ushort.MaxValue));
            Array.Resize(ref _buffer, checked((int)size));
        }
    }

    [DoesNotReturn]
    private void ThrowUnreadable(int column, string what) => throw new CdcProtocolException(
        $"The server answered a query of {_table.Map.FullName} with {what}, for column '{_table.Schema.Columns[column].Name}'. The table "
        + "was probably altered meanwhile.", isTransient: true);
}
