using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Decimal128 values: sixteen little-endian bytes (IEEE 754-2008, integer coefficient).</summary>
/// <remarks>
/// <code>
/// bit 127        sign
/// bits 126-113   exponent + 6176, then bits 112-0 the coefficient, where bits 126-125 are not both 1
/// bits 126-122   11110 infinity, 11111 NaN; any other 11xxx a coefficient of more than 34 digits, which counts as 0
/// </code>
/// </remarks>
internal static class BsonDecimals
{
    private const int ExponentBias = 6176;
    private static readonly UInt128 MaxCoefficient = UInt128.Parse("9999999999999999999999999999999999", CultureInfo.InvariantCulture);

    /// <summary>The value as the driver's.</summary>
    public static Decimal128 Read(ReadOnlySpan<byte> bytes)
        => Decimal128.FromIEEEBits(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes));

    /// <summary>The value as text, with every digit that was written.</summary>
    public static string Text(ReadOnlySpan<byte> bytes) => Read(bytes).ToString();

    /// <summary>Coefficient with its sign, and power of ten, of a finite value, without zeros at the coefficient's end; 0 and
    /// 0 for zero.</summary>
    /// <returns>False for NaN and the infinities.</returns>
    public static bool TryReadFinite(ReadOnlySpan<byte> bytes, out BigInteger coefficient, out int exponent)
    {
        var high = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        var isWide = (high & (3UL << 61)) == 3UL << 61;
        coefficient = BigInteger.Zero;
        exponent = 0;
        if ((high & (0x7800UL << 48)) == 0x7800UL << 48)
        {
            return false;
        }

        var digits = new UInt128(high & ((1UL << 49) - 1), BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        if (isWide || digits == UInt128.Zero || digits > MaxCoefficient)
        {
            return true;
        }

        exponent = (int)((high >> 49) & 0x3FFF) - ExponentBias;
        for (var (quotient, remainder) = UInt128.DivRem(digits, 10); remainder == UInt128.Zero;
            (quotient, remainder) = UInt128.DivRem(digits, 10))
        {
            digits = quotient;
            exponent++;
        }

        coefficient = (high >> 63) != 0 ? -(BigInteger)digits : digits;
        return true;
    }
}
