using System.Numerics;

namespace CdcEmbedded.MySql.Compression;

/// <summary>Spreads symbols over the states of an FSE table (RFC 8878, 4.1.1).</summary>
internal static class FseStates
{
    /// <summary>The largest table, of 2^9 states.</summary>
    public const int MaxStates = 512;

    /// <summary>Fills, for each state, the symbol it stands for, how many bits follow it and what they are added to for the next state.</summary>
    public static void Build(ReadOnlySpan<short> counts, int log, Span<byte> symbols, Span<byte> bits, Span<ushort> bases)
    {
        var size = 1 << log;
        Span<ushort> next = stackalloc ushort[256];
        Spread(counts, log, symbols, next);
        for (var state = 0; state < size; state++)
        {
            var n = next[symbols[state]]++;
            bits[state] = (byte)(log - BitOperations.Log2(n));
            bases[state] = (ushort)((n << bits[state]) - size);
        }
    }

    private static void Spread(ReadOnlySpan<short> counts, int log, Span<byte> symbols, Span<ushort> next)
    {
        var size = 1 << log;
        var high = size;
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] == -1)
            {
                symbols[--high] = (byte)symbol;
                next[symbol] = 1;
            }
        }

        var step = (size >> 1) + (size >> 3) + 3;
        var at = 0;
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] <= 0)
            {
                continue;
            }

            next[symbol] = (ushort)counts[symbol];
            for (var i = 0; i < counts[symbol]; i++)
            {
                symbols[at] = (byte)symbol;
                do
                {
                    at = (at + step) & (size - 1);
                }
                while (at >= high);
            }
        }
    }
}
