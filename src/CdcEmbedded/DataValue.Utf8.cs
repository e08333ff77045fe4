using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CdcEmbedded.Formats;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <content>How a value is written as UTF-8 without an intermediate string, for serializers.</content>
public readonly partial struct DataValue
{
    /// <summary>Enough bytes for every date, time, date-time and timestamp, including impossible ones, and for a decimal
    /// of 96 bits.</summary>
    internal const int MaxFormattedBytes = 48;

    /// <summary>True if a date, date-time or timestamp is zero or lacks its month or day, so that no calendar has it.</summary>
    internal bool IsPartialDate => Kind == ValueKind.Timestamp
        ? (Flags & ZeroTimestamp) != 0
        : new CalendarDateTime(_bits) is { Month: 0 } or { Day: 0 };

    /// <summary>Writes a date: <c>YYYY-MM-DD</c>.</summary>
    /// <returns>Number of bytes written.</returns>
    internal int FormatDate(Span<byte> destination) => FormatDate(destination, AsCalendar());

    private static int FormatDate(Span<byte> destination, CalendarDateTime c)
    {
        var n = c.Year is >= 0 and < 10_000 ? Pair(destination, Pair(destination, 0, c.Year / 100), c.Year % 100)
            : Digits(destination, 0, c.Year, 4);
        destination[n++] = (byte)'-';
        n = Pair(destination, n, c.Month);
        destination[n++] = (byte)'-';
        return Pair(destination, n, c.Day);
    }

    /// <summary>Writes a date-time or timestamp with the column's number of fraction digits.</summary>
    /// <param name="destination">At least <see cref="MaxFormattedBytes"/>.</param>
    /// <param name="separator">The character between date and time.</param>
    /// <returns>Number of bytes written.</returns>
    internal int FormatDateTime(Span<byte> destination, byte separator)
    {
        var c = AsCalendar();
        var n = FormatDate(destination, c);
        destination[n++] = separator;
        return TimeOfDay(destination, n, c.Hour, c.Minute, c.Second, c.Microsecond);
    }

    /// <summary>Writes a duration: <c>[-]HH:MM:SS[.ffffff]</c> with the column's number of fraction digits.</summary>
    /// <returns>Number of bytes written.</returns>
    internal int FormatTime(Span<byte> destination)
    {
        var n = 0;
        if (_bits < 0)
        {
            destination[n++] = (byte)'-';
        }

        // Unsigned, so that the most negative number has a magnitude too.
        var microseconds = _bits < 0 ? 0UL - (ulong)_bits : (ulong)_bits;
        var seconds = microseconds / 1_000_000;
        return TimeOfDay(destination, n, (long)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60),
            (int)(microseconds % 1_000_000));
    }

    /// <summary>Writes a decimal as MySQL prints it.</summary>
    /// <param name="destination">At least <see cref="MaxFormattedBytes"/>.</param>
    /// <returns>Number of bytes written; -1 if the decimal is wider than <see cref="decimal"/>: use <see cref="ToString"/> then.</returns>
    internal int FormatDecimal(Span<byte> destination) => _data is not null ? -1
        : Kind == ValueKind.Decimal && Length == 0 && _bits != 0 && StoredScale <= 28
            ? DecimalDigits.Write(destination, (ulong)_bits, StoredScale, (Flags & Negative) != 0)
        : AsDecimal().TryFormat(destination, out var written, default, CultureInfo.InvariantCulture) ? written
        : -1;

    /// <summary>Gets the bytes and the encoding of a text value that is not UTF-8.</summary>
    internal bool TryGetEncoded(out ReadOnlySpan<byte> bytes, out Encoding encoding)
    {
        bytes = Slice;
        encoding = _codec as Encoding ?? StrictUtf8;
        return Kind == ValueKind.Text && _codec is Encoding && _data is byte[];
    }

    /// <summary>Gets the UTF-8 bytes of a JSON value that the source stores as text.</summary>
    internal bool TryGetJsonUtf8(out ReadOnlySpan<byte> utf8)
    {
        utf8 = Slice;
        return Kind == ValueKind.Json && _codec is null && _data is byte[];
    }

    /// <summary>True if the value is text, JSON text included, as bytes that are decoded when they are read.</summary>
    internal bool IsUndecodedText => _data is byte[] && (Kind == ValueKind.Text || (Kind == ValueKind.Json && _codec is null));

    /// <summary>True if a JSON value's text comes from a codec, which writes valid JSON on one line.</summary>
    internal bool IsJsonOfCodec => _codec is ValueCodec;

    /// <summary>Gets the labels of an ENUM or SET column, if they are known and contain the value.</summary>
    internal bool TryGetLabels(out string[] labels)
    {
        labels = _data as string[] ?? [];
        return _data is string[] && Kind switch
        {
            ValueKind.Enum => (ulong)_bits <= (ulong)labels.Length,
            ValueKind.Set => labels.Length >= 64 || (ulong)_bits >> labels.Length == 0,
            _ => false,
        };
    }

    // "00" to "99".
    private static readonly ushort[] Pairs =
        [.. Enumerable.Range(0, 100).Select(static number => (ushort)('0' + (number / 10) + (('0' + (number % 10)) << 8)))];

    private int TimeOfDay(Span<byte> destination, int n, long hours, int minutes, int seconds, int microseconds)
    {
        n = hours < 100 ? Pair(destination, n, (int)hours) : Digits(destination, n, hours, 2);
        destination[n++] = (byte)':';
        n = Pair(destination, n, minutes);
        destination[n++] = (byte)':';
        n = Pair(destination, n, seconds);
        if (StoredScale == 0)
        {
            return n;
        }

        destination[n++] = (byte)'.';
        if (microseconds > 999_999)
        {
            Digits(destination, n, microseconds, 6);
            return n + Math.Min((int)StoredScale, 6);
        }

        Pair(destination, n, microseconds / 10_000);
        Pair(destination, n + 2, microseconds / 100 % 100);
        Pair(destination, n + 4, microseconds % 100);
        return n + Math.Min((int)StoredScale, 6);
    }

    /// <summary>Writes a number below 100 with two digits.</summary>
    private static int Pair(Span<byte> destination, int n, int number)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination[n..], Pairs[number]);
        return n + 2;
    }

    /// <summary>Writes a number with at least a given number of digits.</summary>
    private static int Digits(Span<byte> destination, int n, long number, int digits)
    {
        while (digits < PowersOfTen.Length && number >= PowersOfTen[digits])
        {
            digits++;
        }

        for (var i = n + digits - 1; i >= n; i--)
        {
            destination[i] = (byte)('0' + number % 10);
            number /= 10;
        }

        return n + digits;
    }

    private static readonly long[] PowersOfTen =
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
        1_000_000_000_000_000_000,
    ];
}
