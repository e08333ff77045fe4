using System.Numerics;

namespace CdcEmbedded.MySql.Compression;

/// <summary>Reads the description of an FSE table (RFC 8878, 4.1.1): how many of the table's states each symbol has.</summary>
internal static class FseDistribution
{
    /// <summary>Reads a description.</summary>
    /// <param name="source">The bytes from it on.</param>
    /// <param name="maxLog">The largest accuracy that is allowed here.</param>
    /// <param name="counts">Room for every symbol that is allowed here; -1 is a symbol of less than one state.</param>
    /// <param name="symbols">How many symbols were told.</param>
    /// <param name="log">The accuracy: the table has 2^log states.</param>
    /// <returns>The bytes read.</returns>
    public static int Read(ReadOnlySpan<byte> source, int maxLog, Span<short> counts, out int symbols, out int log)
    {
        if (source.IsEmpty)
        {
            ZstdError.Throw("an FSE table has no bytes");
        }

        log = (source[0] & 15) + 5;
        if (log > maxLog)
        {
            ZstdError.Throw($"an FSE table has accuracy {log}, above {maxLog}");
        }

        symbols = 0;
        var bit = 4;
        var remaining = 1 << log;
        while (remaining > 0)
        {
            if (symbols == counts.Length)
            {
                ZstdError.Throw($"an FSE table has more than {counts.Length} symbols");
            }

            var count = ReadCount(source, remaining, ref bit);
            remaining -= Math.Abs(count);
            counts[symbols++] = (short)count;
            if (count == 0)
            {
                symbols += ReadZeros(source, counts[symbols..], ref bit);
            }
        }

        var length = (bit + 7) / 8;
        if (remaining < 0 || length > source.Length)
        {
            ZstdError.Throw(remaining < 0 ? "an FSE table has more states than its size" : "an FSE table is cut short");
        }

        return length;
    }

    /// <summary>A number from 0 to remaining + 1, less one: small ones take one bit less.</summary>
    private static int ReadCount(ReadOnlySpan<byte> source, int remaining, ref int bit)
    {
        var width = BitOperations.Log2((uint)remaining + 1) + 1;
        var value = PeekBits(source, bit, width);
        var low = value & ((1 << (width - 1)) - 1);
        var threshold = (1 << width) - 1 - (remaining + 1);
        if (low < threshold)
        {
            bit += width - 1;
            return low - 1;
        }

        bit += width;
        return (value >= 1 << (width - 1) ? value - threshold : value) - 1;
    }

    /// <summary>How many more symbols have no state: pairs of bits, until one is not 3.</summary>
    private static int ReadZeros(ReadOnlySpan<byte> source, Span<short> counts, ref int bit)
    {
        var zeros = 0;
        int more;
        do
        {
            more = PeekBits(source, bit, 2);
            bit += 2;
            if (more > counts.Length - zeros)
            {
                ZstdError.Throw("an FSE table has too many symbols");
            }

            counts.Slice(zeros, more).Clear();
            zeros += more;
        }
        while (more == 3);
        return zeros;
    }

    /// <summary>Bits from a place on, the lowest first; zeros behind the end, which <see cref="Read"/> finds.</summary>
    private static int PeekBits(ReadOnlySpan<byte> source, int bit, int width)
    {
        var at = bit >> 3;
        uint bits = 0;
        for (var i = 0; i < 4 && at + i < source.Length; i++)
        {
            bits |= (uint)source[at + i] << (8 * i);
        }

        return (int)(bits >> (bit & 7)) & ((1 << width) - 1);
    }
}
