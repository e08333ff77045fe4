namespace CdcEmbedded.Formats;

/// <summary>Writes dates and times as MySQL prints them, impossible ones included.</summary>
internal static class CalendarDigits
{
    private const int DateTimeBytes = 26;
    private const int MaxDigits = 6;

    private static readonly long[] PowersOfTen =
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
        1_000_000_000_000_000_000,
    ];

    /// <summary>Writes a date: <c>YYYY-MM-DD</c>.</summary>
    /// <param name="destination">At least <see cref="DataValue.MaxFormattedBytes"/>.</param>
    /// <param name="date">The date.</param>
    /// <returns>Number of bytes written.</returns>
    public static int WriteDate(Span<byte> destination, CalendarDateTime date)
    {
        var n = 4;
        if (date.Year is >= 0 and < 10_000)
        {
            DigitPairs.WritePair(destination, date.Year / 100);
            DigitPairs.WritePair(destination[2..], date.Year % 100);
        }
        else
        {
            n = Write(destination, 0, date.Year, 4);
        }

        destination[n++] = (byte)'-';
        DigitPairs.WritePair(destination[n..], date.Month);
        destination[n + 2] = (byte)'-';
        DigitPairs.WritePair(destination[(n + 3)..], date.Day);
        return n + 5;
    }

    /// <summary>Writes a date and time: <c>YYYY-MM-DD HH:MM:SS[.ffffff]</c>.</summary>
    /// <param name="destination">At least <see cref="DataValue.MaxFormattedBytes"/>.</param>
    /// <param name="time">The date and time.</param>
    /// <param name="separator">The character between date and time.</param>
    /// <param name="digits">Digits of the fraction.</param>
    /// <returns>Number of bytes written.</returns>
    public static int WriteDateTime(Span<byte> destination, CalendarDateTime time, byte separator, int digits)
    {
        int year = time.Year, fraction = time.Microsecond;
        if ((uint)year >= 10_000 || fraction >= 1_000_000)
        {
            return WriteUnusual(destination, time, separator, digits);
        }

        // Each part has one place, all of them inside a length that is checked once.
        var text = destination[..DateTimeBytes];
        var century = year / 100;
        DigitPairs.WritePair(text, century);
        DigitPairs.WritePair(text[2..], year - (century * 100));
        text[4] = (byte)'-';
        DigitPairs.WritePair(text[5..], time.Month);
        text[7] = (byte)'-';
        DigitPairs.WritePair(text[8..], time.Day);
        text[10] = separator;
        DigitPairs.WritePair(text[11..], time.Hour);
        text[13] = (byte)':';
        DigitPairs.WritePair(text[14..], time.Minute);
        text[16] = (byte)':';
        DigitPairs.WritePair(text[17..], time.Second);
        if (digits == 0)
        {
            return 19;
        }

        text[19] = (byte)'.';
        WriteFraction(text[20..], fraction);
        return 20 + Math.Min(digits, MaxDigits);
    }

    /// <summary>Writes a duration: <c>[-]HH:MM:SS[.ffffff]</c>.</summary>
    /// <param name="destination">At least <see cref="DataValue.MaxFormattedBytes"/>.</param>
    /// <param name="microseconds">The whole duration.</param>
    /// <param name="digits">Digits of the fraction.</param>
    /// <returns>Number of bytes written.</returns>
    public static int WriteDuration(Span<byte> destination, long microseconds, int digits)
    {
        var n = 0;
        if (microseconds < 0)
        {
            destination[n++] = (byte)'-';
        }

        // Unsigned, so that the most negative number has a magnitude too.
        var magnitude = microseconds < 0 ? 0UL - (ulong)microseconds : (ulong)microseconds;
        var seconds = magnitude / 1_000_000;
        return WriteTime(destination, n, (long)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60),
            (int)(magnitude % 1_000_000), digits);
    }

    private static int WriteUnusual(Span<byte> destination, CalendarDateTime time, byte separator, int digits)
    {
        var n = WriteDate(destination, time);
        destination[n++] = separator;
        return WriteTime(destination, n, time.Hour, time.Minute, time.Second, time.Microsecond, digits);
    }

    private static int WriteTime(Span<byte> destination, int n, long hours, int minutes, int seconds, int microseconds, int digits)
    {
        n = Write(destination, n, hours, 2);
        destination[n++] = (byte)':';
        DigitPairs.WritePair(destination[n..], minutes);
        destination[n + 2] = (byte)':';
        DigitPairs.WritePair(destination[(n + 3)..], seconds);
        n += 5;
        if (digits == 0)
        {
            return n;
        }

        destination[n++] = (byte)'.';
        if (microseconds >= 1_000_000)
        {
            Write(destination, n, microseconds, MaxDigits);
        }
        else
        {
            WriteFraction(destination[n..], microseconds);
        }

        return n + Math.Min(digits, MaxDigits);
    }

    private static void WriteFraction(Span<byte> destination, int microseconds)
    {
        DigitPairs.WritePair(destination, microseconds / 10_000);
        DigitPairs.WritePair(destination[2..], microseconds / 100 % 100);
        DigitPairs.WritePair(destination[4..], microseconds % 100);
    }

    /// <summary>Writes a number with at least a given number of digits.</summary>
    private static int Write(Span<byte> destination, int n, long number, int digits)
    {
        while (digits < PowersOfTen.Length && number >= PowersOfTen[digits])
        {
            digits++;
        }

        for (var i = n + digits - 1; i >= n; i--)
        {
            destination[i] = (byte)('0' + (number % 10));
            number /= 10;
        }

        return n + digits;
    }
}
