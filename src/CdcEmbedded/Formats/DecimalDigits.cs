using System.Numerics;

namespace CdcEmbedded.Formats;

/// <summary>Writes decimals as MySQL prints them: with all digits of their scale.</summary>
internal static class DecimalDigits
{
    private static readonly ulong[] PowersOfTen =
        [.. Enumerable.Range(0, 20).Select(static power => (ulong)BigInteger.Pow(10, power))];

    /// <summary>Writes a decimal whose magnitude is not 0 and has 64 bits, as most have.</summary>
    /// <param name="destination">At least <see cref="DataValue.MaxFormattedBytes"/>.</param>
    /// <param name="magnitude">The digits as a number.</param>
    /// <param name="scale">How many of them are after the point.</param>
    /// <param name="isNegative">True for a sign before them.</param>
    /// <returns>Number of bytes written.</returns>
    public static int Write(Span<byte> destination, ulong magnitude, int scale, bool isNegative)
    {
        var end = Length(magnitude, scale, isNegative);
        var n = end;
        while (magnitude > uint.MaxValue)
        {
            (magnitude, var digit) = Math.DivRem(magnitude, 10);
            n = Put(destination, n, digit, ref scale);
        }

        for (var rest = (uint)magnitude; rest != 0 || scale >= 0;)
        {
            var next = rest / 10;
            n = Put(destination, n, rest - (next * 10), ref scale);
            rest = next;
        }

        if (isNegative)
        {
            destination[--n] = (byte)'-';
        }

        return end;
    }

    /// <summary>Writes a digit before those that are there, and the point before the last one of the scale. A scale below zero says that
    /// there is a digit before the point.</summary>
    private static int Put(Span<byte> destination, int n, ulong digit, ref int scale)
    {
        destination[--n] = (byte)('0' + digit);
        if (--scale == 0)
        {
            destination[--n] = (byte)'.';
        }

        return n;
    }

    // log10(2) is about 1233 / 4096.
    private static int Length(ulong magnitude, int scale, bool isNegative)
    {
        var digits = ((BitOperations.Log2(magnitude) + 1) * 1233) >> 12;
        digits += magnitude >= PowersOfTen[digits] ? 1 : 0;
        return Math.Max(digits, scale + 1) + (scale > 0 ? 1 : 0) + (isNegative ? 1 : 0);
    }
}
