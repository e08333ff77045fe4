using System.Globalization;

namespace CdcEmbedded;

/// <content>Text to number and back (the text form of the BSON Decimal128 specification).</content>
public readonly partial struct Decimal128
{
    /// <summary>Reads a number: <c>[+-]digits[.digits][E[+-]digits]</c>, <c>Infinity</c>, <c>Inf</c> or <c>NaN</c>, in any case.</summary>
    /// <returns>False where the text is something else, or has more digits or a greater exponent than the type holds. Nothing is rounded.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Decimal128 result)
    {
        result = default;
        var rest = text;
        var isNegative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        if (rest.Equals("Infinity", StringComparison.OrdinalIgnoreCase) || rest.Equals("Inf", StringComparison.OrdinalIgnoreCase))
        {
            result = isNegative ? NegativeInfinity : PositiveInfinity;
            return true;
        }

        if (rest.Equals("NaN", StringComparison.OrdinalIgnoreCase))
        {
            result = NaN;
            return true;
        }

        return TryParseDigits(rest, out var digits, out var exponent) && TryFit(isNegative, digits, exponent, out result);
    }

    /// <summary>Reads a number; see <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">The text is no number, or one that would have to be rounded.</exception>
    public static Decimal128 Parse(string text) => TryParse(text, out var result)
        ? result
        : throw new FormatException($"'{text}' is no decimal number of at most {MaxDigits} digits with an exponent that decimal128 holds.");

    /// <summary>The number as it was written: plain where the exponent is not positive and the number not tiny, else <c>d.dddE+n</c>.</summary>
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

    // Collects the digits without leading zeros; what lies beyond 34 digits must be zeros, and only moves the exponent.
    private static bool TryParseDigits(ReadOnlySpan<char> text, out UInt128 coefficient, out long exponent)
    {
        coefficient = UInt128.Zero;
        exponent = 0;
        int i = 0, digits = 0;
        var pending = 0;
        var seenPoint = false;
        for (; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.' && !seenPoint)
            {
                seenPoint = true;
                continue;
            }

            if (!char.IsAsciiDigit(c))
            {
                break;
            }

            digits++;
            exponent -= seenPoint ? 1 : 0;

            // Zeros wait until a digit follows them: at the end they are part of the exponent only where there is no room for them.
            if (c == '0')
            {
                pending += coefficient == UInt128.Zero ? 0 : 1;
                continue;
            }

            if (!TryAppend(ref coefficient, pending, c - '0'))
            {
                return false;
            }

            pending = 0;
        }

        if (digits == 0 || !TryParseExponent(text[i..], ref exponent))
        {
            return false;
        }

        for (; pending > 0 && coefficient * 10 <= MaxCoefficient; pending--)
        {
            coefficient *= 10;
        }

        exponent += pending;
        return true;
    }

    private static bool TryAppend(ref UInt128 coefficient, int zeros, int digit)
    {
        for (var i = 0; i < zeros; i++)
        {
            coefficient *= 10;
            if (coefficient > MaxCoefficient)
            {
                return false;
            }
        }

        coefficient = (coefficient * 10) + (uint)digit;
        return coefficient <= MaxCoefficient;
    }

    private static bool TryParseExponent(ReadOnlySpan<char> text, ref long exponent)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        if (text[0] is not ('e' or 'E'))
        {
            return false;
        }

        var isNegative = text is [_, '-', ..];
        var digits = text is [_, '+' or '-', ..] ? text[2..] : text[1..];
        long value = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            // Far beyond any exponent; more digits cannot bring it back.
            value = Math.Min((value * 10) + (c - '0'), int.MaxValue);
        }

        exponent += isNegative ? -value : value;
        return !digits.IsEmpty;
    }

    // Moves zeros between coefficient and exponent until both are in range; a zero takes the nearest exponent there is.
    private static bool TryFit(bool isNegative, UInt128 coefficient, long exponent, out Decimal128 result)
    {
        result = default;
        if (coefficient == UInt128.Zero)
        {
            result = new Decimal128(isNegative, coefficient, (int)Math.Clamp(exponent, MinExponent, MaxExponent));
            return true;
        }

        for (; exponent > MaxExponent; exponent--)
        {
            coefficient *= 10;
            if (coefficient > MaxCoefficient)
            {
                return false;
            }
        }

        for (; exponent < MinExponent; exponent++)
        {
            (coefficient, var remainder) = UInt128.DivRem(coefficient, 10);
            if (remainder != UInt128.Zero)
            {
                return false;
            }
        }

        result = new Decimal128(isNegative, coefficient, (int)exponent);
        return true;
    }
}
