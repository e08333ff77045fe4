using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>The storage formats of dates and times (sql-common/my_time.cc): those of 5.6.4 and later, with fractions, and
/// the older ones.</summary>
internal static class TemporalFormat
{
    // An array: code that is not optimized yet would allocate for a span of constants at each use.
    private static readonly int[] MicrosecondsOfUnit = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    /// <summary>Returns the number of bytes of a fraction of 0 to 6 digits: two digits in each byte.</summary>
    public static int FractionLength(int digits) => (digits + 1) >> 1;

    /// <summary>Reads a DATE: 3 bytes, little-endian: day in 5 bits, month in 4, year in 15.</summary>
    public static DataValue ReadDate(uint packed) => DataValue.FromDate((int)(packed >> 9), (int)(packed >> 5) & 15, (int)packed & 31);

    /// <summary>Reads a TIME2: 3 bytes, big-endian, plus 0x800000: hours in 10 bits, minutes in 6, seconds in 6; then the fraction. All
    /// bytes are one signed number, so a negative time borrows from its fraction.</summary>
    public static DataValue ReadTime2(ReadOnlySpan<byte> bytes, int digits)
    {
        var fractionBits = 8 * FractionLength(digits);
        long packed = 0;
        foreach (var b in bytes)
        {
            packed = (packed << 8) | b;
        }

        packed -= 0x80_0000L << fractionBits;
        var magnitude = Math.Abs(packed);
        var time = magnitude >> fractionBits;
        var micros = (((time >> 12) & 0x3ff) * 3600) + (((time >> 6) & 63) * 60) + (time & 63);
        micros = (micros * 1_000_000) + Scale(magnitude & ((1L << fractionBits) - 1), digits);
        return DataValue.FromTime(packed < 0 ? -micros : micros, (byte)digits);
    }

    /// <summary>Reads a DATETIME2: 5 bytes, big-endian, plus 2^39: year * 13 + month in 17 bits, day in 5, hour in 5, minute in 6, second
    /// in 6; then the fraction.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DataValue ReadDateTime2(byte[] buffer, int offset, int digits)
        => DataValue.FromDateTime(ReadCalendar2(buffer, offset, digits), (byte)digits);

    /// <summary>Reads the fields of a DATETIME2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CalendarDateTime ReadCalendar2(byte[] buffer, int offset, int digits)
        => new DateTime2(buffer, offset, digits).ToCalendar();

    /// <summary>Reads a TIMESTAMP2: 4 bytes of Unix seconds, big-endian, then the fraction; 0 is the zero timestamp.</summary>
    public static DataValue ReadTimestamp2(ReadOnlySpan<byte> bytes, int digits)
    {
        long seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var micros = ReadFraction(bytes[4..], digits);
        return seconds == 0 && micros == 0
            ? DataValue.FromZeroTimestamp((byte)digits)
            : DataValue.FromTimestamp((seconds * 1_000_000) + micros, (byte)digits);
    }

    /// <summary>Reads a DATE as midnight; false if no calendar has it.</summary>
    public static bool TryReadDate(uint packed, out DateTime value)
        => new CalendarDateTime((int)(packed >> 9), (int)(packed >> 5) & 15, (int)packed & 31).TryToDateTime(out value);

    /// <summary>Reads a DATETIME2 as a DateTime; false if no calendar has it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryReadDateTime2(byte[] buffer, int offset, int digits, out DateTime value)
    {
        var parts = new DateTime2(buffer, offset, digits);
        if (!parts.IsInEveryCalendar)
        {
            return TryReadRareDateTime2(buffer, offset, digits, out value);
        }

        value = new DateTime(parts.Ticks);
        return true;
    }

    // The last days of months, and dates that no calendar has. Not in the method above, which holds the parts in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReadRareDateTime2(byte[] buffer, int offset, int digits, out DateTime value)
        => ReadCalendar2(buffer, offset, digits).TryToDateTime(out value);

