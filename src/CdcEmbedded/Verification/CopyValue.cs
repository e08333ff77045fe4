using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace CdcEmbedded.Verification;

/// <summary>Values of the two sides as one text, by the kind of the source's value: two values are equal if their texts are. The page about
/// snapshots says what that means for each kind.</summary>
internal static class CopyValue
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.ffffff";

    /// <summary>Returns true if the copy has the source's value.</summary>
    public static bool AreEqual(in DataValue source, object? copy)
    {
        switch (source.Kind)
        {
            case ValueKind.Int64 when copy is long number:
                return source.AsInt64() == number;
            case ValueKind.Int64 when copy is int number:
                return source.AsInt64() == number;
            case ValueKind.Text when copy is string text:
                return TextOf(source) == text;
            default:
                return string.Equals(TextOf(source), TextOf(copy, source), StringComparison.Ordinal);
        }
    }

    /// <summary>The text of a value of the source; null for null and for an absent field.</summary>
    public static string? TextOf(in DataValue value) => value.Kind switch
    {
        ValueKind.Null or ValueKind.Absent => null,
        ValueKind.Boolean => value.AsBoolean() ? "1" : "0",
        ValueKind.Decimal => Number(value.AsBigDecimal()),
        ValueKind.Decimal128 => NumberText(value.ToString()),
        ValueKind.Binary or ValueKind.Geometry or ValueKind.Vector => Convert.ToHexString(value.AsBytes().Span),
        ValueKind.Date or ValueKind.DateTime => Calendar(value.AsCalendar(), value.Kind == ValueKind.Date),
        ValueKind.Timestamp => value.IsFarInstant ? value.ToString() : Calendar(value.AsCalendar(), isDate: false),
        ValueKind.Time => Microseconds(value.AsTimeSpan()),
        ValueKind.Json or ValueKind.Document or ValueKind.Array or ValueKind.SourceSpecific => CanonicalJson.Of(value.AsString()),
        _ => value.ToString(),
    };

    /// <summary>The text of a value of the copy, read as the source's value is.</summary>
    public static string? TextOf(object? copy, in DataValue source)
    {
        if (copy is DataValue own)
        {
            if (own.Kind == source.Kind)
            {
                return TextOf(own);
            }

            copy = ClrValue.Of(own);
        }

        return copy is null or DBNull ? null : source.Kind switch
        {
            ValueKind.Boolean or ValueKind.Int64 or ValueKind.UInt64 or ValueKind.Decimal or ValueKind.Decimal128 => NumberOf(copy),
            ValueKind.Single => copy is float single ? Round(single) : Round((float)DoubleOf(copy)),
            ValueKind.Double => DoubleOf(copy).ToString("R", CultureInfo.InvariantCulture),
            ValueKind.Binary or ValueKind.Geometry or ValueKind.Vector
                => BytesOf(copy) is { } bytes ? Convert.ToHexString(bytes) : Plain(copy),
            ValueKind.Date => DateOf(copy, isDate: true, isInstant: false),
            ValueKind.DateTime => DateOf(copy, isDate: false, isInstant: false),
            ValueKind.Timestamp => DateOf(copy, isDate: false, isInstant: true),
            ValueKind.Time => TimeOf(copy),
            ValueKind.Json or ValueKind.Document or ValueKind.Array or ValueKind.SourceSpecific => CanonicalJson.Of(Plain(copy)),
            ValueKind.Enum or ValueKind.Set when copy is not string && !source.TryGetLabels(out _) => NumberOf(copy),
            _ => Plain(copy),
        };
    }

    /// <summary>The bytes of a value of the copy; null if it has none.</summary>
    public static byte[]? BytesOf(object copy)
    {
        switch (copy)
        {
            case byte[] bytes:
                return bytes;
            case ReadOnlyMemory<byte> memory:
                return memory.ToArray();
            case Memory<byte> memory:
                return memory.ToArray();
            case string text:
                return Encoding.UTF8.GetBytes(text);
            case float[] floats:
                return BytesOf(floats.AsSpan());
            case ReadOnlyMemory<float> floats:
                return BytesOf(floats.Span);
            default:
                return null;
        }
    }

    private static byte[] BytesOf(ReadOnlySpan<float> floats)
    {
        var bytes = new byte[floats.Length * sizeof(float)];
        for (var i = 0; i < floats.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), floats[i]);
        }

        return bytes;
    }

    private static string Plain(object copy) => copy switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => copy.ToString() ?? "",
    };

    private static string NumberOf(object copy) => copy switch
    {
        bool truth => truth ? "1" : "0",
        decimal number => Number(number),
        BitArray bits => NumberOf(bits),
        byte[] { Length: <= 8 } bytes => new BigInteger(bytes, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture),
        _ => NumberText(Plain(copy)),
    };

    private static string NumberOf(BitArray bits)
    {
        ulong number = 0;
        foreach (bool bit in bits)
        {
            number = (number << 1) | (bit ? 1UL : 0);
        }

        return number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The digits of a number, without those that mean nothing; any other text as it is.</summary>
    internal static string NumberText(string text)
    {
        var exponent = text.AsSpan().IndexOfAny('e', 'E');
        var digits = exponent < 0 ? text.AsSpan() : text.AsSpan(0, exponent);
        var shift = 0;
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits.ToString() : string.Concat(digits[..point], digits[(point + 1)..]);
        if (!BigInteger.TryParse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var unscaled)
            || (exponent >= 0 && !int.TryParse(text.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out shift))
            || Math.Abs(shift) > 10_000)
        {
            return text;
        }

        var scale = (point < 0 ? 0 : digits.Length - point - 1) - shift;
        return Number(scale >= 0 ? new BigDecimal(unscaled, scale) : new BigDecimal(unscaled * BigInteger.Pow(10, -scale), 0));
    }

    private static string Number(BigDecimal number)
    {
        var text = number.ToString();
        text = number.Scale == 0 ? text : text.TrimEnd('0').TrimEnd('.');
        return text == "-0" ? "0" : text;
    }

    private static double DoubleOf(object copy) => copy switch
    {
        double number => number,
        float number => number,
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN,
        IConvertible convertible => convertible.ToDouble(CultureInfo.InvariantCulture),
        _ => double.NaN,
    };

    private static string Round(float number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Calendar(CalendarDateTime value, bool isDate) => isDate
        ? $"{value.Year:D4}-{value.Month:D2}-{value.Day:D2}"
        : value.Microsecond == 0 ? $"{value}.000000" : value.ToString();

    private static string DateOf(object copy, bool isDate, bool isInstant)
    {
        var text = copy switch
        {
            DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + " 00:00:00.000000",
            DateTimeOffset instant => instant.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
            DateTime { Kind: DateTimeKind.Local } time when isInstant
                => time.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture),
            DateTime time => time.ToString(TimeFormat, CultureInfo.InvariantCulture),
            _ => DateText(Plain(copy), isInstant),
        };
        return isDate && text.Length > 10 && text.AsSpan(10).TrimEnd('0') is " 00:00:00." ? text[..10] : text;
    }

    /// <summary>A date as text: zero and partial dates too, which no CLR type holds.</summary>
    private static string DateText(string text, bool isInstant)
    {
        if (isInstant && text.Length > 19 && (text[^1] == 'Z' || text.AsSpan(19).IndexOfAny('+', '-') >= 0)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
        {
            return instant.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        }

        text = text.Length > 10 && text[10] == 'T' ? $"{text[..10]} {text[11..]}" : text;
        return text.Length switch
        {
            10 => text + " 00:00:00.000000",
            19 => text + ".000000",
            > 20 and < 26 when text[19] == '.' => text.PadRight(26, '0'),
            _ => text,
        };
    }

    private static string Microseconds(TimeSpan time) => (time.Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture);

    private static string TimeOf(object copy) => copy switch
    {
        TimeSpan time => Microseconds(time),
        TimeOnly time => Microseconds(time.ToTimeSpan()),
        _ => TimeText(Plain(copy)),
    };

    /// <summary>A duration as MySQL prints it, of more than a day too; any other text as it is.</summary>
    private static string TimeText(string text)
    {
        var parts = text.TrimStart('-').Split(':');
        return parts.Length == 3 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && decimal.TryParse(parts[2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? Microseconds((text[0] == '-' ? -1 : 1)
                * new TimeSpan((((hours * 60L) + minutes) * TimeSpan.TicksPerMinute) + (long)(seconds * TimeSpan.TicksPerSecond)))
            : text;
    }
}
