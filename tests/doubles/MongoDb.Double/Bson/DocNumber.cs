using System.Globalization;
using System.Numerics;

namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>
/// Numbers of the four types in their common order: by exact value, NaN before all others ("Comparison/Sort Order" in the manual;
/// <c>compareDoubleToLong</c>, <c>compareDecimals</c> and their like in compare_numbers.h).
/// </summary>
internal static class DocNumber
{
    /// <summary>Compares two numbers.</summary>
    public static int Compare(object? x, object? y)
    {
        if (x is int or long && y is int or long)
        {
            return Convert.ToInt64(x, CultureInfo.InvariantCulture).CompareTo(Convert.ToInt64(y, CultureInfo.InvariantCulture));
        }

        if (x is double left && y is double right)
        {
            return left.CompareTo(right);
        }

        (int rank, BigInteger mantissa, int two, int ten) a = Parts(x);
        (int rank, BigInteger mantissa, int two, int ten) b = Parts(y);
        if (a.rank != b.rank || a.rank != 0)
        {
            return a.rank.CompareTo(b.rank);
        }

        if (a.mantissa.Sign != b.mantissa.Sign || a.mantissa.IsZero)
        {
            return a.mantissa.Sign.CompareTo(b.mantissa.Sign);
        }

        // Far apart: no need to multiply out thousands of digits.
        double difference = Magnitude(a) - Magnitude(b);
        if (Math.Abs(difference) > 2)
        {
            return difference > 0 == a.mantissa.Sign > 0 ? 1 : -1;
        }

        (int two, int ten) common = (Math.Min(a.two, b.two), Math.Min(a.ten, b.ten));
        return Scaled(a, common).CompareTo(Scaled(b, common));
    }

    private static BigInteger Scaled((int Rank, BigInteger Mantissa, int Two, int Ten) number, (int Two, int Ten) common)
        => (number.Mantissa << (number.Two - common.Two)) * BigInteger.Pow(10, number.Ten - common.Ten);

    // Decimal exponent of the value, about.
    private static double Magnitude((int Rank, BigInteger Mantissa, int Two, int Ten) number)
        => BigInteger.Log10(BigInteger.Abs(number.Mantissa)) + (number.Two * Math.Log10(2)) + number.Ten;

    // Rank -2 NaN, -1 and 1 the infinities, 0 mantissa * 2^two * 10^ten.
    private static (int Rank, BigInteger Mantissa, int Two, int Ten) Parts(object? number) => number switch
    {
        int or long => (0, Convert.ToInt64(number, CultureInfo.InvariantCulture), 0, 0),
        double.NaN => (-2, 0, 0, 0),
        double.NegativeInfinity => (-1, 0, 0, 0),
        double.PositiveInfinity => (1, 0, 0, 0),
        double value => OfDouble(value),
        DocDecimal value => OfDecimal(value),
        _ => throw new InvalidOperationException("This is no number."),
    };

    private static (int Rank, BigInteger Mantissa, int Two, int Ten) OfDouble(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7FF;
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        return (0, bits < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 1075, 0);
    }

    // IEEE 754-2008, integer coefficient: sign | exponent + 6176 in 14 bits | coefficient in 113 bits; 11110 infinity, 11111 NaN.
    private static (int Rank, BigInteger Mantissa, int Two, int Ten) OfDecimal(DocDecimal value)
    {
        bool isNegative = value.High >> 63 != 0;
        switch ((value.High >> 58) & 0x1F)
        {
            case 0x1F:
                return (-2, 0, 0, 0);
            case 0x1E:
                return (isNegative ? -1 : 1, 0, 0, 0);
            case >= 0x18:
                return (0, 0, 0, 0);
        }

        BigInteger coefficient = new UInt128(value.High & ((1UL << 49) - 1), value.Low);
        return (0, isNegative ? -coefficient : coefficient, 0, (int)((value.High >> 49) & 0x3FFF) - 6176);
    }
}
