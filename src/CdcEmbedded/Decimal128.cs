using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace CdcEmbedded;

/// <summary>A decimal floating-point number of 34 digits (IEEE 754-2008 decimal128, integer coefficient), as MongoDB stores it.</summary>
/// <remarks>
/// <para>It keeps what was written: <c>1.0</c> and <c>1.00</c> print differently and are equal, as are zero and negative zero.
/// Unlike in arithmetic, NaN equals NaN, so that the number can be a key.</para>
/// <code>
/// bit 127        sign
/// bits 126-113   exponent + 6176, then bits 112-0 the coefficient, where bits 126-125 are not both 1
/// bits 126-122   11110 infinity, 11111 NaN; any other 11xxx a coefficient beyond 34 digits, which counts as 0 (exponent in bits 124-111)
/// </code>
/// </remarks>
public readonly partial struct Decimal128 : IEquatable<Decimal128>
{
    /// <summary>Its length in bytes.</summary>
    public const int Size = 16;

    internal const int MinExponent = -6176;
    internal const int MaxExponent = 6111;
    internal const int MaxDigits = 34;

    private const ulong SignBit = 1UL << 63;
    private const ulong InfinityBits = 0x7800UL << 48;
    private const ulong NaNBits = 0x7C00UL << 48;

    private readonly ulong _high;
    private readonly ulong _low;

    /// <summary>Creates the number from its 128 bits.</summary>
    public Decimal128(ulong high, ulong low)
    {
        _high = high;
        _low = low;
    }

    private Decimal128(bool isNegative, UInt128 coefficient, int exponent)
    {
        _high = (isNegative ? SignBit : 0) | ((ulong)(exponent - MinExponent) << 49) | (ulong)(coefficient >> 64);
        _low = (ulong)coefficient;
    }

    private static UInt128 MaxCoefficient { get; } = UInt128.Parse("9999999999999999999999999999999999", CultureInfo.InvariantCulture);

    /// <summary>Not a number.</summary>
    public static Decimal128 NaN => new(NaNBits, 0);

    /// <summary>Greater than every number.</summary>
    public static Decimal128 PositiveInfinity => new(InfinityBits, 0);

    /// <summary>Less than every number.</summary>
    public static Decimal128 NegativeInfinity => new(SignBit | InfinityBits, 0);

    /// <summary>The upper 64 bits.</summary>
    public ulong High => _high;

    /// <summary>The lower 64 bits.</summary>
    public ulong Low => _low;

    /// <summary>The sign; zero and NaN have one too.</summary>
    public bool IsNegative => (_high & SignBit) != 0;

    /// <summary>Whether it is not a number.</summary>
    public bool IsNaN => (_high & NaNBits) == NaNBits;

    /// <summary>Whether it is one of the two infinities.</summary>
    public bool IsInfinity => (_high & NaNBits) == InfinityBits;

    /// <summary>Whether it is a number: neither infinite nor NaN.</summary>
    public bool IsFinite => (_high & InfinityBits) != InfinityBits;

    /// <summary>The digits as an integer, without a sign; 0 where it is not finite.</summary>
    public UInt128 Coefficient
    {
        get
        {
            var coefficient = new UInt128(_high & ((1UL << 49) - 1), _low);
            return IsWide || coefficient > MaxCoefficient ? UInt128.Zero : coefficient;
        }
    }

    /// <summary>The power of ten that the coefficient is multiplied by.</summary>
    /// <value>-6176 to 6111; 0 where it is not finite.</value>
    public int Exponent => !IsFinite ? 0 : (int)((_high >> (IsWide ? 47 : 49)) & 0x3FFF) + MinExponent;

    // The form with a longer implied coefficient, which no number of 34 digits has.
    private bool IsWide => (_high & (3UL << 61)) == 3UL << 61;

    /// <summary>Reads sixteen little-endian bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static Decimal128 Read(ReadOnlySpan<byte> bytes)
        => new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes));

    /// <summary>Writes sixteen little-endian bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for them.</exception>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _low);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _high);
    }

    /// <summary>Converts from an integer.</summary>
    public static implicit operator Decimal128(long value) => FromInt64(value);

    /// <summary>Converts from an integer.</summary>
    public static Decimal128 FromInt64(long value) => new(value < 0, value < 0 ? (UInt128)(ulong)-value : (UInt128)(ulong)value, 0);

    /// <summary>Converts from <see cref="decimal"/>, digits after the point kept.</summary>
    public static implicit operator Decimal128(decimal value) => FromDecimal(value);

    /// <summary>Converts from <see cref="decimal"/>, digits after the point kept.</summary>
    public static Decimal128 FromDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var coefficient = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        return new Decimal128(bits[3] < 0, coefficient, -((bits[3] >> 16) & 0xff));
    }

    /// <summary>The number as an integer, where it is one of 64 bits.</summary>
    public bool TryToInt64(out long result)
    {
        result = 0;
        if (!IsFinite)
        {
            return false;
        }

        var (coefficient, exponent) = Reduced();
        if (exponent is < 0 or > 18)
        {
            return coefficient == UInt128.Zero;
        }

        var magnitude = coefficient * PowerOfTen(exponent);
        if (coefficient > ulong.MaxValue || magnitude > (UInt128)long.MaxValue + (IsNegative ? 1u : 0u))
        {
            return false;
        }

        result = IsNegative ? unchecked(-(long)(ulong)magnitude) : (long)(ulong)magnitude;
        return true;
    }

    /// <summary>The number as a <see cref="decimal"/>, where that holds it without loss: digits after the point and a zero's sign are kept.</summary>
    public bool TryToDecimal(out decimal result)
    {
        result = 0;
        return TryToBigDecimal(out var big) && big.TryToDecimal(out result) && SetSign(ref result);
    }

    /// <summary>The number as a decimal of any width.</summary>
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

    private bool SetSign(ref decimal result)
    {
        if (IsNegative && result == 0)
        {
            result = decimal.Negate(result);
        }

        return true;
    }

    /// <summary>Whether both are the same number, however they are written.</summary>
    public bool Equals(Decimal128 other)
    {
        if (!IsFinite || !other.IsFinite)
        {
            return IsNaN ? other.IsNaN : IsInfinity && other.IsInfinity && IsNegative == other.IsNegative;
        }

        var left = Reduced();
        return left == other.Reduced() && (left.Coefficient == UInt128.Zero || IsNegative == other.IsNegative);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Decimal128 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (!IsFinite)
        {
            return IsNaN ? 1 : IsNegative ? 2 : 3;
        }

        var (coefficient, exponent) = Reduced();
        return HashCode.Combine(coefficient, exponent, coefficient != UInt128.Zero && IsNegative);
    }

    /// <summary>Whether both are the same number.</summary>
    public static bool operator ==(Decimal128 left, Decimal128 right) => left.Equals(right);

    /// <summary>Whether they are different numbers.</summary>
    public static bool operator !=(Decimal128 left, Decimal128 right) => !left.Equals(right);

    /// <summary>Coefficient and exponent without zeros at the coefficient's end; 0 and 0 for zero.</summary>
    internal (UInt128 Coefficient, int Exponent) Reduced()
    {
        var coefficient = Coefficient;
        if (coefficient == UInt128.Zero)
        {
            return (UInt128.Zero, 0);
        }

        var exponent = Exponent;
        while (true)
        {
            var (quotient, remainder) = UInt128.DivRem(coefficient, 10);
            if (remainder != UInt128.Zero)
            {
                return (coefficient, exponent);
            }

            coefficient = quotient;
            exponent++;
        }
    }

    private static UInt128 PowerOfTen(int exponent)
    {
        var result = UInt128.One;
        for (var i = 0; i < exponent; i++)
        {
            result *= 10;
        }

        return result;
    }
}
