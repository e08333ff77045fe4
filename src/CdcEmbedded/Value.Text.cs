using System.Globalization;

namespace CdcEmbedded;

/// <content>How a value prints.</content>
public readonly partial struct Value
{
    /// <summary>The value as text, culture-invariant: numbers and dates as MySQL prints them, bytes as hexadecimal after 0x, null as
    /// <c>NULL</c>, an absent field as an empty string.</summary>
    public override string ToString() => _kind switch
    {
        ValueKind.Absent => "",
        ValueKind.Null => "NULL",
        ValueKind.Boolean => _bits != 0 ? "true" : "false",
        ValueKind.Int64 => _bits.ToString(CultureInfo.InvariantCulture),
        ValueKind.UInt64 => ((ulong)_bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.Single => AsSingle().ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Double => AsDouble().ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Decimal => _data is BigDecimal big ? big.ToString() : AsDecimal().ToString(CultureInfo.InvariantCulture),
        ValueKind.Date => FormatDate(' ')[..10],
        ValueKind.Time => FormatTime(),
        ValueKind.Timestamp when IsFarInstant => FarInstantText(),
        ValueKind.DateTime or ValueKind.Timestamp => FormatDate(' '),
        ValueKind.Enum or ValueKind.Set => _data is null ? ((ulong)_bits).ToString(CultureInfo.InvariantCulture) : AsString(),
        ValueKind.Text or ValueKind.Json or ValueKind.Document or ValueKind.Array or ValueKind.SourceSpecific => AsString(),
        ValueKind.ObjectId or ValueKind.Uuid => AsString(),
        ValueKind.Decimal128 => AsDecimal128().ToString(),
        ValueKind.Vector => "[" + string.Join(", ", Array.ConvertAll(AsVector(), f => f.ToString("R", CultureInfo.InvariantCulture))) + "]",
        _ => "0x" + Convert.ToHexString(AsBytes().Span),
    };

    /// <summary>A date-time or timestamp with the column's digits.</summary>
    internal string FormatDate(char separator)
    {
        var c = AsCalendar();
        var text = $"{c.Year:D4}-{c.Month:D2}-{c.Day:D2}{separator}{c.Hour:D2}:{c.Minute:D2}:{c.Second:D2}";
        return _scale == 0 ? text : $"{text}.{c.Microsecond.ToString("D6", CultureInfo.InvariantCulture).AsSpan(0, Math.Min((int)_scale, 6))}";
    }

    private string FormatTime()
    {
        var micros = Math.Abs(_bits);
        var seconds = micros / 1_000_000;
        var text = $"{(_bits < 0 ? "-" : "")}{seconds / 3600:D2}:{seconds / 60 % 60:D2}:{seconds % 60:D2}";
        var fraction = (micros % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        return _scale == 0 ? text : $"{text}.{fraction.AsSpan(0, Math.Min((int)_scale, 6))}";
    }
}
