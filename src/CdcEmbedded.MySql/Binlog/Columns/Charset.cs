using System.Text;

namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>A character set of MySQL or MariaDB. Immutable; the encoding is made when first asked for.</summary>
internal sealed class Charset
{
    private readonly int _codePage;
    private readonly Lazy<Encoding?> _encoding;

    internal Charset(string name, int maxLength, int codePage)
    {
        Name = name;
        MaxLength = maxLength;
        _codePage = codePage;
        _encoding = new Lazy<Encoding?>(MakeEncoding);
    }

    /// <summary>UTF-8 of up to four bytes: what text is where nothing else is told.</summary>
    public static Charset Utf8Mb4 { get; } = ByName("utf8mb4")
        ?? throw new InvalidOperationException("The table of character sets lacks utf8mb4.");

    /// <summary>Bytes that are no text.</summary>
    public static Charset Binary { get; } = ByName("binary")
        ?? throw new InvalidOperationException("The table of character sets lacks binary.");

    public string Name { get; }

    /// <summary>Bytes of its longest character.</summary>
    public int MaxLength { get; }

    /// <summary>Whether it is <c>binary</c>: bytes, not text.</summary>
    public bool IsBinary => _codePage == CharsetTable.Binary;

    /// <summary>Decodes strictly, throwing <see cref="DecoderFallbackException"/>; null for UTF-8 and its part ASCII.</summary>
    public Encoding? Encoding => _encoding.Value;

    /// <summary>The character set of a collation by its number; null where it is not known.</summary>
    public static Charset? OfCollation(int collation) => CharsetTable.OfCollation(collation);

    /// <summary>A character set by its name, in any case.</summary>
    public static Charset? ByName(string name) => CharsetTable.ByName(name);

    /// <summary>Decodes text that only names or shows something; what is not valid becomes U+FFFD.</summary>
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

    private Encoding? MakeEncoding()
    {
        if (_codePage is CharsetTable.Utf8 or CharsetTable.Binary)
        {
            return null;
        }

        if (_codePage == CharsetTable.Own)
        {
            return new SingleByteEncoding(Name, SingleByteTables.Of(Name));
        }

        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(_codePage, EncoderFallback.ExceptionFallback,
            DecoderFallback.ExceptionFallback)
            ?? System.Text.Encoding.GetEncoding(_codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        return encoding;
    }
}
