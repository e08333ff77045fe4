using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>The rows of one rows event, not decoded: the offset of each column of each image. Immutable, once
/// <see cref="Origin"/> is set.</summary>
/// <remarks>An update has two images per row: 2r before and 2r + 1 after the update. Other events have one. A record's number is that of
/// its image; a column that an after image lacks is read from the before image (R24).</remarks>
internal sealed class RowBuffer : RowBytes
{
    /// <summary>An offset that no value can have, because the event's fixed fields are there. It means that the column is null.</summary>
    internal const int NullOffset = 0;

    /// <summary>Another such offset, which means that the image does not contain the column.</summary>
    internal const int AbsentOffset = 1;

    private readonly ColumnCodec[] _codecs;
    private readonly ushort[]? _small;
    private readonly int[]? _large;
    private readonly bool _hasAbsent;

    internal RowBuffer(TableMap map, in RowsHeader header, byte[] buffer, int bodyStart, int bodyLength, int imageCount, ushort[]? small,
        int[]? large,
        bool hasAbsent)
        : this(map, header.PlainType, header.Operation, header.Length, buffer, bodyStart, bodyLength, imageCount, small, large, hasAbsent)
    {
    }

    private RowBuffer(TableMap map, EventType type, RowsOperation operation, int headerLength, byte[] buffer, int bodyStart,
        int bodyLength, int imageCount,
        ushort[]? small, int[]? large, bool hasAbsent)
        : base(buffer, bodyStart)
    {
        Map = map;
        Type = type;
        Operation = operation;
        HeaderLength = headerLength;
        BodyLength = bodyLength;
        ImageCount = imageCount;
        _codecs = map.Codecs;
        _small = small;
        _large = large;
        _hasAbsent = hasAbsent;
    }

    /// <summary>Makes row images that are not from an event: whole rows as a query returned them, in the form that the
    /// log would have.</summary>
    /// <param name="map">The table.</param>
    /// <param name="buffer">The values. The first two bytes belong to none, see <see cref="NullOffset"/>.</param>
    /// <param name="length">Number of bytes in use.</param>
    /// <param name="offsets">The start of each value, or <see cref="NullOffset"/>, row after row.</param>
    public static RowBuffer OfRows(TableMap map, byte[] buffer, int length, ReadOnlySpan<int> offsets)
    {
        var small = length <= ushort.MaxValue ? RowScanner.Narrow(offsets) : null;
        return new RowBuffer(map, EventType.WriteRows, RowsOperation.Write, 0, buffer, 0, length,
            map.ColumnCount == 0 ? 0 : offsets.Length / map.ColumnCount, small, small is null ? offsets.ToArray() : null, false);
    }

    public TableMap Map { get; }

    /// <summary>The event's type, that of the uncompressed form where MariaDB compressed it.</summary>
    public EventType Type { get; }

    public RowsOperation Operation { get; }

    /// <summary>Length of the fixed part of the body, as <see cref="RowsHeader.Length"/>.</summary>
    public int HeaderLength { get; }

    public byte[] Buffer => Bytes;

    /// <summary>Start of the event's body in <see cref="Buffer"/>; all offsets are relative to it.</summary>
    public int BodyStart => Start;

    public int BodyLength { get; }

    public int ImageCount { get; }

    public int RowCount => Operation == RowsOperation.Update ? ImageCount >> 1 : ImageCount;

    public int ColumnCount => _codecs.Length;

    /// <summary>Returns the same rows under the same map with names, as <see cref="TableMap.TryBind"/> returned it.</summary>
    public RowBuffer Rebind(TableMap bound)
        => new(bound, Type, Operation, HeaderLength, Buffer, BodyStart, BodyLength, ImageCount, _small, _large, _hasAbsent);

    /// <summary>The changes that the rows were read for, which know their position; null for rows that a query read.</summary>
    public IRowOrigin? Origin { get; set; }

    /// <summary>Memory of the offsets, in bytes.</summary>
    public long OffsetBytes => _small is not null ? _small.LongLength * 2 : (_large?.LongLength ?? 0) * 4;

    public bool IsNull(int image, int column) => OffsetOf(image, column) == NullOffset;

    public bool IsAbsent(int image, int column) => OffsetOf(image, column) == AbsentOffset;

    /// <summary>Returns true if an after image holds differences of a JSON document instead of the document. Their offset is negative, so
    /// that reading other values needs no additional test.</summary>
    public bool IsPartial(int image, int column) => OffsetOf(image, column) < NullOffset;

    /// <inheritdoc/>
    public override TableSchema? Schema => Map.Schema;

    /// <inheritdoc/>
    public override int GetFieldCount(int record) => Map.FieldCount;

    /// <inheritdoc/>
    public override string GetFieldName(int record, int field) => Named.Columns[field].Name;