    /// <summary>Reads a TIMESTAMP2 as a DateTime in UTC; false for the zero timestamp.</summary>
    public static bool TryReadTimestamp2(ReadOnlySpan<byte> bytes, int digits, out DateTime value)
    {
        long seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var micros = ReadFraction(bytes[4..], digits);
        value = DateTime.UnixEpoch.AddTicks(((seconds * 1_000_000) + micros) * TimeSpan.TicksPerMicrosecond);
        return seconds != 0 || micros != 0;
    }

    /// <summary>Reads a TIME from before 5.6.4: the decimal number HHMMSS, signed.</summary>
    public static DataValue ReadOldTime(int number)
    {
        var magnitude = Math.Abs((long)number);
        var seconds = (magnitude / 10_000 * 3600) + (magnitude / 100 % 100 * 60) + (magnitude % 100);
        return DataValue.FromTime((number < 0 ? -seconds : seconds) * 1_000_000);
    }

    /// <summary>Reads a DATETIME from before 5.6.4: the decimal number YYYYMMDDHHMMSS.</summary>
    public static DataValue ReadOldDateTime(ulong number)
    {
        if (number > 9999_99_99_99_99_99)
        {
            throw new CdcProtocolException($"A DATETIME holds {number}, which is not of the form YYYYMMDDHHMMSS.");
        }

        var date = (int)(number / 1_000_000);
        var time = (int)(number % 1_000_000);
        return DataValue.FromDateTime(new CalendarDateTime(
            date / 10_000, date / 100 % 100, date % 100, time / 10_000, time / 100 % 100, time % 100));
    }

    /// <summary>Reads a TIMESTAMP from before 5.6.4: Unix seconds; 0 is the zero timestamp.</summary>
    public static DataValue ReadOldTimestamp(uint seconds) => seconds == 0 ? DataValue.FromZeroTimestamp()
        : DataValue.FromTimestamp(seconds * 1_000_000L);

    /// <summary>Returns the number of bytes of a TIME of MariaDB before 10.1 with 1 to 6 digits.</summary>
    public static int MariaDbTimeLength(int digits) => digits switch { <= 2 => 4, <= 5 => 5, _ => 6 };

    /// <summary>Returns the number of bytes of a DATETIME of MariaDB before 10.1 with 1 to 6 digits.</summary>
    public static int MariaDbDateTimeLength(int digits) => digits switch { <= 2 => 6, <= 5 => 7, _ => 8 };

    /// <summary>Reads a TIME of MariaDB before 10.1 with a fraction (sql/field.cc, Field_time_hires): the units of the last digit,
    /// big-endian, plus those of 839 hours.</summary>
    public static DataValue ReadMariaDbTime(ReadOnlySpan<byte> bytes, int digits)
    {
        var unit = MicrosecondsOfUnit[digits];
        var zero = 839L * 3600 * (1_000_000 / unit);
        return DataValue.FromTime((ReadBigEndian(bytes) - zero) * unit, (byte)digits);
    }

    /// <summary>Reads a DATETIME of MariaDB before 10.1 with a fraction (sql/field.cc, Field_datetime_hires): the units of the last digit,
    /// big-endian, where a year has 13 months, a month 32 days.</summary>
    public static DataValue ReadMariaDbDateTime(ReadOnlySpan<byte> bytes, int digits)
    {
        var unit = MicrosecondsOfUnit[digits];
        var units = ReadBigEndian(bytes);
        var (seconds, fraction) = (units / (1_000_000 / unit), units % (1_000_000 / unit));
        var (minutes, second) = (seconds / 60, seconds % 60);
        var (hours, minute) = (minutes / 60, minutes % 60);
        var (days, hour) = (hours / 24, hours % 24);
        var (months, day) = (days / 32, days % 32);
        return DataValue.FromDateTime(new CalendarDateTime((int)(months / 13), (int)(months % 13), (int)day, (int)hour, (int)minute,
            (int)second, (int)fraction * unit), (byte)digits);
    }

