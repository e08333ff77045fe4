using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.Formats;

/// <summary>Writes numbers as digits, two at a time.</summary>
internal static class DigitPairs
{
    /// <summary>The most characters of a 64-bit number.</summary>
    public const int MaxNumberBytes = 20;

    // "00" to "99".
    private static readonly ushort[] Pairs =
        [.. Enumerable.Range(0, 100).Select(static number => (ushort)('0' + (number / 10) + (('0' + (number % 10)) << 8)))];

    /// <summary>Writes a number below 100 with two digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WritePair(Span<byte> destination, int number)
        => BinaryPrimitives.WriteUInt16LittleEndian(destination, Pairs[number]);

    /// <summary>Writes a number.</summary>
    /// <param name="destination">At least <see cref="MaxNumberBytes"/>.</param>
    /// <param name="number">The number.</param>
    /// <returns>Number of bytes written.</returns>
    public static int Write(Span<byte> destination, long number)
    {
        if ((ulong)number < 10_000)
        {
            return WriteSmall(destination, (int)number);
        }

        Utf8Formatter.TryFormat(number, destination, out var written);
        return written;
    }

    /// <inheritdoc cref="Write(Span{byte}, long)"/>
    public static int Write(Span<byte> destination, ulong number)
    {
        if (number < 10_000)
        {
            return WriteSmall(destination, (int)number);
        }

        Utf8Formatter.TryFormat(number, destination, out var written);
        return written;
    }

    /// <summary>Writes a number with as many digits as there are bytes, with zeros before it.</summary>
    public static void WriteAll(Span<byte> destination, ulong number)
    {
        var n = destination.Length;
        for (; n > 1; n -= 2)
        {
            var rest = number / 100;
            WritePair(destination[(n - 2)..], (int)(number - (rest * 100)));
            number = rest;
        }

        if (n == 1)
        {
            destination[0] = (byte)('0' + number);
        }
    }

    // Most numbers of a row are this small; the general way is half as fast for them.
    private static int WriteSmall(Span<byte> destination, int number)
    {
        destination = destination[..4];
        if (number < 100)
        {
            if (number < 10)
            {
                destination[0] = (byte)('0' + number);
                return 1;
            }

            WritePair(destination, number);
            return 2;
        }

        var hundreds = number / 100;
        if (hundreds < 10)
        {
            destination[0] = (byte)('0' + hundreds);
            WritePair(destination[1..], number - (hundreds * 100));
            return 3;
        }

        WritePair(destination, hundreds);
        WritePair(destination[2..], number - (hundreds * 100));
        return 4;
    }
}
