using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace CdcEmbedded.Formats;

/// <summary>Writes values in Debezium's encodings.</summary>
internal sealed class DebeziumValue(DebeziumJsonOptions options)
{
    private const long MicrosecondsPerMillisecond = 1000;

    /// <param name="writer">Positioned where a value may be written.</param>
    /// <param name="value">The value.</param>
    /// <param name="bits">The number of bits of a BIT column; 0 for other columns.</param>
    /// <param name="isNullable">True if null may stand for a date that no calendar has.</param>
    public void Write(Utf8JsonWriter writer, DataValue value, int bits, bool isNullable)
    {
        switch (value.Kind)
        {
            case ValueKind.UInt64 when bits > 0:
                WriteBits(writer, value.AsUInt64(), bits);
                break;
            case ValueKind.Decimal:
                WriteDecimal(writer, value);
                break;
            case ValueKind.Binary:
                WriteBinary(writer, value.AsBytes().Span);
                break;
            case ValueKind.Time:
                WriteTime(writer, value);
                break;
            case ValueKind.Date or ValueKind.DateTime or ValueKind.Timestamp:
                WriteDate(writer, value, isNullable);
                break;
            case ValueKind.Json:
                writer.WriteStringValue(value.AsString());
                break;
            case ValueKind.JsonPatch:
                writer.WriteStringValue($$"""{"$patch":{{value.AsString()}}}""");
                break;
            default:
                ValueJson.Write(writer, value);
                break;
        }
    }

    // Little-endian, as few bytes as hold the bits.
    private static void WriteBits(Utf8JsonWriter writer, ulong number, int bits)
    {
        if (bits == 1)
        {
            writer.WriteBooleanValue(number != 0);
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        writer.WriteBase64StringValue(bytes[..((bits + 7) / 8)]);
    }

    private void WriteDecimal(Utf8JsonWriter writer, DataValue value)
    {
        switch (options.Decimals)
        {
            case DecimalHandling.String:
                ValueJson.Write(writer, value);
                break;
            case DecimalHandling.Double:
                writer.WriteNumberValue(double.Parse(value.ToString(), CultureInfo.InvariantCulture));
                break;
            default:
                // Big-endian two's complement, as Java's BigInteger.toByteArray. The scale is the column's.
                BigInteger unscaled = value.AsBigDecimal().Unscaled;
                Span<byte> bytes = stackalloc byte[64];
                writer.WriteBase64StringValue(unscaled.TryWriteBytes(bytes, out var length, isBigEndian: true) ? bytes[..length]
                    : unscaled.ToByteArray(isBigEndian: true));
                break;
        }
    }

    private void WriteBinary(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        switch (options.Binary)
        {
            case BinaryHandling.Hex:
                writer.WriteStringValue(Convert.ToHexStringLower(bytes));
                break;
            case BinaryHandling.Base64UrlSafe:
                writer.WriteStringValue(Base64Url.EncodeToString(bytes));
                break;
            default:
                writer.WriteBase64StringValue(bytes);
                break;
        }
    }

    private void WriteTime(Utf8JsonWriter writer, DataValue value)
    {
        var microseconds = value.AsTimeSpan().Ticks / TimeSpan.TicksPerMicrosecond;
        var isMilliseconds = options.Times == TimeHandling.Connect || (options.Times == TimeHandling.Adaptive && value.Scale <= 3);
        writer.WriteNumberValue(isMilliseconds ? microseconds / MicrosecondsPerMillisecond : microseconds);
    }

    // Zero, partial and impossible dates are null or, where the column has no null, the epoch, as Debezium has them.
    private void WriteDate(Utf8JsonWriter writer, DataValue value, bool isNullable)
    {
        if (value.Kind == ValueKind.Timestamp)
        {
            if (!value.IsPartialDate)
            {
                ValueJson.Write(writer, value);
            }
            else if (isNullable)
            {
                writer.WriteNullValue();
            }
            else
            {
                writer.WriteStringValue("1970-01-01T00:00:00Z"u8);
            }

            return;
        }

        if (!value.AsCalendar().TryToDateTime(out var time))
        {
            if (isNullable)
            {
                writer.WriteNullValue();
                return;
            }

            time = DateTime.UnixEpoch;
        }

        var ticks = time.Ticks - DateTime.UnixEpoch.Ticks;
        writer.WriteNumberValue(value.Kind == ValueKind.Date ? ticks / TimeSpan.TicksPerDay
            : options.Times == TimeHandling.Connect || value.Scale <= 3 ? ToMilliseconds(ticks)
            : ticks / TimeSpan.TicksPerMicrosecond);
    }

    // Down, also before 1970, as Java's Instant.toEpochMilli.
    private static long ToMilliseconds(long ticks)
    {
        var (quotient, remainder) = Math.DivRem(ticks, TimeSpan.TicksPerMillisecond);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
