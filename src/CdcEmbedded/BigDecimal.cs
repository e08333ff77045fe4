using System.Globalization;
using System.Numerics;

namespace CdcEmbedded;

/// <summary>An exact decimal number of any width: <see cref="Unscaled"/> divided by ten to the power of <see cref="Scale"/>.</summary>
/// <remarks>MySQL's DECIMAL(65,30) does not fit <see cref="decimal"/>. Scale is part of the text (<c>1.50</c>) but
/// not of equality.</remarks>
public readonly struct BigDecimal : IEquatable<BigDecimal>, IComparable<BigDecimal>
{
    private static readonly BigInteger MaxMantissa = (BigInteger.One << 96) - 1;

    /// <summary>Creates the number.</summary>
    /// <param name="unscaled">All digits as an integer.</param>
    /// <param name="scale">Number of digits after the point; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is negative.</exception>
    public BigDecimal(BigInteger unscaled, int scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        Unscaled = unscaled;
        Scale = scale;
    }

    /// <summary>All digits as an integer.</summary>
    public BigInteger Unscaled { get; }

    /// <summary>Number of digits after the point.</summary>
    public int Scale { get; }

    /// <summary>Converts without loss, if possible.</summary>
    /// <param name="result">The same number and scale.</param>
    /// <returns>False if the digits do not fit in the 96 bits, or the scale in the 28 places, of <see cref="decimal"/>.</returns>
    public bool TryToDecimal(out decimal result)
    {
        result = default;
        var magnitude = BigInteger.Abs(Unscaled);
        if (Scale > 28 || magnitude > MaxMantissa)
        {
            return false;
        }

        var low = (ulong)(magnitude & ulong.MaxValue);
        var high = (int)(uint)(magnitude >> 64);
        result = new decimal((int)(uint)low, (int)(uint)(low >> 32), high, Unscaled.Sign < 0, (byte)Scale);
        return true;
    }

    /// <summary>Converts to <see cref="decimal"/>.</summary>
    /// <exception cref="OverflowException">It does not fit without loss.</exception>
    public static explicit operator decimal(BigDecimal value) => value.TryToDecimal(out var result)
        ? result
        : throw new OverflowException($"{value} does not fit System.Decimal without loss: read it as BigDecimal or as text.");

    /// <summary>Converts from <see cref="decimal"/> and keeps the scale.</summary>
    public static implicit operator BigDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var magnitude = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return new BigDecimal(bits[3] < 0 ? -magnitude : magnitude, (bits[3] >> 16) & 0xff);
    }

    /// <summary>Converts to <see cref="decimal"/>; the named form of the explicit conversion.</summary>
    /// <exception cref="OverflowException">It does not fit without loss.</exception>
    public decimal ToDecimal() => (decimal)this;

    /// <summary>Converts from <see cref="decimal"/>; the named form of the implicit conversion.</summary>
    public static BigDecimal FromDecimal(decimal value) => value;

    /// <inheritdoc/>
    public int CompareTo(BigDecimal other) => Scale == other.Scale
        ? Unscaled.CompareTo(other.Unscaled)
        : Scale < other.Scale
            ? (Unscaled * BigInteger.Pow(10, other.Scale - Scale)).CompareTo(other.Unscaled)
            : Unscaled.CompareTo(other.Unscaled * BigInteger.Pow(10, Scale - other.Scale));

    /// <inheritdoc/>
    public bool Equals(BigDecimal other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BigDecimal other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var unscaled = Unscaled;
        var scale = Scale;
        while (scale > 0 && unscaled % 10 == 0)
        {
            unscaled /= 10;
            scale--;
        }

        return HashCode.Combine(unscaled, scale);
    }

    /// <summary>Returns the digits with exactly <see cref="Scale"/> places after the point, as MySQL prints them.</summary>
    public override string ToString()
    {
        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        var sign = Unscaled.Sign < 0 ? "-" : "";
        return Scale == 0 ? sign + digits : $"{sign}{digits.AsSpan(0, digits.Length - Scale)}.{digits.AsSpan(digits.Length - Scale)}";
    }

    /// <summary>Equality of the numbers, whatever their scales.</summary>
    public static bool operator ==(BigDecimal left, BigDecimal right) => left.Equals(right);

    /// <summary>Inequality of the numbers, whatever their scales.</summary>
    public static bool operator !=(BigDecimal left, BigDecimal right) => !left.Equals(right);

    /// <summary>Order of the numbers.</summary>
    public static bool operator <(BigDecimal left, BigDecimal right) => left.CompareTo(right) < 0;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >(BigDecimal left, BigDecimal right) => left.CompareTo(right) > 0;

    /// <summary>Order of the numbers.</summary>
    public static bool operator <=(BigDecimal left, BigDecimal right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >=(BigDecimal left, BigDecimal right) => left.CompareTo(right) >= 0;
}
