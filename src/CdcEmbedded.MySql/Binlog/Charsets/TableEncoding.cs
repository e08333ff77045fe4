using System.Text;

namespace CdcEmbedded.MySql.Binlog.Charsets;

/// <summary>Decodes text of one character set by its <see cref="CharacterTable"/>. Does not encode. Thread-safe.</summary>
/// <param name="name">The server's name of the character set.</param>
internal sealed class TableEncoding(string name) : Encoding(0, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
{
    private readonly CharacterTable _table = CharacterTable.Of(name);

    /// <inheritdoc/>
    public override string WebName => name;

    /// <inheritdoc/>
    public override int GetByteCount(char[] chars, int index, int count) => throw OnlyDecodes();

    /// <inheritdoc/>
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => throw OnlyDecodes();

    /// <inheritdoc/>
    public override int GetCharCount(byte[] bytes, int index, int count) => GetCharCount(bytes.AsSpan(index, count));

    /// <inheritdoc/>
    /// <exception cref="DecoderFallbackException">Some of the bytes are no character.</exception>
    public override int GetCharCount(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (var i = 0; i < bytes.Length; count++)
        {
            i += Next(bytes, i, out _);
        }

        return count;
    }

    /// <inheritdoc/>
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
        => GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    /// <inheritdoc/>
    /// <exception cref="DecoderFallbackException">Some of the bytes are no character.</exception>
    public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        var (at, count) = (0, 0);
        if (_table.ContainsAscii)
        {
            Ascii.ToUtf16(bytes, chars, out at);
            count = at;
        }

        while (at < bytes.Length)
        {
            at += Next(bytes, at, out var character);
            chars[count++] = character;
        }

        return count;
    }

    /// <inheritdoc/>
    public override int GetMaxByteCount(int charCount) => throw OnlyDecodes();

    /// <inheritdoc/>
    public override int GetMaxCharCount(int byteCount) => byteCount;

    private int Next(ReadOnlySpan<byte> bytes, int at, out char character)
    {
        var length = _table.Read(bytes[at..], out character);
        if (length > 0)
        {
            return length;
        }

        var unknown = bytes.Slice(at, Math.Min(3, bytes.Length - at)).ToArray();
        throw new DecoderFallbackException($"The bytes {System.Convert.ToHexStringLower(unknown)} are no character of {name}.",
            unknown, at);
    }

    private NotSupportedException OnlyDecodes() => new($"{name} is decoded, never encoded.");
}
