using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace CdcEmbedded;

/// <summary>A decimal floating-point number of 34 digits (IEEE 754-2008 decimal128, integer coefficient), as MongoDB stores it: what
/// reading one as text or as another number takes.</summary>
/// <remarks>
/// <code>
/// bit 127        sign
/// bits 126-113   exponent + 6176, then bits 112-0 the coefficient, where bits 126-125 are not both 1
/// bits 126-122   11110 infinity, 11111 NaN; any other 11xxx a coefficient beyond 34 digits, which counts as 0 (exponent in bits 124-111)
/// </code>
/// </remarks>
internal readonly struct Decimal128
{
    /// <summary>Its length in bytes.</summary>
    public const int Size = 16;

    private const int MinExponent = -6176;
    private const ulong SignBit = 1UL << 63;
    private const ulong InfinityBits = 0x7800UL << 48;
    private const ulong NaNBits = 0x7C00UL << 48;

    private static readonly UInt128 MaxCoefficient = UInt128.Parse("9999999999999999999999999999999999", CultureInfo.InvariantCulture);

    private readonly ulong _high;
    private readonly ulong _low;

    private Decimal128(ulong high, ulong low)
    {
        _high = high;
        _low = low;
    }

    private bool IsNegative => (_high & SignBit) != 0;

    private bool IsNaN => (_high & NaNBits) == NaNBits;

    private bool IsFinite => (_high & InfinityBits) != InfinityBits;

    // The form with a longer implied coefficient, which no number of 34 digits has.
    private bool IsWide => (_high & (3UL << 61)) == 3UL << 61;

    private UInt128 Coefficient
    {
        get
        {
            var coefficient = new UInt128(_high & ((1UL << 49) - 1), _low);
            return IsWide || coefficient > MaxCoefficient ? UInt128.Zero : coefficient;
        }
    }

    private int Exponent => (int)((_high >> (IsWide ? 47 : 49)) & 0x3FFF) + MinExponent;

    /// <summary>Reads sixteen little-endian bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static Decimal128 Read(ReadOnlySpan<byte> bytes)
        => new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes));

    /// <summary>Returns the number as a <see cref="decimal"/>, if that holds it without loss: digits after the point and a zero's
    /// sign are kept.</summary>
    public bool TryToDecimal(out decimal result)
    {
        result = 0;
        if (!TryToBigDecimal(out var big) || !big.TryToDecimal(out result))
        {
            return false;
        }

        result = IsNegative && result == 0 ? decimal.Negate(result) : result;
        return true;
    }

    /// <summary>Returns the number as a decimal of any width.</summary>
    /// <returns>False for NaN and the infinities.</returns>
    public bool TryToBigDecimal(out BigDecimal result)
    {
        result = default;
        if (!IsFinite)
        {
            return false;
        }

        var exponent = Exponent;
        BigInteger digits = Coefficient;
        digits = exponent > 0 ? digits * BigInteger.Pow(10, digits.IsZero ? 0 : exponent) : digits;
        result = new BigDecimal(IsNegative ? -digits : digits, Math.Max(-exponent, 0));
        return true;
    }

    /// <summary>Returns the number as it was written: plain if the exponent is not positive and the number not
    /// tiny, otherwise <c>d.dddE+n</c>.</summary>
    public override string ToString()
    {
        if (!IsFinite)
        {
            return IsNaN ? "NaN" : IsNegative ? "-Infinity" : "Infinity";
        }

        var digits = Coefficient.ToString(CultureInfo.InvariantCulture);
        var exponent = Exponent;
        var sign = IsNegative ? "-" : "";
        var adjusted = exponent + digits.Length - 1;
        if (exponent > 0 || adjusted < -6)
        {
            var point = digits.Length > 1 ? "." : "";
            var plus = adjusted >= 0 ? "+" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits.AsSpan(0, 1)}{point}{digits.AsSpan(1)}E{plus}{adjusted}");
        }

        if (exponent == 0)
        {
            return sign + digits;
        }

        digits = digits.PadLeft(1 - exponent, '0');
        var whole = digits.Length + exponent;
        return $"{sign}{digits.AsSpan(0, whole)}.{digits.AsSpan(whole)}";
    }
}