    /// <inheritdoc/>
    public override int IndexOf(int record, string name) => Map.Schema?.IndexOf(name) ?? -1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public override DataValue GetValue(int record, int field)
    {
        // Statements and not a conditional expression, which would copy the value: see DataRecord.this[int].
        if (_hasAbsent && Operation == RowsOperation.Update && (record & 1) != 0 && IsAbsent(record, field))
        {
            return GetImageValue(record - 1, field);
        }

        return GetImageValue(record, field);
    }

    /// <inheritdoc/>
    public override string? GetPosition(int record) => Origin?.Place;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> GetRawValue(int record, int field)
    {
        ref readonly var codec = ref CodecOf(field);
        var offset = WholeOffset(record, field);
        return offset > AbsentOffset ? Buffer.AsMemory(BodyStart + offset, codec.SkipLength(Buffer, BodyStart + offset)) : default;
    }

    /// <inheritdoc/>
    public override CdcProtocolException Refuse(int image, int column, CdcProtocolException cause)
        => Map.Schema is null ? cause : Undecodable(image, column, cause);

    /// <inheritdoc/>
    public override RecordField GetField(int record, int field) => new(Named.Columns[field].Name, GetValue(record, field));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override bool TryReadInt64(int record, int field, out long value)
    {
        ref readonly var codec = ref CodecOf(field);
        var offset = WholeOffset(record, field);
        value = 0;
        return offset > AbsentOffset && codec.TryReadInt64(Buffer, BodyStart + offset, out value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override bool TryReadDouble(int record, int field, out double value)
    {
        ref readonly var codec = ref CodecOf(field);
        var offset = WholeOffset(record, field);
        value = 0;
        return offset > AbsentOffset && codec.TryReadDouble(Buffer, BodyStart + offset, out value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override bool TryReadDecimal(int record, int field, out decimal value)
    {
        ref readonly var codec = ref CodecOf(field);
        var offset = WholeOffset(record, field);
        value = 0;
        return offset > AbsentOffset && codec.TryReadDecimal(Buffer, BodyStart + offset, out value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override bool TryReadDateTime(int record, int field, out DateTime value)
    {
        ref readonly var codec = ref CodecOf(field);
        var offset = WholeOffset(record, field);
        value = default;
        return offset > AbsentOffset && codec.TryReadDateTime(Buffer, BodyStart + offset, out value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override bool TryReadText(int record, int field, [NotNullWhen(true)] out string? value)
    {
        ref readonly var codec = ref CodecOf(field);
        var offset = WholeOffset(record, field);
        value = null;
        return offset > AbsentOffset && codec.TryReadText(Buffer, BodyStart + offset, out value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override bool TryReadUtf8(int record, int field, out ReadOnlySpan<byte> value)
    {
        ref readonly var codec = ref CodecOf(field);
        var offset = WholeOffset(record, field);
        value = default;
        return offset > AbsentOffset && codec.TryReadUtf8(Buffer, BodyStart + offset, out value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void WriteFields(int record, FieldWriter writer)
    {
        var count = Map.FieldCount;
        for (var field = 0; field < count; field++)
        {
            WriteColumn(record, field, field, writer);
        }
    }

    /// <summary>Gives a column to a writer of fields.</summary>
    /// <param name="record">The record.</param>
    /// <param name="column">The column.</param>
    /// <param name="field">Which field it is of the record that is written.</param>
    /// <param name="writer">Receives it.</param>
    public void WriteColumn(int record, int column, int field, FieldWriter writer)
    {
        ref readonly var codec = ref CodecOf(column);
        var offset = WholeOffset(record, column);
        if (offset > AbsentOffset && codec.TryWrite(Buffer, BodyStart + offset, field, writer))
        {
            return;
        }

        if (offset == NullOffset)
        {
            writer.WriteNull(field);
            return;
        }

        writer.WriteValue(field, GetValue(record, column));
    }

    /// <summary>A column of an image, absent where that image lacks it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public DataValue GetImageValue(int image, int column)
    {
        // Statements and not a conditional expression, which would copy the value: see DataRecord.this[int].
        var offset = OffsetOf(image, column);
        if (offset > AbsentOffset)
        {
            return _codecs[column].Read(this, offset, image, column);
        }

        if (offset == NullOffset)
        {
            return DataValue.Null;
        }

        if (offset == AbsentOffset)
        {
            return DataValue.Absent;
        }

        return ReadPartial(image, column, BodyStart - offset);
    }

    /// <summary>Reads a column of a row after an update or insert: from the after image or, if that does not contain it, from
    /// the before image.</summary>
    public DataValue GetAfterValue(int row, int column)
    {
        if (Operation != RowsOperation.Update)
        {
            return GetImageValue(row, column);
        }

        var after = (2 * row) + 1;
        return GetImageValue(_hasAbsent && IsAbsent(after, column) ? after - 1 : after, column);
    }

    /// <summary>Returns a value's bytes as they are in the row, including a length before them; empty for nulls
    /// and absent columns.</summary>
    public ReadOnlySpan<byte> GetRaw(int image, int column)
    {
        var offset = Math.Abs(OffsetOf(image, column));
        return offset > AbsentOffset
            ? Buffer.AsSpan(BodyStart + offset, _codecs[column].SkipLength(Buffer, BodyStart + offset))
            : default;
    }

    /// <summary>Returns true if an update changed none of some columns: each is absent from the image after it, which has all that was
    /// set, or has the same bytes in both. Of a column that only the image after it has, nobody knows the value before.</summary>
    public bool IsUnchanged(int beforeImage, int afterImage, ReadOnlySpan<int> columns)
    {
        if (_hasAbsent)
        {
            foreach (var column in columns)
            {
                if (OffsetOf(beforeImage, column) == AbsentOffset && OffsetOf(afterImage, column) != AbsentOffset)
                {
                    return false;
                }
            }
        }

        return HasSame(beforeImage, afterImage, columns);
    }

    /// <summary>Returns true if two images have the same bytes in some columns, as far as both have them.</summary>
    public bool HasSame(int beforeImage, int afterImage, ReadOnlySpan<int> columns)
    {
        foreach (var column in columns)
        {
            var before = OffsetOf(beforeImage, column);
            var after = OffsetOf(afterImage, column);
            if (before == AbsentOffset || after == AbsentOffset)
            {
                continue;
            }

            if ((before == NullOffset) != (after == NullOffset) || after < NullOffset
                || !GetRaw(beforeImage, column).SequenceEqual(GetRaw(afterImage, column)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns true if a row after an update has all of some columns, whole: in its image or in the one before it.</summary>
    public bool IsComplete(int afterImage, ReadOnlySpan<int> columns)
    {
        if (!_hasAbsent)
        {
            return true;
        }

        foreach (var column in columns)
        {
            var after = OffsetOf(afterImage, column);
            if ((after == AbsentOffset || after < NullOffset) && OffsetOf(afterImage - 1, column) == AbsentOffset)
            {
                return false;
            }
        }

        return true;
    }

    // The old document is in the before image of the same row, if that contains the column.
    private DataValue ReadPartial(int image, int column, int at)
    {
        var diffs = at + _codecs[column].LengthBytes;
        var length = _codecs[column].SkipLength(Buffer, at) - _codecs[column].LengthBytes;
        var before = OffsetOf(image - 1, column);
        if (before == AbsentOffset)
        {
            return DataValue.FromJsonPatch(Buffer, diffs, length, new JsonPatchCodec(Map, column));
        }

        if (before == NullOffset)
        {
            throw Refuse(image, column, JsonPatchCodec.Refusal(Map, column, "the before image holds a null instead of a document."));
        }

        var start = BodyStart + before + _codecs[column].LengthBytes;
        var documentLength = _codecs[column].SkipLength(Buffer, BodyStart + before) - _codecs[column].LengthBytes;
        return DataValue.FromJson(Buffer, start, diffs + length - start, new JsonPatchedCodec(Map, column, documentLength, length));
    }

    private TableSchema Named => Map.Schema ?? throw new InvalidOperationException($"The columns of {Map.FullName} have no names.");

    // Checks the column, so that its offset can be looked up without another check.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ColumnCodec CodecOf(int column)
    {
        var codecs = _codecs;
        if ((uint)column >= (uint)codecs.Length)
        {
            ThrowNoColumn(column);
        }

        return ref codecs[column];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int OffsetOf(int image, int column)
    {
        if ((uint)column >= (uint)_codecs.Length)
        {
            ThrowNoColumn(column);
        }

        return OffsetAt((image * _codecs.Length) + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int OffsetAt(int index) => _small is { } small ? small[index] : _large is { } large ? large[index] : AbsentOffset;

    /// <summary>The offset of a value that is there as a whole, in the image or, for a column that an after image lacks, in the one before
    /// it; <see cref="AbsentOffset"/> or less for all others. The column is one that there is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int WholeOffset(int record, int column)
    {
        var offset = OffsetAt((record * _codecs.Length) + column);
        return offset == AbsentOffset ? OffsetBefore(record, column) : offset;
    }

    // Rarely needed: the code that reads values inlines the rest.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int OffsetBefore(int record, int field)
        => Operation == RowsOperation.Update && (record & 1) != 0 ? OffsetOf(record - 1, field) : AbsentOffset;

    [DoesNotReturn]
    private void ThrowNoColumn(int column)
        => throw new ArgumentOutOfRangeException(nameof(column), column, $"{Map.FullName} has {_codecs.Length} columns.");
}