    /// <summary>Reads a TIMESTAMP of MariaDB before 10.1 with a fraction (sql/field.cc, Field_timestamp_hires): 4 bytes of Unix seconds,
    /// then the units of the last digit, both big-endian.</summary>
    public static DataValue ReadMariaDbTimestamp(ReadOnlySpan<byte> bytes, int digits)
    {
        long seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var micros = ReadBigEndian(bytes[4..]) * MicrosecondsOfUnit[digits];
        return seconds == 0 && micros == 0
            ? DataValue.FromZeroTimestamp((byte)digits)
            : DataValue.FromTimestamp((seconds * 1_000_000) + micros, (byte)digits);
    }

    private static long ReadBigEndian(ReadOnlySpan<byte> bytes)
    {
        long number = 0;
        foreach (var b in bytes)
        {
            number = (number << 8) | b;
        }

        return number;
    }

    private static long ReadFraction(ReadOnlySpan<byte> bytes, int digits) => FractionLength(digits) switch
    {
        0 => 0,
        1 => Scale(bytes[0], digits),
        2 => Scale(BinaryPrimitives.ReadUInt16BigEndian(bytes), digits),
        _ => Scale((bytes[0] << 16) | (bytes[1] << 8) | bytes[2], digits),
    };

    // An odd number of digits is stored like the next even number.
    private static long Scale(long stored, int digits) => stored * MicrosecondsOfUnit[2 * FractionLength(digits)];

    /// <summary>A DATETIME2, in parts.</summary>
    private readonly struct DateTime2
    {
        // Days from the last of February of the year 0 to the first of January of the year 1.
        private const int DaysBeforeYear1 = 307;

        private readonly int _clock;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public DateTime2(byte[] buffer, int offset, int digits)
        {
            var fractionLength = FractionLength(digits);
            var number = (long)BigEndian.Read(buffer, offset, 5 + fractionLength);
            var fractionBits = 8 * fractionLength;
            var packed = (number >>> fractionBits) - 0x80_0000_0000;
            var months = (uint)(packed >> 22) & 0x1ffff;
            Year = (int)(months / 13);
            Month = (int)months - (Year * 13);
            Day = (int)(packed >> 17) & 31;
            _clock = (int)packed & 0x1ffff;
            Micros = (int)Scale(number & ((1L << fractionBits) - 1), digits);
        }

        public int Year { get; }

        public int Month { get; }

        public int Day { get; }

        public int Hour => _clock >> 12;

        public int Minute => (_clock >> 6) & 63;

        public int Second => _clock & 63;

        public int Micros { get; }

        /// <summary>True if a DateTime has it, whatever month and year it is in. Few days need to look at those.</summary>
        public bool IsInEveryCalendar => (uint)(Year - 1) < 9999 && (uint)(Month - 1) < 12 && (uint)(Day - 1) < 28 && Hour < 24
            && Minute < 60 && Second < 60 && Micros < 1_000_000;

        /// <summary>The ticks of the DateTime. Years begin in March here, so that a leap day is the last day of its year. 1461 / 4 days
        /// make a year with its leap days, 979 / 32 a month with those of 30 and 31 days.</summary>
        public long Ticks
        {
            get
            {
                var isEarly = Month <= 2 ? 1 : 0;
                var year = (uint)(Year - isEarly);
                var century = year / 100;
                var month = (uint)(Month + (12 * isEarly));
                var days = ((1461 * year) >> 2) - century + (century >> 2) + (((979 * month) - 2919) >> 5) + (uint)Day - DaysBeforeYear1;
                var seconds = (days * 86_400L) + (Hour * 3600) + (Minute * 60) + Second;
                return (seconds * TimeSpan.TicksPerSecond) + (Micros * TimeSpan.TicksPerMicrosecond);
            }
        }

        public CalendarDateTime ToCalendar() => new(Year, Month, Day, Hour, Minute, Second, Micros);
    }
}
