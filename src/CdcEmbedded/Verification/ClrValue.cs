using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace CdcEmbedded.Verification;

/// <summary>Values of the source as CLR objects, for parameters of queries, and values of a copy as the source has them, for
/// keys.</summary>
internal static class ClrValue
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The CLR object of a value; null for null.</summary>
    public static object? Of(in DataValue value) => value.Kind switch
    {
        ValueKind.Null or ValueKind.Absent => null,
        ValueKind.Boolean => value.AsBoolean(),
        ValueKind.Int64 => value.AsInt64(),
        ValueKind.UInt64 => value.AsUInt64() is var number && number <= long.MaxValue ? (long)number : (decimal)number,
        ValueKind.Single => value.AsSingle(),
        ValueKind.Double => value.AsDouble(),
        ValueKind.Decimal when value.AsBigDecimal().TryToDecimal(out var number) => number,
        ValueKind.Binary or ValueKind.Geometry or ValueKind.Vector => value.AsBytes().ToArray(),
        ValueKind.Date when value.AsCalendar().TryToDateTime(out var date) => DateOnly.FromDateTime(date),
        ValueKind.DateTime when value.AsCalendar().TryToDateTime(out var time) => time,
        ValueKind.Timestamp when !value.IsFarInstant && value.AsCalendar().TryToDateTime(out var time)
            => DateTime.SpecifyKind(time, DateTimeKind.Utc),
        ValueKind.Time => value.AsTimeSpan(),
        ValueKind.Uuid => value.AsGuid(),
        _ => value.ToString(),
    };

    /// <summary>A value of a copy as the source has it.</summary>
    /// <param name="copy">The value; not null.</param>
    /// <param name="example">Another value of the same column of the source; absent if there is none.</param>
    public static DataValue ToSource(object copy, in DataValue example)
    {
        if (copy is DataValue own && (own.Kind == example.Kind || example.IsAbsent))
        {
            return own;
        }

        var text = CopyValue.TextOf(copy, example) ?? "";
        switch (example.Kind)
        {
            case ValueKind.Boolean:
                return DataValue.FromBoolean(text == "1");
            case ValueKind.Int64 when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                return DataValue.FromInt64(number);
            case ValueKind.UInt64 when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                return DataValue.FromUInt64(number);
            case ValueKind.Single when float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return DataValue.FromSingle(number);
            case ValueKind.Double when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return DataValue.FromDouble(number);
            case ValueKind.Decimal:
                return DecimalOf(text, example.Scale);
            case ValueKind.Text:
                example.TryGetEncoded(out _, out var encoding);
                var bytes = TextBytes.Of(text, encoding);
                return DataValue.FromText(bytes, 0, bytes.Length, encoding);
            case ValueKind.Enum when example.TryGetLabels(out var labels):
                return DataValue.FromEnum(Array.IndexOf(labels, text) + 1, labels);
            case ValueKind.Set when example.TryGetLabels(out var labels):
                return DataValue.FromSet(MaskOf(text, labels), labels);
            case ValueKind.Binary:
                var binary = Convert.FromHexString(text);
                return DataValue.FromBinary(binary, 0, binary.Length);
            case ValueKind.Date or ValueKind.DateTime or ValueKind.Timestamp:
                return TimeOf(text, example);
            case ValueKind.Time when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time):
                return DataValue.FromTime(time, (byte)example.Scale);
            case ValueKind.Uuid when Guid.TryParse(text, out var uuid):
                return DataValue.FromUuid(uuid);
            case ValueKind.ObjectId when text.Length == 24 && !text.AsSpan().ContainsAnyExcept(HexDigits):
                return DataValue.FromObjectId(Convert.FromHexString(text), 0);
            default:
                return Natural(copy);
        }
    }

    private static DataValue DecimalOf(string text, int scale)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var places = point < 0 ? 0 : text.Length - point - 1;
        if (!BigInteger.TryParse(text.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var unscaled))
        {
            return DataValue.FromText(text);
        }

        return DataValue.FromDecimal(places < scale ? new BigDecimal(unscaled * BigInteger.Pow(10, scale - places), scale)
            : new BigDecimal(unscaled, places));
    }

    private static ulong MaskOf(string text, string[] labels)
    {
        ulong mask = 0;
        foreach (var label in text.Split(','))
        {
            mask |= Array.IndexOf(labels, label) is >= 0 and var bit ? 1UL << bit : 0;
        }

        return mask;
    }

    private static DataValue TimeOf(string text, in DataValue example)
    {
        Span<int> parts = stackalloc int[7];
        var at = 0;
        foreach (var range in text.AsSpan().SplitAny('-', ' ', ':', '.'))
        {
            if (at == parts.Length || !int.TryParse(text.AsSpan()[range], NumberStyles.None, CultureInfo.InvariantCulture, out parts[at++]))
            {
                return DataValue.FromText(text);
            }
        }

        var calendar = new CalendarDateTime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
        var digits = (byte)example.Scale;
        return example.Kind switch
        {
            ValueKind.Date => DataValue.FromDate(parts[0], parts[1], parts[2]),
            ValueKind.DateTime => DataValue.FromDateTime(calendar, digits),
            _ => calendar.TryToDateTime(out var time)
                ? DataValue.FromTimestamp((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, digits)
                : DataValue.FromZeroTimestamp(digits),
        };
    }

    /// <summary>A value whose column has no other value to go by.</summary>
    private static DataValue Natural(object copy) => copy switch
    {
        DataValue own => own,
        bool truth => DataValue.FromBoolean(truth),
        sbyte or byte or short or ushort or int or uint or long => DataValue.FromInt64(Convert.ToInt64(copy, CultureInfo.InvariantCulture)),
        ulong number => DataValue.FromUInt64(number),
        float number => DataValue.FromSingle(number),
        double number => DataValue.FromDouble(number),
        decimal number => DataValue.FromDecimal(number),
        byte[] bytes => DataValue.FromBinary(bytes, 0, bytes.Length),
        Guid uuid => DataValue.FromUuid(uuid),
        string text => FromUtf8(text),
        _ => FromUtf8(Convert.ToString(copy, CultureInfo.InvariantCulture) ?? ""),
    };

    private static DataValue FromUtf8(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return DataValue.FromText(bytes, 0, bytes.Length);
    }
}
