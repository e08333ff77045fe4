using System.Globalization;
using System.Text;
using CdcEmbedded;

namespace CdcTail;

/// <summary>A value for a terminal: short, on one line, and without control characters, which could steer the terminal.</summary>
internal static class PrettyValue
{
    private const int MaxLength = 60;
    private const int MaxBytes = 16;

    public static string Of(DataValue value) => value.Kind switch
    {
        ValueKind.Text => Quote(value.AsString()),
        ValueKind.Enum or ValueKind.Set => Label(value),
        ValueKind.Binary => Bytes(value.AsBytes().Span),
        ValueKind.Geometry => "geometry " + Bytes(value.AsBytes().Span),
        _ => Plain(value.ToString()),
    };

    /// <summary>A name or number as it is, if short and printable.</summary>
    public static string Plain(string text) => Printable(text, MaxLength);

    /// <summary>A whole text, with its control characters as letters.</summary>
    public static string Printable(string text) => Printable(text, int.MaxValue);

    private static string Printable(string text, int maxLength)
    {
        if (text.Length <= maxLength && !text.AsSpan().ContainsAnyInRange('\0', '\x1f')
            && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return text;
        }

        var result = new StringBuilder(Math.Min(text.Length, maxLength) + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length >= maxLength)
            {
                return result.Append("… (").Append(text.Length.ToString("N0", CultureInfo.InvariantCulture)).Append(" characters)")
                    .ToString();
            }

            _ = rune.Value switch
            {
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                _ when Rune.IsControl(rune) => result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => result.Append(rune.ToString()),
            };
        }

        return result.ToString();
    }

    private static string Quote(string text) => $"'{Plain(text)}'";

    // Without labels (binlog_row_metadata=MINIMAL) only the number is known.
    private static string Label(DataValue value)
    {
        try
        {
            return Quote(value.AsString());
        }
        catch (InvalidCastException)
        {
            return value.AsUInt64().ToString(CultureInfo.InvariantCulture);
        }
    }

    private static string Bytes(ReadOnlySpan<byte> bytes) => bytes.Length <= MaxBytes
        ? "0x" + Convert.ToHexString(bytes)
        : $"0x{Convert.ToHexString(bytes[..MaxBytes])}… ({bytes.Length.ToString("N0", CultureInfo.InvariantCulture)} bytes)";
}
