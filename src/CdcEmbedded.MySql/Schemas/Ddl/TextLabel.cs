using CdcEmbedded.MySql.Binlog.Charsets;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>A label of ENUM or SET as a definition writes it.</summary>
/// <param name="Text">The text; null for a hexadecimal or binary literal.</param>
/// <param name="Bytes">The bytes of such a literal, in the column's character set.</param>
internal readonly record struct TextLabel(string? Text, byte[] Bytes)
{
    /// <summary>Reads 'x', x'41', 0x41, b'01000001' or 0b01000001.</summary>
    /// <exception cref="SqlUnreadableException">Something else is here.</exception>
    public static TextLabel Read(SqlTokens tokens)
    {
        var label = tokens.Take();
        if (label.Kind == SqlTokenKind.Text)
        {
            return new TextLabel(label.Text, []);
        }

        var isQuoted = tokens.Peek().Kind == SqlTokenKind.Text;
        if (isQuoted && (label.Is("N") || label.Text.StartsWith('_')))
        {
            return new TextLabel(tokens.Take().Text, []);
        }

        if (label.Is("x") && isQuoted)
        {
            return new TextLabel(null, OfDigits(tokens.Take().Text, 2, 16));
        }

        if (label.Is("b") && isQuoted)
        {
            return new TextLabel(null, OfDigits(tokens.Take().Text, 8, 2));
        }

        return label.Kind != SqlTokenKind.Word ? throw SqlTokens.Unexpected("a label", label)
            : label.Text.StartsWith("0x", StringComparison.Ordinal) ? new TextLabel(null, OfDigits(label.Text[2..], 2, 16))
            : label.Text.StartsWith("0b", StringComparison.Ordinal) ? new TextLabel(null, OfDigits(label.Text[2..], 8, 2))
            : throw SqlTokens.Unexpected("a label", label);
    }

    /// <summary>A text of a session whose texts are bytes (SET NAMES binary): the column gets those that the statement has.</summary>
    /// <param name="text">The text.</param>
    /// <param name="client">The statement's character set; null where it is UTF-8.</param>
    /// <exception cref="SqlUnreadableException">Its bytes are not certain.</exception>
    public static TextLabel OfBytes(string text, Charset? client)
        => !text.Contains('\ufffd', StringComparison.Ordinal) && LabelConversion.TryGetBytes(text, client ?? Charset.Utf8Mb4, out var bytes)
            ? new TextLabel(null, bytes)
            : throw new SqlUnreadableException($"the bytes of the label '{text}' are not known");

    private static byte[] OfDigits(string digits, int digitsOfByte, int radix)
    {
        digits = digits.PadLeft((digits.Length + digitsOfByte - 1) / digitsOfByte * digitsOfByte, '0');
        var bytes = new byte[digits.Length / digitsOfByte];
        for (var i = 0; i < digits.Length; i++)
        {
            var value = char.IsAsciiHexDigit(digits[i]) ? Convert.ToInt32(digits[i].ToString(), 16) : radix;
            if (value >= radix)
            {
                throw new SqlUnreadableException($"'{digits}' is no number");
            }

            bytes[i / digitsOfByte] = (byte)((bytes[i / digitsOfByte] * radix) + value);
        }

        return bytes;
    }
}
