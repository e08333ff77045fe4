using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.Intrinsics;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>Walks the rows of a rows event once and records where each column starts; it decodes no value. Single-threaded: a scanner
/// belongs to one reader of events.</summary>
/// <remarks>A row image is a bitmap of nulls over the columns that are present, then their values in order.</remarks>
internal sealed class RowScanner
{
    private const int Overrun = -1;
    private const int KeepScratch = 1 << 18;

    // Offsets of the current event. The number of its rows is known only at its end.
    private int[] _scratch = new int[4096];

    // True if the current event has differences of JSON documents.
    private bool _hasPartial;

    /// <summary>Scans a rows event.</summary>
    /// <param name="map">The table's map, with the same number of columns.</param>
    /// <param name="header">The event's fixed part.</param>
    /// <param name="buffer">The buffer that holds the event; never written again.</param>
    /// <param name="bodyStart">Start of its body in the buffer.</param>
    /// <param name="bodyLength">The body's length, without checksum.</param>
    /// <exception cref="CdcProtocolException">The rows do not fill the event exactly, or have another number of columns
    /// than the map.</exception>
    public RowBuffer Scan(TableMap map, in RowsHeader header, byte[] buffer, int bodyStart, int bodyLength)
    {
        RefuseUnreadable(map, header.Type);
        var body = buffer.AsSpan(bodyStart, bodyLength);
        var reader = new SpanReader(body, header.Type);
        reader.Skip(header.Length);
        var columns = map.ColumnCount;
        if (reader.ReadLengthEncoded() is var count && count != (ulong)columns)
        {
            reader.ThrowMalformed($"it has {count} columns, but the table map of {map.FullName} has {columns}");
        }

        _hasPartial = false;
        var isUpdate = header.Operation == RowsOperation.Update;
        var first = new PresentColumns(reader.ReadBytes((columns + 7) / 8), columns);
        var second = isUpdate ? new PresentColumns(reader.ReadBytes((columns + 7) / 8), columns) : first;
        if (header.IsCompressed)
        {
            buffer = Decompressed(header, buffer, bodyStart, bodyLength, reader.Position, map.MaxEventBytes);
            (bodyStart, bodyLength) = (0, buffer.Length);
            body = buffer;
        }

        var images = ScanRows(map, header, body, reader.Position, in first, in second, isUpdate);
        var offsets = _scratch.AsSpan(0, images * columns);
        var isSmall = body.Length <= ushort.MaxValue && !_hasPartial;
        var small = isSmall ? Narrow(offsets) : null;
        var large = isSmall ? null : offsets.ToArray();
        if (_scratch.Length > KeepScratch)
        {
            _scratch = new int[4096];
        }

        return new RowBuffer(map, header, buffer, bodyStart, bodyLength, images, small, large, !first.IsAll || !second.IsAll);
    }

    /// <summary>Expands MariaDB's compression of everything after the bitmaps of columns: the result is the plain event, in memory
    /// of its own.</summary>
    private static byte[] Decompressed(in RowsHeader header, byte[] buffer, int bodyStart, int bodyLength, int rowsStart,
        int maxLength)
    {
        var compressed = buffer.AsSpan(bodyStart + rowsStart, bodyLength - rowsStart);
        var length = MariaDbCompression.LengthOf(compressed, header.Type, maxLength);
        var plain = GC.AllocateUninitializedArray<byte>(rowsStart + length);
        buffer.AsSpan(bodyStart, rowsStart).CopyTo(plain);
        MariaDbCompression.Decompress(buffer, bodyStart + rowsStart, compressed.Length, plain.AsSpan(rowsStart), header.Type);
        return plain;
    }

    internal static ushort[] Narrow(ReadOnlySpan<int> offsets)
    {
        var result = GC.AllocateUninitializedArray<ushort>(offsets.Length);
        var to = result.AsSpan();
        while (offsets.Length >= 8 && to.Length >= 8)
        {
            Vector128.Narrow(Vector128.Create(offsets[..4]), Vector128.Create(offsets[4..])).AsUInt16().CopyTo(to);
            offsets = offsets[8..];
            to = to[8..];
        }

        for (var i = 0; i < offsets.Length && i < to.Length; i++)
        {
            to[i] = (ushort)offsets[i];
        }

        return result;
    }

    private int ScanRows(TableMap map, in RowsHeader header, ReadOnlySpan<byte> body, int start, in PresentColumns first,
        in PresentColumns second, bool isUpdate)
    {
        var columns = map.ColumnCount;
        var shapes = map.Shapes;
        var position = start;
        var images = 0;
        do
        {
            var rowStart = position;
            if ((images + 2) * (long)columns > _scratch.Length)
            {
                Grow(map, header, columns, images + 2, rowStart);
            }

            position = ScanImage(body, position, shapes, in first, _scratch.AsSpan(images++ * columns, columns));
            if (isUpdate && position != Overrun)
            {
                var after = _scratch.AsSpan(images++ * columns, columns);
                position = header.Type == EventType.PartialUpdateRows
                    ? ScanPartialImage(map, header, body, position, in second, after)
                    : ScanImage(body, position, shapes, in second, after);
            }

            if (position == Overrun)
            {
                ThrowMalformed(map, header, rowStart,
                    $"row {(isUpdate ? (images - 1) / 2 : images - 1)} extends past the end of the event at {body.Length} bytes");
            }

            // A row without any column has no bytes: it is the only one, because otherwise there could be any number of them.
            if (position == rowStart && position < body.Length)
            {
                ThrowMalformed(map, header, rowStart, $"{body.Length - position} bytes follow a row that has no columns");
            }
        }
        while (position < body.Length);
        return images;
    }

