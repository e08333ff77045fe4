using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>The values of a JSON document for which JSON itself has no type.</summary>
/// <remarks>DECIMAL: precision, scale, then the storage format. DATE, TIME, DATETIME, TIMESTAMP: 8 bytes, little-endian: the fields of the
/// storage format above 24 bits of microseconds. All others print as base64.</remarks>
internal static class JsonOpaque
{
    // A sum or product inside the server has up to nine groups of digits, more than the 65 digits of a column (strings/decimal.h).
    private const int MaxPrecision = 81;

    // The server's base64 contains line breaks, which are escaped like any other in a JSON string.
    private const int Base64LineBytes = 57;

    public static void Write(ref JsonTextBuffer text, byte type, ReadOnlySpan<byte> bytes)
    {
        switch ((ColumnType)type)
        {
            case ColumnType.NewDecimal:
                WriteDecimal(ref text, bytes);
                break;
            case ColumnType.Date or ColumnType.Time or ColumnType.DateTime or ColumnType.Timestamp:
                if (bytes.Length != 8)
                {
                    throw new CdcProtocolException($"A JSON document holds a date or time of {bytes.Length} bytes.");
                }

                WriteTemporal(ref text, (ColumnType)type, BinaryPrimitives.ReadInt64LittleEndian(bytes));
                break;
            default:
                WriteBase64(ref text, type, bytes);
                break;
        }
    }

    private static void WriteDecimal(ref JsonTextBuffer text, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes[0] is < 1 or > MaxPrecision || bytes[1] > Math.Min(bytes[0], (byte)DecimalFormat.MaxScale)
            || bytes.Length - 2 != DecimalFormat.ByteLength(bytes[0], bytes[1]))
        {
            throw new CdcProtocolException($"A JSON document holds a DECIMAL of {bytes.Length} bytes, "
                + "which does not fit its precision and scale.");
        }

        var number = DecimalFormat.Read(bytes[2..], bytes[0], bytes[1]).ToString();
        Encoding.ASCII.GetBytes(number, text.Reserve(number.Length));
    }

    private static void WriteTemporal(ref JsonTextBuffer text, ColumnType type, long packed)
    {
        text.Write((byte)'"');
        if (packed < 0)
        {
            text.Write((byte)'-');
        }

        // The absolute value of the most negative number is that number itself; read as unsigned it is right.
        var magnitude = packed < 0 ? (ulong)-packed : (ulong)packed;
        var time = (long)(magnitude >> 24);
        if (type != ColumnType.Time)
        {
            var yearMonth = time >> 22;
            text.WritePadded(yearMonth / 13, 4);
            text.Write((byte)'-');
            text.WritePadded(yearMonth % 13, 2);
            text.Write((byte)'-');
            text.WritePadded((time >> 17) & 31, 2);
            time &= 0x1ffff;
        }

        if (type != ColumnType.Date)
        {
            if (type != ColumnType.Time)
            {
                text.Write((byte)' ');
            }

            text.WritePadded(time >> 12 & 0x3ff, 2);
            text.Write((byte)':');
            text.WritePadded((time >> 6) & 63, 2);
            text.Write((byte)':');
            text.WritePadded(time & 63, 2);
            text.Write((byte)'.');
            text.WritePadded((long)(magnitude & 0xff_ffff), 6);
        }

        text.Write((byte)'"');
    }

    private static void WriteBase64(ref JsonTextBuffer text, byte type, ReadOnlySpan<byte> bytes)
    {
        text.Write("\"base64:type"u8);
        text.Write((long)type);
        text.Write((byte)':');
        for (var line = bytes; !line.IsEmpty; line = line[Math.Min(Base64LineBytes, line.Length)..])
        {
            if (line.Length != bytes.Length)
            {
                text.Write("\\n"u8);
            }

            var part = line[..Math.Min(Base64LineBytes, line.Length)];
            Base64.EncodeToUtf8(part, text.Reserve(Base64.GetMaxEncodedToUtf8Length(part.Length)), out _, out _);
        }

        text.Write((byte)'"');
    }
}
