using System.Collections.Concurrent;
using System.Text;

namespace CdcEmbedded.Verification;

/// <summary>Text in the bytes of a character set, also of one that a source only decodes: then by decoding every character of one and of
/// two bytes once.</summary>
internal static class TextBytes
{
    private static readonly ConcurrentDictionary<Encoding, Dictionary<string, byte[]>> Tables = new();

    /// <summary>Returns the bytes of a text; those of UTF-8 where the character set does not have it.</summary>
    public static byte[] Of(string text, Encoding encoding)
    {
        try
        {
            return encoding.GetBytes(text);
        }
        catch (Exception e) when (e is NotSupportedException or EncoderFallbackException)
        {
            return OfDecoder(text, Tables.GetOrAdd(encoding, static each => TableOf(each))) ?? Encoding.UTF8.GetBytes(text);
        }
    }

    private static byte[]? OfDecoder(string text, Dictionary<string, byte[]> table)
    {
        var bytes = new List<byte>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!table.TryGetValue(rune.ToString(), out var found))
            {
                return null;
            }

            bytes.AddRange(found);
        }

        return [.. bytes];
    }

    private static Dictionary<string, byte[]> TableOf(Encoding encoding)
    {
        var table = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var first = 0; first < 256; first++)
        {
            if (!TryAdd(table, encoding, [(byte)first]))
            {
                // Not a character by itself: the first byte of some.
                for (var second = 0; second < 256; second++)
                {
                    TryAdd(table, encoding, [(byte)first, (byte)second]);
                }
            }
        }

        return table;
    }

    private static bool TryAdd(Dictionary<string, byte[]> table, Encoding encoding, byte[] bytes)
    {
        string text;
        try
        {
            text = encoding.GetString(bytes);
        }
        catch (Exception e) when (e is DecoderFallbackException or ArgumentException or CdcException)
        {
            return false;
        }

        if (!Rune.TryGetRuneAt(text, 0, out var rune) || rune.Utf16SequenceLength != text.Length || rune == Rune.ReplacementChar)
        {
            return false;
        }

        table.TryAdd(text, bytes);
        return true;
    }
}
