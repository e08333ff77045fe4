using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Numbers of the four types compared by their exact values.</summary>
internal static class BsonNumber
{
    /// <summary>True for the four numeric types.</summary>
    public static bool IsNumber(ElementType type)
        => type is ElementType.Int32 or ElementType.Int64 or ElementType.Double or ElementType.Decimal128;

    /// <summary>Returns true if two numbers have the same value.</summary>
    public static bool AreEqual(ElementType leftType, ReadOnlySpan<byte> left, ElementType rightType, ReadOnlySpan<byte> right)
    {
        var leftIsWhole = TryWhole(leftType, left, out var leftWhole);
        if (leftIsWhole != TryWhole(rightType, right, out var rightWhole))
        {
            return false;
        }

        if (leftIsWhole)
        {
            return leftWhole == rightWhole;
        }

        // Neither is a 64-bit integer: doubles and decimals.
        if (leftType == rightType)
        {
            return leftType == ElementType.Double
                ? BinaryPrimitives.ReadDoubleLittleEndian(left).Equals(BinaryPrimitives.ReadDoubleLittleEndian(right))
                : DecimalsEqual(left, right);
        }

        return leftType == ElementType.Double
            ? AreEqual(BinaryPrimitives.ReadDoubleLittleEndian(left), right)
            : AreEqual(BinaryPrimitives.ReadDoubleLittleEndian(right), left);
    }

    /// <summary>A hash that equal numbers share: of the integer, else of the double, else of the decimal.</summary>
    public static int Hash(ElementType type, ReadOnlySpan<byte> value)
    {
        if (TryWhole(type, value, out var whole))
        {
            return whole.GetHashCode();
        }

        if (type == ElementType.Double)
        {
            return BinaryPrimitives.ReadDoubleLittleEndian(value).GetHashCode();
        }

        return TryExactDouble(value, out var twin) ? twin.GetHashCode()
            : BsonDecimals.TryReadFinite(value, out var coefficient, out var exponent) ? HashCode.Combine(coefficient, exponent)
            : 0;
    }

    /// <summary>A number in canonical extended JSON, in the one form that all numbers of its value share: the integer, else the double,
    /// else the decimal.</summary>
    public static string ToCanonicalJson(ElementType type, ReadOnlySpan<byte> value)
    {
        if (TryWhole(type, value, out var whole))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{{\"$numberLong\":\"{whole}\"}}");
        }

        Span<byte> twin = stackalloc byte[sizeof(double)];
        if (type == ElementType.Double)
        {
            return ExtendedJson.ToText(type, value, ExtendedJsonMode.Canonical);
        }

        if (TryExactDouble(value, out var number))
        {
            BinaryPrimitives.WriteDoubleLittleEndian(twin, number);
            return ExtendedJson.ToText(ElementType.Double, twin, ExtendedJsonMode.Canonical);
        }

        BsonDecimals.TryReadFinite(value, out var coefficient, out var exponent);
        return string.Create(CultureInfo.InvariantCulture, $"{{\"$numberDecimal\":\"{coefficient}E{exponent}\"}}");
    }

    private static bool TryWhole(ElementType type, ReadOnlySpan<byte> value, out long whole)
    {
        switch (type)
        {
            case ElementType.Int32:
                whole = BinaryPrimitives.ReadInt32LittleEndian(value);
                return true;
            case ElementType.Int64:
                whole = BinaryPrimitives.ReadInt64LittleEndian(value);
                return true;
            case ElementType.Double:
                return RawValue.IsWhole(BinaryPrimitives.ReadDoubleLittleEndian(value), out whole);
            default:
                return TryWhole(value, out whole);
        }
    }

    private static bool TryWhole(ReadOnlySpan<byte> number, out long whole)
    {
        const int MostDigits = 18;
        whole = 0;
        if (!BsonDecimals.TryReadFinite(number, out var coefficient, out var exponent) || exponent is < 0 or > MostDigits)
        {
            return false;
        }

        coefficient *= BigInteger.Pow(10, exponent);
        if (coefficient < long.MinValue || coefficient > long.MaxValue)
        {
            return false;
        }

        whole = (long)coefficient;
        return true;
    }

    private static bool DecimalsEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var leftIsFinite = BsonDecimals.TryReadFinite(left, out var leftCoefficient, out var leftExponent);
        if (leftIsFinite != BsonDecimals.TryReadFinite(right, out var rightCoefficient, out var rightExponent))
        {
            return false;
        }

        return leftIsFinite ? leftCoefficient == rightCoefficient && leftExponent == rightExponent : Special(left).Equals(Special(right));
    }

    private static bool AreEqual(double left, ReadOnlySpan<byte> right) => TryExactDouble(right, out var twin) && twin.Equals(left);

    private static double Special(ReadOnlySpan<byte> number)
    {
        var value = BsonDecimals.Read(number);
        return Decimal128.IsNaN(value) ? double.NaN : Decimal128.IsNegativeInfinity(value) ? double.NegativeInfinity
            : double.PositiveInfinity;
    }

    /// <summary>The double of exactly the same value, where there is one.</summary>
    private static bool TryExactDouble(ReadOnlySpan<byte> number, out double result)
    {
        if (!BsonDecimals.TryReadFinite(number, out var coefficient, out var exponent))
        {
            result = Special(number);
            return true;
        }

        // A fraction of a power of ten is one of a power of two only where the coefficient has as many fives, and 34 digits have at most
        // 48; no double reaches beyond 10^308.
        result = 0;
        if (exponent is < -100 or > 308)
        {
            return false;
        }

        result = double.Parse($"{coefficient}E{exponent}", CultureInfo.InvariantCulture);
        if (!double.IsFinite(result))
        {
            return false;
        }

        // result = mantissa * 2^power, compared with coefficient * 10^exponent by multiplying both out.
        var bits = BitConverter.DoubleToInt64Bits(result);
        var biased = (int)(bits >> 52) & 0x7FF;
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (biased == 0 ? 0 : 1L << 52);
        var power = Math.Max(biased, 1) - 1075;
        var left = (bits < 0 ? -mantissa : mantissa) * BigInteger.Pow(10, Math.Max(-exponent, 0));
        var right = coefficient * BigInteger.Pow(10, Math.Max(exponent, 0));
        return power >= 0 ? left << power == right : left == right << -power;
    }
}
