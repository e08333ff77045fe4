using System.Buffers.Binary;
using System.Globalization;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>How one column is selected, and how what the server answers becomes the column's bytes in a row of the log.</summary>
/// <remarks>
/// Every column is selected as a string of bytes: numbers and times as the server prints them, text in the column's own character set.
/// So neither the driver's conversions nor the session's character set touch a value, and the driver copies it without allocating.
/// <list type="bullet">
/// <item>A DOUBLE is printed with all digits that it needs to be read back exactly, but a FLOAT with six, and FLOAT(7,3) or DOUBLE(20,5)
/// with their decimals. Times 1e0 they are DOUBLEs without these limits. MySQL 9.7 cuts such a product at 22 characters: enough for a
/// FLOAT, and for a DOUBLE without its sign.</item>
/// <item>ENUM and SET are their numbers: an invalid ENUM and the label '' look alike as text.</item>
/// <item>A cast of UUID and INET to BINARY gives the bytes of the log; CONVERT gives text.</item>
/// </list>
/// </remarks>
internal readonly struct SelectedColumn
{
    private readonly ColumnForm _form;
    private readonly byte _width;
    private readonly byte _digits;

    private SelectedColumn(ColumnForm form, int width, int digits, bool isNullable)
    {
        _form = form;
        _width = (byte)width;
        _digits = (byte)digits;
        IsNullable = isNullable;
    }

    /// <summary>The way from the server's answer to the row's bytes.</summary>
    private enum ColumnForm : byte
    {
        /// <summary>Bytes after their length.</summary>
        Sized,

        /// <summary>The same, without zero bytes at the end: BINARY(n).</summary>
        Trimmed,
        Signed,
        Unsigned,
        Single,
        Double,
        Decimal,
        Year,
        BigEndian,
        Date,
        Time,
        DateTime,
        Timestamp,
    }

    /// <summary>True if the column may be null.</summary>
    public bool IsNullable { get; }

    /// <summary>Number of bytes of the length before the value; 0 for values of one length.</summary>
    public int LengthBytes => _form <= ColumnForm.Trimmed ? _width : 0;

    /// <summary>True if trailing zero bytes do not belong to the row.</summary>
    public bool IsTrimmed => _form == ColumnForm.Trimmed;

    /// <summary>Describes a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="codec">How the column is read from a row.</param>
    public static SelectedColumn Of(in ColumnMetadata column, in ColumnCodec codec)
    {
        var isNullable = column.IsNullable;
        int bytes = codec.Shape;
        var integer = column.IsUnsigned ? ColumnForm.Unsigned : ColumnForm.Signed;
        return column.Type switch
        {
            ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong
                => new(integer, bytes, 0, isNullable),
            ColumnType.Float => new(ColumnForm.Single, bytes, 0, isNullable),
            ColumnType.Double => new(ColumnForm.Double, bytes, 0, isNullable),
            ColumnType.NewDecimal => new(ColumnForm.Decimal, column.Length, column.Scale, isNullable),
            ColumnType.Year => new(ColumnForm.Year, bytes, 0, isNullable),
            ColumnType.Bit => new(ColumnForm.BigEndian, bytes, 0, isNullable),
            ColumnType.Enum or ColumnType.Set => new(ColumnForm.Unsigned, bytes, 0, isNullable),
            ColumnType.Date => new(ColumnForm.Date, bytes, 0, isNullable),
            ColumnType.Time2 => new(ColumnForm.Time, bytes, column.Length, isNullable),
            ColumnType.DateTime2 => new(ColumnForm.DateTime, bytes, column.Length, isNullable),
            ColumnType.Timestamp2 => new(ColumnForm.Timestamp, bytes, column.Length, isNullable),
            _ => new(ColumnTypeText.Of(column).StartsWith("binary(", StringComparison.Ordinal) ? ColumnForm.Trimmed : ColumnForm.Sized,
                codec.LengthBytes, 0, isNullable),
        };
    }

    /// <summary>Returns the expression that selects a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">Its name as an identifier in SQL.</param>
    public static string Expression(in ColumnMetadata column, string name) => column.Type switch
    {
        ColumnType.Float => $"CONVERT({name}*1e0 USING binary)",
        ColumnType.Double when column.Scale > 0 => $"CONVERT(CONCAT(IF({name}<0,'-',''),ABS({name})*1e0) USING binary)",
        ColumnType.Bit or ColumnType.Enum or ColumnType.Set => $"CONVERT(CAST({name} AS UNSIGNED) USING binary)",
        ColumnType.Json => $"CONVERT(CONVERT({name} USING utf8mb4) USING binary)",
        ColumnType.Geometry or ColumnType.Vector => name,
        ColumnType.Blob when Charset.OfCollation(column.Collation) is { IsBinary: true } => name,
        ColumnType.String when column.Form != FixedForm.None => $"CAST({name} AS BINARY)",
        _ => $"CONVERT({name} USING binary)",
    };

    /// <summary>Writes a value that has a fixed length.</summary>
    /// <param name="text">What the server answered.</param>
    /// <param name="target">Where it goes; long enough.</param>
    /// <returns>False if the answer has another form.</returns>
    public bool TryWrite(ReadOnlySpan<byte> text, Span<byte> target)
    {
        switch (_form)
        {
            case ColumnForm.Signed: return TryWriteSigned(text, target);
            case ColumnForm.Unsigned: return TryReadNumber(text, out var number) && FitsUnsigned(number)
                && PutLittleEndian(number, target);
            case ColumnForm.Decimal: return DecimalText.TryWrite(text, _width, _digits, target);
            case ColumnForm.DateTime: return TemporalText.TryWriteDateTime2(text, _digits, target);
            case ColumnForm.Timestamp: return TemporalText.TryWriteTimestamp2(text, _digits, target);
            case ColumnForm.Date: return TemporalText.TryWriteDate(text, target);
            case ColumnForm.Time: return TemporalText.TryWriteTime2(text, _digits, target);
            case ColumnForm.Single: return TryWriteSingle(text, target);
            case ColumnForm.Double: return TryWriteDouble(text, target);
            case ColumnForm.Year: return TryWriteYear(text, target);
            case ColumnForm.BigEndian: return TryWriteBigEndian(text, target);
            default: return false;
        }
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, out ulong number)
    {
        number = 0;
        foreach (var c in text)
        {
            var digit = (uint)(c - '0');
            if (digit > 9)
            {
                return false;
            }

            number = (number * 10) + digit;
        }

        return text.Length > 0;
    }

    private static bool TryWriteSingle(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        BinaryPrimitives.WriteSingleLittleEndian(target, (float)number);
        return isNumber;
    }

    private static bool TryWriteDouble(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        BinaryPrimitives.WriteDoubleLittleEndian(target, number);
        return isNumber;
    }

    private static bool TryWriteYear(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (!TryReadNumber(text, out var year) || year is not 0 and (< 1901 or > 2155))
        {
            return false;
        }

        target[0] = (byte)(year == 0 ? 0 : year - 1900);
        return true;
    }

    private bool TryWriteSigned(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var isNegative = text is [(byte)'-', ..];
        if (!TryReadNumber(isNegative ? text[1..] : text, out var number) || number > (1UL << ((8 * _width) - 1)) - (isNegative ? 0UL : 1))
        {
            return false;
        }

        return PutLittleEndian(isNegative ? 0 - number : number, target);
    }

    private bool TryWriteBigEndian(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (!TryReadNumber(text, out var number) || !FitsUnsigned(number))
        {
            return false;
        }

        for (var i = _width - 1; i >= 0; i--)
        {
            target[i] = (byte)number;
            number >>= 8;
        }

        return true;
    }

    private bool FitsUnsigned(ulong number) => _width == 8 || number >> (8 * _width) == 0;

    private bool PutLittleEndian(ulong number, Span<byte> target)
    {
        switch (_width)
        {
            case 1:
                target[0] = (byte)number;
                return true;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)number);
                return true;
            case 4:
                BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)number);
                return true;
            case 8:
                BinaryPrimitives.WriteUInt64LittleEndian(target, number);
                return true;
            default:
                for (var i = 0; i < _width; i++)
                {
                    target[i] = (byte)number;
                    number >>= 8;
                }

                return true;
        }
    }
}
