namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>Writes a DECIMAL in the form that <see cref="DecimalFormat"/> reads, from the text that the server prints.</summary>
internal static class DecimalText
{
    /// <summary>Writes a value.</summary>
    /// <param name="text">An optional minus, digits, and a point with the digits of the scale. Leading zeros may follow the minus.</param>
    /// <param name="precision">1 to 65.</param>
    /// <param name="scale">0 to 30, at most the precision.</param>
    /// <param name="target">At least <see cref="DecimalFormat.ByteLength"/> bytes.</param>
    /// <returns>False if the text is no such number.</returns>
    public static bool TryWrite(ReadOnlySpan<byte> text, int precision, int scale, Span<byte> target)
    {
        var isNegative = text is [(byte)'-', ..];
        if (isNegative)
        {
            text = text[1..];
        }

        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? default : text[(point + 1)..];
        var wholeDigits = precision - scale;
        while (whole.Length > wholeDigits && whole[0] == (byte)'0')
        {
            whole = whole[1..];
        }

        if (whole.Length > wholeDigits || fraction.Length > scale)
        {
            return false;
        }

        var flip = isNegative ? uint.MaxValue : 0;
        var position = 0;
        var isValid = true;
        for (var rest = wholeDigits; rest > 0;)
        {
            var digits = rest % DecimalFormat.GroupDigits is var lead and > 0 ? lead : DecimalFormat.GroupDigits;
            rest -= digits;
            var end = whole.Length - rest;
            var start = Math.Max(0, end - digits);
            isValid &= TryTake(end > 0 ? whole[start..end] : default, out var group);
            position += Put(group ^ flip, DecimalFormat.BytesOfDigits[digits], target[position..]);
        }

        for (var done = 0; done < scale;)
        {
            var digits = Math.Min(scale - done, DecimalFormat.GroupDigits);
            var part = done >= fraction.Length ? default : fraction[done..Math.Min(done + digits, fraction.Length)];
            isValid &= TryTake(part, out var group);
            for (var missing = digits - part.Length; missing > 0; missing--)
            {
                group *= 10;
            }

            position += Put(group ^ flip, DecimalFormat.BytesOfDigits[digits], target[position..]);
            done += digits;
        }

        target[0] ^= 0x80;
        return isValid;
    }

    private static bool TryTake(ReadOnlySpan<byte> digits, out uint number)
    {
        number = 0;
        foreach (var c in digits)
        {
            var digit = (uint)(c - '0');
            if (digit > 9)
            {
                return false;
            }

            number = (number * 10) + digit;
        }

        return true;
    }

    private static int Put(uint group, int length, Span<byte> target)
    {
        for (var i = length - 1; i >= 0; i--)
        {
            target[i] = (byte)group;
            group >>= 8;
        }

        return length;
    }
}
