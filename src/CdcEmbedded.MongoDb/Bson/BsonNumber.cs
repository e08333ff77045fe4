using System.Buffers.Binary;
using System.Numerics;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>Numbers of the four types compared by their exact values.</summary>
internal static class BsonNumber
{
    public static bool IsNumber(BsonType type) => type is BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128;

    public static bool AreEqual(BsonType leftType, ReadOnlySpan<byte> left, BsonType rightType, ReadOnlySpan<byte> right)
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

        // No 64-bit integers: doubles and decimals.
        if (leftType == rightType)
        {
            return leftType == BsonType.Double
                ? BinaryPrimitives.ReadDoubleLittleEndian(left).Equals(BinaryPrimitives.ReadDoubleLittleEndian(right))
                : Decimal128.Read(left).Equals(Decimal128.Read(right));
        }

        return leftType == BsonType.Double
            ? AreEqual(BinaryPrimitives.ReadDoubleLittleEndian(left), Decimal128.Read(right))
            : AreEqual(BinaryPrimitives.ReadDoubleLittleEndian(right), Decimal128.Read(left));
    }

    /// <summary>A hash that equal numbers share: of the integer, else of the double, else of the decimal.</summary>
    public static int Hash(BsonType type, ReadOnlySpan<byte> value)
    {
        if (TryWhole(type, value, out var whole))
        {
            return whole.GetHashCode();
        }

        if (type == BsonType.Double)
        {
            return BinaryPrimitives.ReadDoubleLittleEndian(value).GetHashCode();
        }

        var number = Decimal128.Read(value);
        return TryExactDouble(number, out var twin) ? twin.GetHashCode() : number.GetHashCode();
    }

    private static bool TryWhole(BsonType type, ReadOnlySpan<byte> value, out long whole)
    {
        switch (type)
        {
            case BsonType.Int32:
                whole = BinaryPrimitives.ReadInt32LittleEndian(value);
                return true;
            case BsonType.Int64:
                whole = BinaryPrimitives.ReadInt64LittleEndian(value);
                return true;
            case BsonType.Double:
                return BsonValue.IsWhole(BinaryPrimitives.ReadDoubleLittleEndian(value), out whole);
            default:
                return Decimal128.Read(value).TryToInt64(out whole);
        }
    }

    private static bool AreEqual(double left, Decimal128 right) => TryExactDouble(right, out var twin) && twin.Equals(left);

    /// <summary>The double of exactly the same value, where there is one.</summary>
    private static bool TryExactDouble(Decimal128 number, out double result)
    {
        result = 0;
        if (!number.IsFinite)
        {
            result = number.IsNaN ? double.NaN : number.IsNegative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        // A fraction of a power of ten is one of a power of two only where the coefficient has as many fives, and 34 digits have at most
        // 48; beyond 10^308 no double goes.
        if (!number.TryToBigDecimal(out var exact) || number.Exponent is < -100 or > 308)
        {
            return false;
        }

        result = double.Parse(number.ToString(), System.Globalization.CultureInfo.InvariantCulture);
        if (!double.IsFinite(result))
        {
            return false;
        }

        // result = mantissa * 2^exponent, compared with unscaled / 10^scale by multiplying both out.
        var bits = BitConverter.DoubleToInt64Bits(result);
        var biased = (int)(bits >> 52) & 0x7FF;
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (biased == 0 ? 0 : 1L << 52);
        var exponent = Math.Max(biased, 1) - 1075;
        var left = (bits < 0 ? -mantissa : mantissa) * BigInteger.Pow(10, exact.Scale);
        return exponent >= 0 ? left << exponent == exact.Unscaled : left == exact.Unscaled << -exponent;
    }
}
