using System.Text;

namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>Decodes one byte per character by a table, for character sets for which .NET has no code page. It cannot encode.</summary>
internal sealed class SingleByteEncoding(string name, string table)
    : Encoding(0, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
{
    /// <summary>Marks the bytes in a table for which the set has no character.</summary>
    public const char Hole = '\uffff';

    public override string WebName => name;

    public override int GetByteCount(char[] chars, int index, int count) => throw new NotSupportedException($"{name} can only be decoded.");

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)
        => throw new NotSupportedException($"{name} can only be decoded.");

    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        for (var i = 0; i < byteCount; i++)
        {
            var c = table[bytes[byteIndex + i]];
            chars[charIndex + i] = c != Hole
                ? c
                : throw new DecoderFallbackException($"Byte {bytes[byteIndex + i]:x2} is not a character of {name}.",
                    [bytes[byteIndex + i]], i);
        }

        return byteCount;
    }

    public override int GetMaxByteCount(int charCount) => charCount;

    public override int GetMaxCharCount(int byteCount) => byteCount;
}
