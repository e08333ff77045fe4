using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>Writes dates and times in the forms that <see cref="TemporalFormat"/> reads, from the text that the server prints: zero,
/// partial and impossible dates too.</summary>
/// <remarks>Each method returns false if the text has another shape: <c>YYYY-MM-DD</c>, <c>YYYY-MM-DD hh:mm:ss</c> or <c>[-]hh:mm:ss</c>,
/// where hours may have three digits, followed by a point and the digits of the fraction.</remarks>
internal static class TemporalText
{
    private const int DateLength = 10;
    private const int DateTimeLength = 19;

    private static readonly int[] PowersOfTen = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

    /// <summary>Writes a DATE: 3 bytes.</summary>
    public static bool TryWriteDate(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (text.Length != DateLength || !TryReadDate(text, out var year, out var month, out var day))
        {
            return false;
        }

        var packed = (year << 9) | (month << 5) | day;
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)packed);
        target[2] = (byte)(packed >> 16);
        return true;
    }

    /// <summary>Writes a DATETIME2: 5 bytes and those of the fraction.</summary>
    public static bool TryWriteDateTime2(ReadOnlySpan<byte> text, int digits, Span<byte> target)
    {
        if (!TryReadDateTime(text, digits, out var year, out var month, out var day, out var time, out var stored))
        {
            return false;
        }

        var packed = ((((long)year * 13) + month) << 22) | ((long)day << 17) | (uint)time;
        packed += 0x80_0000_0000;
        target[0] = (byte)(packed >> 32);
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], (uint)packed);
        WriteFraction(stored, digits, target[5..]);
        return true;
    }

    /// <summary>Writes a TIMESTAMP2, which was printed in UTC: 4 bytes and those of the fraction.</summary>
    public static bool TryWriteTimestamp2(ReadOnlySpan<byte> text, int digits, Span<byte> target)
    {
        if (!TryReadDateTime(text, digits, out var year, out var month, out var day, out var time, out var stored))
        {
            return false;
        }

        uint seconds = 0;
        if (month > 0)
        {
            var value = (DaysSinceEpoch(year, month, day) * 86_400) + ((time >> 12) * 3600) + (((time >> 6) & 63) * 60) + (time & 63);
            if (value is < 0 or > uint.MaxValue)
            {
                return false;
            }

            seconds = (uint)value;
        }

        BinaryPrimitives.WriteUInt32BigEndian(target, seconds);
        WriteFraction(stored, digits, target[4..]);
        return true;
    }

    /// <summary>Writes a TIME2: 3 bytes and those of the fraction.</summary>
    public static bool TryWriteTime2(ReadOnlySpan<byte> text, int digits, Span<byte> target)
    {
        var isNegative = text is [(byte)'-', ..];
        if (isNegative)
        {
            text = text[1..];
        }

        var colon = text.IndexOf((byte)':');
        if (colon is < 2 or > 3 || text.Length < colon + 6 || !TryReadNumber(text[..colon], out var hours)
            || !TryReadClock(text[(colon + 1)..], out var minuteAndSecond) || !TryReadFraction(text[(colon + 6)..], digits, out var stored))
        {
            return false;
        }

        var fractionBits = 8 * TemporalFormat.FractionLength(digits);
        var packed = ((((long)hours << 12) | (uint)minuteAndSecond) << fractionBits) | (uint)stored;
        packed = (isNegative ? -packed : packed) + (0x80_0000L << fractionBits);
        for (var i = (fractionBits / 8) + 2; i >= 0; i--)
        {
            target[i] = (byte)packed;
            packed >>= 8;
        }

        return true;
    }

    private static bool TryReadDateTime(ReadOnlySpan<byte> text, int digits, out int year, out int month, out int day, out int time,
        out int stored)
    {
        time = stored = 0;
        if (text.Length < DateTimeLength || !TryReadDate(text, out year, out month, out day))
        {
            year = month = day = 0;
            return false;
        }

        var hour = Two(text, 11);
        if (hour > 99 || text[10] != (byte)' ' || text[13] != (byte)':' || !TryReadClock(text[14..], out var rest)
            || !TryReadFraction(text[DateTimeLength..], digits, out stored))
        {
            return false;
        }

        time = ((int)hour << 12) | rest;
        return true;
    }

    private static bool TryReadDate(ReadOnlySpan<byte> text, out int year, out int month, out int day)
    {
        var (century, of, m, d) = (Two(text, 0), Two(text, 2), Two(text, 5), Two(text, 8));
        year = (int)((century * 100) + of);
        month = (int)m;
        day = (int)d;
        return century <= 99 && of <= 99 && m <= 12 && d <= 31 && text[4] == (byte)'-' && text[7] == (byte)'-';
    }

    /// <summary>Reads <c>mm:ss</c> into 12 bits.</summary>
    private static bool TryReadClock(ReadOnlySpan<byte> text, out int packed)
    {
        var (minute, second) = (Two(text, 0), Two(text, 3));
        packed = (int)((minute << 6) | second);
        return minute < 60 && second < 60 && text[2] == (byte)':';
    }

    /// <summary>Reads a fraction as it is stored: an odd number of digits like the next even one.</summary>
    private static bool TryReadFraction(ReadOnlySpan<byte> text, int digits, out int stored)
    {
        stored = 0;
        if (digits == 0)
        {
            return text.IsEmpty;
        }

        if (text.Length != digits + 1 || text[0] != (byte)'.' || !TryReadNumber(text[1..], out stored))
        {
            return false;
        }

        stored *= PowersOfTen[digits & 1];
        return true;
    }

    private static void WriteFraction(int stored, int digits, Span<byte> target)
    {
        switch (TemporalFormat.FractionLength(digits))
        {
            case 0:
                break;
            case 1:
                target[0] = (byte)stored;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)stored);
                break;
            default:
                target[0] = (byte)(stored >> 16);
                BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)stored);
                break;
        }
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var c in text)
        {
            var digit = (uint)(c - '0');
            if (digit > 9)
            {
                return false;
            }

            number = (number * 10) + (int)digit;
        }

        return true;
    }

    /// <summary>Reads two digits; more than 99 if they are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Two(ReadOnlySpan<byte> text, int at)
    {
        var tens = (uint)(text[at] - '0');
        var ones = (uint)(text[at + 1] - '0');
        return tens > 9 || ones > 9 ? 1000 : (tens * 10) + ones;
    }

    /// <summary>Days from 1970-01-01 in the calendar that the server uses for all years.</summary>
    private static long DaysSinceEpoch(int year, int month, int day)
    {
        // Years that begin in March have their leap day at the end.
        var y = month <= 2 ? year - 1 : year;
        var era = y / 400;
        var yearOfEra = y - (era * 400);
        var dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097L) + dayOfEra - 719_468;
    }
}
