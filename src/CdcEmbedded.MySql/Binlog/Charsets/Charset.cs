using System.Text;

namespace CdcEmbedded.MySql.Binlog.Charsets;

/// <summary>A character set of MySQL or MariaDB. Immutable; its encoding is created at first use.</summary>
internal sealed class Charset
{
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
