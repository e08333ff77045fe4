using System.Buffers.Binary;

namespace CdcEmbedded.Tests.Fuzzing;

/// <summary>Damages bytes and texts in the ways in which parsers break: bits, limits of numbers, lengths, pieces that are missing, repeated
/// or of another input.</summary>
internal static class Mutation
{
    private static readonly long[] _limits = [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFFF,
        0x80000000, 0xFFFFFFFF,
        long.MaxValue, long.MinValue, -1];

    /// <summary>A damaged copy.</summary>
    /// <param name="random">Decides how.</param>
    /// <param name="source">The bytes.</param>
    /// <param name="other">Other bytes, of which a piece may be inserted.</param>
    public static byte[] Of(Random random, ReadOnlySpan<byte> source, ReadOnlySpan<byte> other)
    {
        var bytes = new List<byte>(source.Length + 64);
        bytes.AddRange(source);
        for (var i = 1 + random.Next(random.Next(4) == 0 ? 8 : 2); i > 0; i--)
        {
            Change(random, bytes, other);
        }

        return [.. bytes];
    }

    /// <summary>A damaged copy of a text.</summary>
    /// <param name="random">Decides how.</param>
    /// <param name="source">The text.</param>
    /// <param name="words">Pieces that mean something where the text is read.</param>
    public static string OfText(Random random, string source, IReadOnlyList<string> words)
    {
        var text = source;
        for (var i = 1 + random.Next(4); i > 0; i--)
        {
            var at = random.Next(text.Length + 1);
            var length = random.Next(Math.Min(40, text.Length - at) + 1);
            text = random.Next(7) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, words[random.Next(words.Count)]),
                2 => text.Insert(at, ((char)random.Next(random.Next(3) == 0 ? 0x10000 : 128)).ToString()),
                3 => text.Insert(random.Next(text.Length + 1), text.Substring(at, length)),
                4 => text[..at],
                5 => text.Insert(at, string.Concat(Enumerable.Repeat(words[random.Next(words.Count)], random.Next(1, 60)))),
                _ => string.Concat(text.AsSpan(0, at), words[random.Next(words.Count)], text.AsSpan(at + length)),
            };
        }

        return text;
    }

    private static void Change(Random random, List<byte> bytes, ReadOnlySpan<byte> other)
    {
        // Near the front more often than not, because lengths and counts are there.
        var at = random.Next(random.Next(2) == 0 ? Math.Min(40, bytes.Count) + 1 : bytes.Count + 1);
        var rest = bytes.Count - at;
        switch (random.Next(8))
        {
            case 0 or 1 when rest > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2 when rest > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3 when rest > 0:
                Write(random, bytes, at);
                break;
            case 4:
                bytes.RemoveRange(at, Math.Min(rest, random.Next(random.Next(2) == 0 ? 4 : rest + 1)));
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(rest, random.Next(64))));
                break;
            case 6 when !other.IsEmpty:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.Slice(from, random.Next(Math.Min(64, other.Length - from) + 1)).ToArray());
                break;
            default:
                bytes.RemoveRange(at, rest);
                break;
        }
    }

    private static void Write(Random random, List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[8];
        var value = _limits[random.Next(_limits.Length)] + random.Next(-1, 2);
        if (random.Next(4) == 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
        }

        var width = 1 << random.Next(4);
        for (var i = 0; i < width && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }
}