    private int ScanPartialImage(TableMap map, in RowsHeader header, ReadOnlySpan<byte> body, int position, in PresentColumns present,
        Span<int> offsets)
    {
        var image = PartialImage.Read(map, body, position);
        if (image.Fault is { } fault)
        {
            ThrowMalformed(map, header, position, fault);
        }

        position = ScanImage(body, image.Position, map.Shapes, in present, offsets);
        if (position != Overrun)
        {
            _hasPartial |= image.Mark(offsets);
        }

        return position;
    }

    private static int ScanImage(ReadOnlySpan<byte> body, int position, ReadOnlySpan<sbyte> shapes, in PresentColumns present,
        Span<int> offsets)
    {
        var nullBytes = present.NullBytes;
        if (nullBytes > body.Length - position)
        {
            return Overrun;
        }

        var nulls = body.Slice(position, nullBytes);
        position += nullBytes;
        var anyNull = 0;
        foreach (var bits in nulls)
        {
            anyNull |= bits;
        }

        return present.IsAll && anyNull == 0
            ? ScanFull(body, position, shapes, offsets)
            : ScanSparse(body, position, shapes, in present, nulls, offsets);
    }

    private static int ScanFull(ReadOnlySpan<byte> body, int position, ReadOnlySpan<sbyte> shapes, Span<int> offsets)
    {
        for (var i = 0; i < shapes.Length && i < offsets.Length; i++)
        {
            offsets[i] = position;
            var shape = shapes[i];
            if (shape >= 0)
            {
                // Fixed lengths may lead past the end here; the check after the last column detects it.
                position += shape;
            }
            else if (shape == -1)
            {
                if ((uint)position >= (uint)body.Length)
                {
                    return Overrun;
                }

                position += 1 + body[position];
            }
            else
            {
                position = SkipSized(body, position, -shape);
                if (position < 0)
                {
                    return Overrun;
                }
            }
        }

        return position <= body.Length ? position : Overrun;
    }

    private static int ScanSparse(ReadOnlySpan<byte> body, int position, ReadOnlySpan<sbyte> shapes, in PresentColumns present,
        ReadOnlySpan<byte> nulls,
        Span<int> offsets)
    {
        var bit = 0;
        for (var i = 0; i < shapes.Length; i++)
        {
            if (!present.Contains(i))
            {
                offsets[i] = RowBuffer.AbsentOffset;
                continue;
            }

            var isNull = (nulls[bit >> 3] & (1 << (bit & 7))) != 0;
            bit++;
            if (isNull)
            {
                offsets[i] = RowBuffer.NullOffset;
                continue;
            }

            offsets[i] = position;
            var shape = shapes[i];
            position = shape >= 0 ? position + shape : SkipSized(body, position, -shape);
            if (position < 0)
            {
                return Overrun;
            }
        }

        return position <= body.Length ? position : Overrun;
    }

    private static int SkipSized(ReadOnlySpan<byte> body, int position, int lengthBytes)
    {
        if (position > body.Length - lengthBytes)
        {
            return Overrun;
        }

        var p = body.Slice(position, lengthBytes);
        long length = lengthBytes switch
        {
            1 => p[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(p),
            3 => p[0] | (p[1] << 8) | (p[2] << 16),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(p),
        };
        return length <= body.Length - position - lengthBytes ? position + lengthBytes + (int)length : Overrun;
    }

    private void Grow(TableMap map, in RowsHeader header, int columns, int images, int position)
    {
        var needed = (long)images * columns;

        // An event of nulls has the most columns for its bytes, eight in each. A server's packet ends at 1 GiB, so its rows stay far
        // below this bound.
        if (needed > Array.MaxLength / 8)
        {
            ThrowMalformed(map, header, position, $"it has more than {Array.MaxLength / 8} values");
        }

        Array.Resize(ref _scratch, (int)Math.Max(needed, Math.Min(_scratch.Length * 2L, Array.MaxLength / 8)));
    }

    [DoesNotReturn]
    private static void ThrowMalformed(TableMap map, in RowsHeader header, int position, string what)
        => throw new CdcProtocolException($"A {header.Type.Name()} of {map.FullName} is malformed at byte {position}: {what}.",
            header.Type.Name(),
            payloadOffset: position);

    private static void RefuseUnreadable(TableMap map, EventType type)
    {
        if (type is not (>= EventType.WriteRowsV1 and <= EventType.DeleteRowsV1)
            and not (>= EventType.WriteRows and <= EventType.DeleteRows) and not EventType.PartialUpdateRows
            and not (>= EventType.MariaDbWriteRowsCompressedV1 and <= EventType.MariaDbDeleteRowsCompressed))
        {
            throw new CdcProtocolException($"A {type.Name()} of {map.FullName} is not a known kind of rows event.", type.Name());
        }
    }

    private readonly ref struct PresentColumns
    {
        private readonly ReadOnlySpan<byte> _bits;

        public PresentColumns(ReadOnlySpan<byte> bits, int columns)
        {
            _bits = bits;
            for (var i = 0; i < bits.Length; i++)
            {
                var valid = i == bits.Length - 1 && (columns & 7) != 0 ? (1 << (columns & 7)) - 1 : 0xff;
                Count += BitOperations.PopCount((uint)(bits[i] & valid));
            }

            IsAll = Count == columns;
            NullBytes = (Count + 7) / 8;
        }

        public int Count { get; }

        public bool IsAll { get; }

        /// <summary>Number of bytes of the bitmap of nulls before each image.</summary>
        public int NullBytes { get; }

        public bool Contains(int column) => (_bits[column >> 3] & (1 << (column & 7))) != 0;
    }
}
