using System.Globalization;
using System.Text;

namespace CdcEmbedded;

/// <content>How a value is printed.</content>
public readonly partial struct DataValue
{
    /// <summary>Returns the value as culture-invariant text: numbers and dates as MySQL prints them, bytes as hexadecimal digits after 0x,
    /// null as <c>NULL</c>, an absent field as an empty string.</summary>
    public override string ToString() => Kind switch
    {
        ValueKind.Absent => "",
        ValueKind.Null => "NULL",
        ValueKind.Boolean => _bits != 0 ? "true" : "false",
        ValueKind.Int64 => _bits.ToString(CultureInfo.InvariantCulture),
        ValueKind.UInt64 => ((ulong)_bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.Single => AsSingle().ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Double => AsDouble().ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Decimal => _data is BigDecimal big ? big.ToString() : AsDecimal().ToString(CultureInfo.InvariantCulture),
        ValueKind.Date => DateText(),
        ValueKind.Time => TimeText(),
        ValueKind.Timestamp when IsFarInstant => FarInstantText(),
        ValueKind.DateTime or ValueKind.Timestamp => DateTimeText(),
        ValueKind.Enum or ValueKind.Set => TryGetLabels(out _) ? AsString() : ((ulong)_bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.JsonPatch => AsString(),
        ValueKind.Text => TextOrBytes(),
        ValueKind.Json or ValueKind.Document or ValueKind.Array or ValueKind.SourceSpecific => AsString(),
        ValueKind.ObjectId or ValueKind.Uuid => AsString(),
        ValueKind.Decimal128 => Decimal128.Read(Slice).ToString(),
        ValueKind.Vector => "[" + string.Join(", ", Array.ConvertAll(AsVector(), f => f.ToString("R", CultureInfo.InvariantCulture))) + "]",
        _ => "0x" + Convert.ToHexString(AsBytes().Span),
    };

    /// <summary>Never throws, because the text is for people: bytes that are not a character of the column's set
    /// become hexadecimal digits.</summary>
    private string TextOrBytes()
    {
        try
        {
            return AsString();
        }
        catch (CdcProtocolException)
        {
            return "0x" + Convert.ToHexString(AsBytes().Span);
        }
    }

    private string DateText()
    {
        Span<byte> text = stackalloc byte[MaxFormattedBytes];
        return Encoding.ASCII.GetString(text[..FormatDate(text)]);
    }

    private string DateTimeText()
    {
        Span<byte> text = stackalloc byte[MaxFormattedBytes];
        return Encoding.ASCII.GetString(text[..FormatDateTime(text, (byte)' ')]);
    }

    private string TimeText()
    {
        Span<byte> text = stackalloc byte[MaxFormattedBytes];
        return Encoding.ASCII.GetString(text[..FormatTime(text)]);
    }
}
