using System.Buffers;
using System.Globalization;
using System.Text;

namespace CdcEmbedded;

/// <content>How a value is printed.</content>
public readonly partial struct DataValue : ISpanFormattable
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

    /// <summary>Returns <see cref="ToString()"/>: there are no formats, and no culture changes the text.</summary>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>Writes what <see cref="ToString()"/> returns. An interpolated string takes this way, without a string for each
    /// value.</summary>
    /// <param name="destination">Receives the characters.</param>
    /// <param name="charsWritten">How many; 0 if they do not fit.</param>
    /// <param name="format">Ignored: there are no formats.</param>
    /// <param name="provider">Ignored: no culture changes the text.</param>
    /// <returns>False if the text does not fit.</returns>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null)
    {
        if (Kind == ValueKind.Int64)
        {
            return _bits.TryFormat(destination, out charsWritten, default, CultureInfo.InvariantCulture);
        }

        if (Kind == ValueKind.Text && _codec is null && _data is byte[] && Ascii.IsValid(Slice))
        {
            return TryWiden(Slice, destination, out charsWritten);
        }

        Span<byte> text = stackalloc byte[MaxFormattedBytes];
        var length = Kind switch
        {
            ValueKind.Decimal => FormatDecimal(text),
            ValueKind.Date => FormatDate(text),
            ValueKind.Time => FormatTime(text),
            ValueKind.DateTime => FormatDateTime(text, (byte)' '),
            ValueKind.Timestamp when !IsFarInstant => FormatDateTime(text, (byte)' '),
            _ => -1,
        };
        return length >= 0 ? TryWiden(text[..length], destination, out charsWritten) : TryCopy(ToString(), destination, out charsWritten);
    }

    private static bool TryWiden(ReadOnlySpan<byte> ascii, Span<char> destination, out int charsWritten)
    {
        var fits = ascii.Length <= destination.Length;
        charsWritten = fits ? ascii.Length : 0;
        return fits && Ascii.ToUtf16(ascii, destination, out _) == OperationStatus.Done;
    }

    private static bool TryCopy(string text, Span<char> destination, out int charsWritten)
    {
        var fits = text.TryCopyTo(destination);
        charsWritten = fits ? text.Length : 0;
        return fits;
    }

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
