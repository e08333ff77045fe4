using System.Numerics;

namespace CdcEmbedded.Formats;

/// <summary>Writes decimals as MySQL prints them: with all digits of their scale.</summary>
internal static class DecimalDigits
{
    private static readonly ulong[] PowersOfTen =
        [.. Enumerable.Range(0, 20).Select(static power => (ulong)BigInteger.Pow(10, power))];

    /// <summary>Writes a decimal whose magnitude has 64 bits, as most have.</summary>
    /// <param name="destination">At least <see cref="DataValue.MaxFormattedBytes"/>.</param>
    /// <param name="magnitude">The digits as a number.</param>
    /// <param name="scale">How many of them are after the point.</param>
    /// <param name="isNegative">True for a sign before them.</param>
    /// <returns>Number of bytes written.</returns>
    public static int Write(Span<byte> destination, ulong magnitude, int scale, bool isNegative)
    {
        var n = 0;
        if (isNegative)
        {
            destination[n++] = (byte)'-';
        }

        if (scale == 0)
        {
            return n + DigitPairs.Write(destination[n..], magnitude);
        }

        // A scale beyond all digits leaves none before the point.
        var (whole, fraction) = scale < PowersOfTen.Length ? Math.DivRem(magnitude, PowersOfTen[scale]) : (0, magnitude);
        n += DigitPairs.Write(destination[n..], whole);
        destination[n] = (byte)'.';
        DigitPairs.WriteAll(destination.Slice(n + 1, scale), fraction);
        return n + 1 + scale;
    }
}
