using System.Text;

namespace CdcEmbedded.MySql.Binlog.Charsets;

/// <summary>Decodes gb18030 as MySQL does, which follows GB 18030-2005: .NET follows the edition of 2000, in which two characters have each
/// other's bytes. Does not encode. Thread-safe.</summary>
internal sealed class Gb18030Encoding() : Encoding(0, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
{
    private const int CodePage2000 = 54936;

    // A8 BC and 81 35 F4 37: U+1E3F and U+E7C7 in the edition of 2005, the other way round in that of 2000.
    private const char LatinMWithAcute = '\u1e3f';
    private const char PrivateUse = '\ue7c7';

    private readonly Encoding _edition2000 = CodePagesEncodingProvider.Instance.GetEncoding(
        CodePage2000, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? GetEncoding(CodePage2000, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

    /// <inheritdoc/>
    public override string WebName => "gb18030";

    /// <inheritdoc/>
    public override int GetByteCount(char[] chars, int index, int count) => throw OnlyDecodes();

    /// <inheritdoc/>
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => throw OnlyDecodes();

    /// <inheritdoc/>
    public override int GetCharCount(byte[] bytes, int index, int count) => _edition2000.GetCharCount(bytes, index, count);

    /// <inheritdoc/>
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var count = _edition2000.GetChars(bytes, byteIndex, byteCount, chars, charIndex);
        foreach (ref var c in chars.AsSpan(charIndex, count))
        {
            c = c switch { PrivateUse => LatinMWithAcute, LatinMWithAcute => PrivateUse, _ => c };
        }

        return count;
    }

    /// <inheritdoc/>
    public override int GetMaxByteCount(int charCount) => throw OnlyDecodes();

    /// <inheritdoc/>
    public override int GetMaxCharCount(int byteCount) => _edition2000.GetMaxCharCount(byteCount);

    private static NotSupportedException OnlyDecodes() => new("gb18030 is decoded, never encoded.");
}
