using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>Writes an INET6 as MariaDB prints it (sql/sql_type_inet.cc, Inet6::to_string), which differs from .NET: the
/// first of the longest runs of zero words, even a run of one word, becomes a gap, and only compatible and mapped addresses
/// end in IPv4 notation.</summary>
internal static class Inet6Text
{
    private const int Words = 8;

    /// <param name="bytes">All 16 bytes.</param>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<ushort> words = stackalloc ushort[Words];
        for (var i = 0; i < Words; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]);
        }

        var (gap, gapLength) = LongestZeros(words);
        var hasInet4 = gap == 0 && (gapLength == 6 || (gapLength == 5 && words[5] == 0xffff));
        var text = new StringBuilder(45);
        for (var i = 0; i < Words; i++)
        {
            if (i == gap)
            {
                text.Append(i == 0 ? "::" : ":");
                i += gapLength - 1;
            }
            else if (i == 6 && hasInet4)
            {
                var b = bytes[12..];
                return text.Append(CultureInfo.InvariantCulture, $"{b[0]}.{b[1]}.{b[2]}.{b[3]}").ToString();
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"{words[i]:x}").Append(i + 1 < Words ? ":" : "");
            }
        }

        return text.ToString();
    }

    private static (int Start, int Length) LongestZeros(ReadOnlySpan<ushort> words)
    {
        var (start, longest) = (-1, 0);
        var run = 0;
        for (var i = 0; i < words.Length; i++)
        {
            run = words[i] == 0 ? run + 1 : 0;
            if (run > longest)
            {
                (start, longest) = (i - run + 1, run);
            }
        }

        return (start, longest);
    }
}
