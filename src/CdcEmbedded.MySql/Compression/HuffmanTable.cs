using System.Numerics;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Compression;

/// <summary>The Huffman code of a block's literals (RFC 8878, 4.2), as a table over the next bits. Kept for the blocks that follow.</summary>
internal sealed class HuffmanTable
{
    private const int MaxLog = 11;
    private const int MaxWeightLog = 6;

    // For each value of the next Log bits: symbol | bits of its code << 8.
    private readonly ushort[] _entries = new ushort[1 << MaxLog];

    /// <summary>The longest code in bits; 0 while there is no table.</summary>
    public int Log { get; private set; }

    /// <summary>A new frame begins, which cannot use this table.</summary>
    public void Forget() => Log = 0;

    /// <summary>Reads a tree description.</summary>
    /// <remarks>A byte below 128 is the length of FSE-coded weights that follow; from 128 on it is 127 plus the number of weights, which stand
    /// in 4 bits each, the upper half first.</remarks>
    /// <returns>Its length in bytes.</returns>
    public int Read(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            ZstdError.Throw("a Huffman tree has no bytes");
        }

        Span<byte> weights = stackalloc byte[256];
        int length, count;
        if (source[0] >= 128)
        {
            count = source[0] - 127;
            length = 1 + ((count + 1) / 2);
            if (length > source.Length)
            {
                ZstdError.Throw("the weights of a Huffman tree are cut short");
            }

            for (var i = 0; i < count; i++)
            {
                weights[i] = (byte)((source[1 + (i >> 1)] >> ((i & 1) == 0 ? 4 : 0)) & 15);
            }
        }
        else
        {
            length = 1 + source[0];
            if (length > source.Length)
            {
                ZstdError.Throw("the weights of a Huffman tree are cut short");
            }

            count = ReadCodedWeights(source[1..length], weights[..255]);
        }

        Build(weights, count);
        return length;
    }

    /// <summary>Decodes one stream until the destination is full.</summary>
    public void Decode(ReadOnlySpan<byte> stream, Span<byte> destination)
    {
        var bits = new ReverseBits(stream);
        var entries = _entries.AsSpan();
        var log = Log;
        var at = 0;
        for (; at + 5 <= destination.Length; at += 5)
        {
            // Five codes of 11 bits at most fit the 57 bits of one refill.
            bits.Refill();
            var five = destination.Slice(at, 5);
            five[0] = Next(ref bits, entries, log);
            five[1] = Next(ref bits, entries, log);
            five[2] = Next(ref bits, entries, log);
            five[3] = Next(ref bits, entries, log);
            five[4] = Next(ref bits, entries, log);
        }

        bits.Refill();
        for (; at < destination.Length; at++)
        {
            destination[at] = Next(ref bits, entries, log);
        }

        if (bits.Remaining != 0)
        {
            ZstdError.Throw("a stream of literals does not end where it should");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Next(ref ReverseBits bits, ReadOnlySpan<ushort> entries, int log)
    {
        var entry = entries[bits.Peek(log)];
        bits.Skip(entry >> 8);
        return (byte)entry;
    }

    /// <summary>Weights coded with two FSE states in turn, until the bits run out.</summary>
    private static int ReadCodedWeights(ReadOnlySpan<byte> source, Span<byte> weights)
    {
        Span<short> counts = stackalloc short[MaxLog + 2];
        var length = FseDistribution.Read(source, MaxWeightLog, counts, out var symbols, out var log);
        Span<byte> symbolOf = stackalloc byte[1 << MaxWeightLog];
        Span<byte> bitsOf = stackalloc byte[1 << MaxWeightLog];
        Span<ushort> baseOf = stackalloc ushort[1 << MaxWeightLog];
        FseStates.Build(counts[..symbols], log, symbolOf, bitsOf, baseOf);

        var bits = new ReverseBits(source[length..]);
        var state = (int)bits.Read(log);
        var other = (int)bits.Read(log);
        if (bits.Remaining < 0)
        {
            ZstdError.Throw("the weights of a Huffman tree are cut short");
        }

        var count = 0;
        while (true)
        {
            if (count + 2 > weights.Length)
            {
                ZstdError.Throw("a Huffman tree has more than 255 weights");
            }

            weights[count++] = symbolOf[state];
            bits.Refill();
            var next = baseOf[state] + (int)bits.Read(bitsOf[state]);
            if (bits.Remaining < 0)
            {
                weights[count++] = symbolOf[other];
                return count;
            }

            (state, other) = (other, next);
        }
    }

    /// <summary>Weight w takes 2^(w-1) of the table; the last symbol's weight is what is left to a power of two.</summary>
    private void Build(Span<byte> weights, int count)
    {
        var sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += weights[i] > MaxLog ? 1 << MaxLog : (1 << weights[i]) >> 1;
        }

        var log = BitOperations.Log2((uint)sum) + 1;
        var left = (1 << log) - sum;
        if (sum == 0 || log > MaxLog || !BitOperations.IsPow2(left))
        {
            ZstdError.Throw("the weights of a Huffman tree do not add up");
        }

        weights[count] = (byte)(BitOperations.Log2((uint)left) + 1);
        var at = 0;
        for (var weight = 1; weight <= log; weight++)
        {
            for (var symbol = 0; symbol <= count; symbol++)
            {
                if (weights[symbol] == weight)
                {
                    _entries.AsSpan(at, 1 << (weight - 1)).Fill((ushort)(symbol | ((log + 1 - weight) << 8)));
                    at += 1 << (weight - 1);
                }
            }
        }

        Log = log;
    }
}
