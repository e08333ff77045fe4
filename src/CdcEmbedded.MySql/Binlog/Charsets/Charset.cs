using System.Text;

namespace CdcEmbedded.MySql.Binlog.Charsets;

/// <summary>A character set of MySQL or MariaDB. Immutable; its encoding is created at first use.</summary>
internal sealed class Charset
{
    // The only character set of clients in which bytes of ASCII mean other characters.
    private const string NotAscii = "swe7";

    private readonly CharsetForm _form;
    private readonly Lazy<Encoding?> _encoding;

    internal Charset(string name, int maxLength, CharsetForm form)
    {
        Name = name;
        MaxLength = maxLength;
        _form = form;
        _encoding = new Lazy<Encoding?>(MakeEncoding);
    }

    /// <summary>UTF-8 of up to four bytes: the character set of text for which the log gives none.</summary>
    public static Charset Utf8Mb4 { get; } = ByName("utf8mb4")
        ?? throw new InvalidOperationException("The table of character sets has no entry for utf8mb4.");

    /// <summary>Bytes that are not text.</summary>
    public static Charset Binary { get; } = ByName("binary")
        ?? throw new InvalidOperationException("The table of character sets has no entry for binary.");

    public string Name { get; }

    /// <summary>Number of bytes of its longest character.</summary>
    public int MaxLength { get; }

    /// <summary>True if it is <c>binary</c>: bytes, not text.</summary>
    public bool IsBinary => _form == CharsetForm.Binary;

    /// <summary>A strict decoder, which throws <see cref="DecoderFallbackException"/>; null for UTF-8 and its subset ASCII.</summary>
    public Encoding? Encoding => _encoding.Value;

    /// <summary>Returns the character set of a collation by its number; null if the number is unknown.</summary>
    public static Charset? OfCollation(int collation) => CharsetTable.OfCollation(collation);

    /// <summary>Returns a character set by its name, ignoring case; null if the name is unknown.</summary>
    public static Charset? ByName(string name) => CharsetTable.ByName(name);

    /// <summary>Returns the number of bytes of the character at the start, where its later bytes may look like
    /// ASCII; 1 for all others, which may then be read byte by byte (strings/ctype-big5.cc, ctype-cp932.cc,
    /// ctype-gbk.cc, ctype-sjis.cc, ctype-gb18030.cc).</summary>
    public int LengthOfWide(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes[0] < 0x81)
        {
            return 1;
        }

        var (lead, trail) = (bytes[0], bytes[1]);
        switch (Name)
        {
            case "big5":
                return lead is >= 0xa1 and <= 0xf9 && trail is (>= 0x40 and <= 0x7e) or (>= 0xa1 and <= 0xfe) ? 2 : 1;
            case "sjis" or "cp932":
                return lead is <= 0x9f or (>= 0xe0 and <= 0xfc) && trail is (>= 0x40 and <= 0x7e) or (>= 0x80 and <= 0xfc) ? 2 : 1;
            case "gbk":
                return lead <= 0xfe && trail is (>= 0x40 and <= 0x7e) or (>= 0x80 and <= 0xfe) ? 2 : 1;
            case "gb18030" when lead <= 0xfe:
                return trail is (>= 0x40 and <= 0x7e) or (>= 0x80 and <= 0xfe) ? 2
                    : bytes.Length >= 4 && trail is >= 0x30 and <= 0x39 && bytes[2] is >= 0x81 and <= 0xfe
                        && bytes[3] is >= 0x30 and <= 0x39 ? 4 : 1;
            default:
                return 1;
        }
    }

    /// <summary>Returns the text with a question mark for each character that the character set does not have, as servers keep
    /// it.</summary>
    public string Fit(string text)
    {
        if (IsBinary || (Ascii.IsValid(text) && Name != NotAscii))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Has(rune))
            {
                result.Append(rune.ToString());
            }
            else
            {
                result.Append('?');
            }
        }

        return result.ToString();
    }

    /// <summary>True if it has a character.</summary>
    public bool Has(Rune rune) => Name switch
    {
        "ascii" => rune.IsAscii,
        "utf8mb3" or "ucs2" => rune.IsBmp,
        _ => _form != CharsetForm.Table || (rune.IsBmp && CharacterTable.Of(Name).Contains((char)rune.Value)),
    };

    /// <summary>Decodes text of which each char is a byte, whatever the char's higher bits are.</summary>
    public string DecodeWords(ReadOnlySpan<char> words)
    {
        if (Ascii.IsValid(words) && Name != NotAscii)
        {
            return words.ToString();
        }

        var bytes = new byte[words.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)words[i];
        }

        return DecodeLoosely(bytes);
    }

    /// <summary>Decodes text that is only a name or shown to a person; invalid bytes become U+FFFD.</summary>
    public string DecodeLoosely(ReadOnlySpan<byte> bytes)
    {
        if (Encoding is not { } strict)
        {
            return System.Text.Encoding.UTF8.GetString(bytes);
        }

        try
        {
            return strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return System.Text.Encoding.UTF8.GetString(bytes);
        }
    }

    private Encoding? MakeEncoding() => _form switch
    {
        CharsetForm.Utf8 or CharsetForm.Binary => null,
        CharsetForm.Utf16BigEndian => new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
        CharsetForm.Utf16LittleEndian => new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true),
        CharsetForm.Utf32BigEndian => new UTF32Encoding(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true),
        CharsetForm.Gb18030 => new Gb18030Encoding(),
        _ => new TableEncoding(Name),
    };
}
