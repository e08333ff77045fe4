using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Json;
using CdcEmbedded.MySql.Binlog.Values;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>How one column is laid out in a row and how it is read. Created once per table map.</summary>
/// <remarks>The scanner has checked that the whole value is inside the event before any of it is read here.</remarks>
internal readonly struct ColumnCodec
{
    private readonly Encoding? _encoding;
    private readonly string[]? _labels;
    private readonly ColumnKind _kind;
    private readonly sbyte _shape;
    private readonly byte _digits;
    private readonly byte _width;
    private readonly int _maxLength;

    private ColumnCodec(ColumnKind kind, int shape, int digits = 0, int width = 0, Encoding? encoding = null, string[]? labels = null,
        int maxLength = 0)
    {
        _maxLength = maxLength;
        _kind = kind;
        _shape = (sbyte)shape;
        _digits = (byte)digits;
        _width = (byte)width;
        _encoding = encoding;
        _labels = labels;
    }

    /// <summary>Zero or more: number of bytes of each value. Negative: minus the number of bytes of the length that
    /// precedes each value.</summary>
    public sbyte Shape => _shape;

    /// <summary>Number of bytes of the length that precedes each value; 0 if all values have the same length.</summary>
    public int LengthBytes => _shape < 0 ? -_shape : 0;

    public static ColumnCodec Fixed(ColumnKind kind, int bytes, int digits = 0) => new(kind, bytes, digits);

    public static ColumnCodec Decimal(int precision, int scale)
        => new(ColumnKind.Decimal, DecimalFormat.ByteLength(precision, scale), scale, precision);

    public static ColumnCodec Labelled(ColumnKind kind, int bytes, string[]? labels) => new(kind, bytes, labels: labels);

    public static ColumnCodec Text(int lengthBytes, Encoding? encoding) => new(ColumnKind.Text, -lengthBytes, encoding: encoding);

    /// <summary>Makes the codec of MariaDB's compressed columns.</summary>
    /// <param name="kind">Compressed text or bytes.</param>
    /// <param name="lengthBytes">Number of bytes of the length.</param>
    /// <param name="encoding">The text's character set; null for UTF-8 and for bytes.</param>
    /// <param name="maxLength">Most bytes of a value, decompressed.</param>
    public static ColumnCodec Compressed(ColumnKind kind, int lengthBytes, Encoding? encoding, int maxLength)
        => new(kind, -lengthBytes, encoding: encoding, maxLength: maxLength);

    /// <summary>Makes the codec of bytes that follow a length.</summary>
    /// <param name="kind">Binary, JSON, geometry or vector.</param>
    /// <param name="lengthBytes">Number of bytes of the length.</param>
    /// <param name="padTo">The n of BINARY(n), whose trailing zero bytes are not sent; 0 for other types.</param>
    public static ColumnCodec Sized(ColumnKind kind, int lengthBytes, int padTo = 0) => new(kind, -lengthBytes, width: padTo);

    /// <summary>Returns the number of bytes of the value at an offset, including its length prefix.</summary>
    public int SkipLength(byte[] buffer, int offset) => _shape >= 0 ? _shape : -_shape + ReadLength(buffer, offset, -_shape);

    /// <summary>Makes the codec of the same dates under another policy for those that no calendar has. Codecs of other columns remain as
    /// they are.</summary>
    public ColumnCodec WithInvalidDates(InvalidDateMode mode) => mode != InvalidDateMode.Raw && _kind is ColumnKind.Date
        or ColumnKind.DateTime or ColumnKind.DateTime2 or ColumnKind.Timestamp or ColumnKind.Timestamp2 or ColumnKind.MariaDbDateTime
        or ColumnKind.MariaDbTimestamp
            ? new ColumnCodec(ColumnKind.CheckedDate, _shape, _digits, (int)_kind, maxLength: (int)mode)
            : this;

    /// <summary>True if an option replaces or refuses some of its values: see <see cref="WithInvalidDates"/>.</summary>
    public bool IsCheckedDate => _kind == ColumnKind.CheckedDate;

    private bool IsInteger => (uint)(_kind - ColumnKind.Int8) <= ColumnKind.UInt64 - ColumnKind.Int8;

    private bool IsSigned => ((int)_kind & 1) == ((int)ColumnKind.Int8 & 1);

    private ColumnCodec Stored => Fixed((ColumnKind)_width, _shape, _digits);

    /// <summary>Reads a value.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="start">The value's offset in the event's body.</param>
    /// <param name="image">The row image, for messages.</param>
    /// <param name="column">The column, for messages.</param>
    /// <exception cref="ValueDecodingException">Its bytes are damaged, or it is a date that the options refuse.</exception>
    public DataValue Read(RowBytes rows, int start, int image, int column)
    {
        var buffer = rows.Bytes;
        var offset = rows.Start + start;
        switch (_kind)
        {
            case ColumnKind.Int8: return DataValue.FromInt64((sbyte)buffer[offset]);
            case ColumnKind.UInt8: return DataValue.FromUInt64(buffer[offset]);
            case ColumnKind.Int16: return DataValue.FromInt64(BinaryPrimitives.ReadInt16LittleEndian(buffer.AsSpan(offset)));
            case ColumnKind.UInt16: return DataValue.FromUInt64(BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(offset)));
            case ColumnKind.Int24: return DataValue.FromInt64((int)(ReadUInt24(buffer, offset) << 8) >> 8);
            case ColumnKind.UInt24: return DataValue.FromUInt64(ReadUInt24(buffer, offset));
            case ColumnKind.Int32: return DataValue.FromInt64(BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(offset)));
            case ColumnKind.UInt32: return DataValue.FromUInt64(BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(offset)));
            case ColumnKind.Int64: return DataValue.FromInt64(BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(offset)));
            case ColumnKind.UInt64: return DataValue.FromUInt64(BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(offset)));
            case ColumnKind.Single: return DataValue.FromSingle(BinaryPrimitives.ReadSingleLittleEndian(buffer.AsSpan(offset)));
            case ColumnKind.Double: return DataValue.FromDouble(BinaryPrimitives.ReadDoubleLittleEndian(buffer.AsSpan(offset)));
            case ColumnKind.Text: return ReadText(buffer, offset);
            case ColumnKind.DateTime2: return TemporalFormat.ReadDateTime2(buffer, offset, _digits);
            case ColumnKind.Decimal when _width <= DecimalFormat.SmallPrecision:
                return DecimalFormat.TryReadMagnitude(buffer, offset, _shape, _width, _digits, out var magnitude, out var isNegative)
                    ? DataValue.FromDecimal(magnitude, 0, isNegative, _digits) : ReadFallible(rows, start, image, column);
            case ColumnKind.Decimal or ColumnKind.CheckedDate or ColumnKind.DateTime or ColumnKind.CompressedText
                or ColumnKind.CompressedBinary:
                return ReadFallible(rows, start, image, column);
            default: return ReadOther(buffer, offset);
        }
    }

    /// <summary>Reads an integer of at most 64 bits with a sign; false for columns of other types, and for a larger one.</summary>
    /// <remarks>Eight bytes are read whatever the column's width, and those of the columns after it are shifted out: this is short enough
    /// to be inlined where an application reads a column, and a switch by width is not.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadInt64(byte[] buffer, int offset, out long value)
    {
        value = 0;
        if (!IsInteger)
        {
            return false;
        }

        if (!BinaryPrimitives.TryReadInt64LittleEndian(buffer.AsSpan(offset), out var bits))
        {
            bits = ReadLastBytes(buffer, offset);
        }

        var shift = 64 - (8 * _shape);
        value = IsSigned ? bits << shift >> shift : bits << shift >>> shift;
        return IsSigned || value >= 0;
    }

    /// <summary>Reads a floating-point number; false for columns of other types.</summary>
    public bool TryReadDouble(byte[] buffer, int offset, out double value)
    {
        value = _kind switch
        {
            ColumnKind.Double => BinaryPrimitives.ReadDoubleLittleEndian(buffer.AsSpan(offset)),
            ColumnKind.Single => BinaryPrimitives.ReadSingleLittleEndian(buffer.AsSpan(offset)),
            _ => 0,
        };
        return _kind is ColumnKind.Double or ColumnKind.Single;
    }

    /// <summary>Reads a DECIMAL of a column of at most 18 digits; false for all other columns, and for damaged bytes.</summary>
    public bool TryReadDecimal(byte[] buffer, int offset, out decimal value)
    {
        value = 0;
        return _kind == ColumnKind.Decimal && DecimalFormat.TryReadSmall(buffer, offset, _shape, _width, _digits, out value);
    }

    /// <summary>Reads a date, date-time or timestamp that a DateTime can hold; false for columns of other types, and in the formats from
    /// before 5.6.4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadDateTime(byte[] buffer, int offset, out DateTime value) => _kind == ColumnKind.DateTime2
        ? TemporalFormat.TryReadDateTime2(buffer, offset, _digits, out value) : TryReadOtherDateTime(buffer, offset, out value);

    /// <summary>Reads text; false for columns of other types, and if the bytes are not ASCII and so need a decoder.</summary>
    public bool TryReadText(byte[] buffer, int offset, [NotNullWhen(true)] out string? value)
    {
        value = TryReadUtf8(buffer, offset, out var utf8) ? AsciiText.TryRead(utf8) : null;
        return value is not null;
    }

    /// <summary>Gets the bytes of text in UTF-8; false for columns of other types and character sets.</summary>
    public bool TryReadUtf8(byte[] buffer, int offset, out ReadOnlySpan<byte> value)
    {
        if (_kind != ColumnKind.Text || _encoding is not null)
        {
            value = default;
            return false;
        }

        value = ReadSized(buffer, offset);
        return true;
    }

    /// <summary>Gives the value at an offset to a writer, if its type has a way without a <see cref="DataValue"/>.</summary>
    /// <returns>False, with nothing written, if it has none, its bytes are damaged, or the writer refuses it.</returns>
    public bool TryWrite(byte[] buffer, int offset, int field, FieldWriter writer)
    {
        long number;
        switch (_kind)
        {
            case ColumnKind.Int8: number = (sbyte)buffer[offset]; break;
            case ColumnKind.UInt8: number = buffer[offset]; break;
            case ColumnKind.Int16: number = BinaryPrimitives.ReadInt16LittleEndian(buffer.AsSpan(offset)); break;
            case ColumnKind.UInt16: number = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(offset)); break;
            case ColumnKind.Int24: number = (int)(ReadUInt24(buffer, offset) << 8) >> 8; break;
            case ColumnKind.UInt24: number = ReadUInt24(buffer, offset); break;
            case ColumnKind.Int32: number = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(offset)); break;
            case ColumnKind.UInt32: number = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(offset)); break;
            case ColumnKind.Int64: number = BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(offset)); break;
            case ColumnKind.Text:
                return _encoding is null && writer.TryWriteUtf8(field, ReadSized(buffer, offset));
            case ColumnKind.Decimal:
                return TryWriteDecimal(buffer, offset, field, writer);
            case ColumnKind.DateTime2:
                writer.WriteDateTime(field, TemporalFormat.ReadCalendar2(buffer, offset, _digits), _digits);
                return true;
            default:
                return false;
        }

        writer.WriteInteger(field, number);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadOtherDateTime(byte[] buffer, int offset, out DateTime value)
    {
        value = default;
        return _kind switch
        {
            ColumnKind.Timestamp2 => TemporalFormat.TryReadTimestamp2(buffer.AsSpan(offset, _shape), _digits, out value),
            ColumnKind.Date => TemporalFormat.TryReadDate(ReadUInt24(buffer, offset), out value),
            ColumnKind.CheckedDate => Stored.TryReadDateTime(buffer, offset, out value),
            _ => false,
        };
    }

    // The integers that begin in the last seven bytes of a buffer.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long ReadLastBytes(byte[] buffer, int offset) => (long)ReadLittleEndian(buffer, offset, _shape);

    // A zero with a sign is left to the way by value.
    private bool TryWriteDecimal(byte[] buffer, int offset, int field, FieldWriter writer)
    {
        if (!DecimalFormat.TryReadMagnitude(buffer, offset, _shape, _width, _digits, out var magnitude, out var isNegative)
            || (magnitude == 0 && isNegative))
        {
            return false;
        }

        writer.WriteDecimal(field, magnitude, _digits, isNegative);
        return true;
    }

    // The value is copied out of the try block again, so only the types come here that a damaged event or an option can spoil.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private DataValue ReadFallible(RowBytes rows, int start, int image, int column)
    {
        var buffer = rows.Bytes;
        var offset = rows.Start + start;
        try
        {
            switch (_kind)
            {
                case ColumnKind.Decimal: return DecimalFormat.Read(buffer.AsSpan(offset, _shape), _width, _digits);
                case ColumnKind.DateTime:
                    return TemporalFormat.ReadOldDateTime(BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(offset)));
                case ColumnKind.CheckedDate: return Check(Stored.Read(rows, start, image, column));
                default: return ReadCompressed(buffer, offset);
            }
        }
        catch (CdcProtocolException e)
        {
            throw rows.Refuse(image, column, e);
        }
    }

    private DataValue Check(in DataValue value)
        => value.AsCalendar().TryToDateTime(out _) ? value
            : (InvalidDateMode)_maxLength == InvalidDateMode.Null ? DataValue.Null
            : throw new CdcProtocolException("it is a date that no calendar has (zero, partial or impossible), which the option "
                + "InvalidDates refuses.");

    // Kept out of Read so that numbers do not pay for its larger stack frame.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private DataValue ReadOther(byte[] buffer, int offset)
    {
        switch (_kind)
        {
            case ColumnKind.Year: return DataValue.FromInt64(buffer[offset] is 0 ? 0 : 1900 + buffer[offset]);
            case ColumnKind.Bit: return DataValue.FromUInt64(ReadBigEndian(buffer, offset, _shape));
            case ColumnKind.Enum1: return DataValue.FromEnum(buffer[offset], _labels);
            case ColumnKind.Enum2: return DataValue.FromEnum(BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(offset)), _labels);
            case ColumnKind.Set: return DataValue.FromSet(ReadLittleEndian(buffer, offset, _shape), _labels);
            case ColumnKind.Binary or ColumnKind.Json or ColumnKind.JsonText or ColumnKind.Geometry or ColumnKind.Vector:
                return ReadBytes(buffer, offset);
            case ColumnKind.Uuid or ColumnKind.Inet4 or ColumnKind.Inet6: return ReadFormed(buffer, offset);
            case ColumnKind.Date: return TemporalFormat.ReadDate(ReadUInt24(buffer, offset));
            case ColumnKind.Time2: return TemporalFormat.ReadTime2(buffer.AsSpan(offset, _shape), _digits);
            case ColumnKind.MariaDbTime: return TemporalFormat.ReadMariaDbTime(buffer.AsSpan(offset, _shape), _digits);
            case ColumnKind.MariaDbDateTime: return TemporalFormat.ReadMariaDbDateTime(buffer.AsSpan(offset, _shape), _digits);
            case ColumnKind.MariaDbTimestamp: return TemporalFormat.ReadMariaDbTimestamp(buffer.AsSpan(offset, _shape), _digits);
            case ColumnKind.Timestamp2: return TemporalFormat.ReadTimestamp2(buffer.AsSpan(offset, _shape), _digits);
            case ColumnKind.Time: return TemporalFormat.ReadOldTime((int)(ReadUInt24(buffer, offset) << 8) >> 8);
            case ColumnKind.Timestamp:
                return TemporalFormat.ReadOldTimestamp(BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(offset)));
            default: return DataValue.Null;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> ReadSized(byte[] buffer, int offset)
    {
        var prefix = -_shape;
        return buffer.AsSpan(offset + prefix, ReadLength(buffer, offset, prefix));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ReadUInt24(byte[] buffer, int offset)
    {
        var b = buffer.AsSpan(offset, 3);
        return b[0] | ((uint)b[1] << 8) | ((uint)b[2] << 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadLength(byte[] buffer, int offset, int lengthBytes) => lengthBytes switch
    {
        1 => buffer[offset],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(offset)),
        3 => (int)ReadUInt24(buffer, offset),
        _ => BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(offset)),
    };

    private static ulong ReadBigEndian(byte[] buffer, int offset, int bytes)
    {
        ulong value = 0;
        foreach (var b in buffer.AsSpan(offset, bytes))
        {
            value = (value << 8) | b;
        }

        return value;
    }

    private static ulong ReadLittleEndian(byte[] buffer, int offset, int bytes)
    {
        ulong value = 0;
        for (var i = bytes - 1; i >= 0; i--)
        {
            value = (value << 8) | buffer[offset + i];
        }

        return value;
    }

    private DataValue ReadText(byte[] buffer, int offset)
    {
        var prefix = -_shape;
        return DataValue.FromText(buffer, offset + prefix, ReadLength(buffer, offset, prefix), _encoding);
    }

    /// <summary>Reads a value of a COMPRESSED column, which is inflated at every read.</summary>
    private DataValue ReadCompressed(byte[] buffer, int offset)
    {
        var prefix = -_shape;
        var length = ReadLength(buffer, offset, prefix);
        var start = offset + prefix;
        if (length > 0 && buffer[start] != 0)
        {
            var plain = new byte[MariaDbCompression.LengthOf(buffer.AsSpan(start, length), EventType.TableMap, _maxLength)];
            MariaDbCompression.Decompress(buffer, start, length, plain, EventType.TableMap);
            (buffer, start, length) = (plain, 0, plain.Length);
        }
        else if (length > 0)
        {
            (start, length) = (start + 1, length - 1);
        }

        return _kind == ColumnKind.CompressedText ? DataValue.FromText(buffer, start, length, _encoding)
            : DataValue.FromBinary(buffer, start, length, 0);
    }

    private DataValue ReadFormed(byte[] buffer, int offset)
    {
        var prefix = -_shape;
        var form = _kind switch { ColumnKind.Uuid => FixedForm.Uuid, ColumnKind.Inet4 => FixedForm.Inet4, _ => FixedForm.Inet6 };
        var text = FixedForms.ToText(form, buffer.AsSpan(offset + prefix, ReadLength(buffer, offset, prefix)));
        return DataValue.FromText(text, 0, text.Length, null);
    }

    private DataValue ReadBytes(byte[] buffer, int offset)
    {
        var prefix = -_shape;
        var length = ReadLength(buffer, offset, prefix);
        var start = offset + prefix;
        return _kind switch
        {
            ColumnKind.Json => DataValue.FromJson(buffer, start, length, JsonBinary.Instance),
            ColumnKind.JsonText => DataValue.FromJson(buffer, start, length, null),
            ColumnKind.Geometry => DataValue.FromGeometry(buffer, start, length),
            ColumnKind.Vector => DataValue.FromVector(buffer, start, length),
            _ => DataValue.FromBinary(buffer, start, length, (byte)Math.Max(0, _width - length)),
        };
    }
}
