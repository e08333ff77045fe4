namespace CdcEmbedded;

/// <summary>A date, or a date and time, as the database wrote it: possibly zero (<c>0000-00-00</c>) or partial (<c>2024-00-15</c>),
/// which no CLR type can hold. It has no time zone and is never converted.</summary>
public readonly struct CalendarDateTime : IEquatable<CalendarDateTime>
{
    /// <summary>Days from 1 March of year 0 to 1 January of year 1.</summary>
    private const long DaysBeforeYearOne = 306;

    private readonly long _packed;

    internal CalendarDateTime(long packed) => _packed = packed;

    /// <summary>Creates the value from its fields. They are checked only for their range of bits, because servers store what
    /// they were given.</summary>
    public CalendarDateTime(int year, int month, int day, int hour = 0, int minute = 0, int second = 0, int microsecond = 0)
        => _packed = Pack(year, month, day, hour, minute, second, microsecond);

    /// <summary>0 to 9999.</summary>
    public int Year => (int)(_packed >> 46);

    /// <summary>0 to 12; 0 in zero and partial dates.</summary>
    public int Month => (int)(_packed >> 42) & 15;

    /// <summary>0 to 31; 0 in zero and partial dates.</summary>
    public int Day => (int)(_packed >> 37) & 31;

    /// <summary>0 to 23.</summary>
    public int Hour => (int)(_packed >> 32) & 31;

    /// <summary>0 to 59.</summary>
    public int Minute => (int)(_packed >> 26) & 63;

    /// <summary>0 to 59.</summary>
    public int Second => (int)(_packed >> 20) & 63;

    /// <summary>0 to 999,999.</summary>
    public int Microsecond => (int)_packed & 0xfffff;

    /// <summary>True for <c>0000-00-00 00:00:00</c>.</summary>
    public bool IsZero => _packed == 0;

    /// <summary>True if it lacks its month or day, so that no calendar has it.</summary>
    internal bool IsPartial => Month == 0 || Day == 0;

    internal long Packed => _packed;

    internal static long Pack(int year, int month, int day, int hour, int minute, int second, int microsecond)
        => ((long)year << 46) | ((long)(month & 15) << 42) | ((long)(day & 31) << 37) | ((long)(hour & 31) << 32)
            | ((long)(minute & 63) << 26) | ((long)(second & 63) << 20) | (uint)(microsecond & 0xfffff);

    /// <summary>Converts to a <see cref="System.DateTime"/> of kind Unspecified.</summary>
    /// <returns>False for zero, partial and impossible dates such as <c>2023-02-30</c>.</returns>
    public bool TryToDateTime(out DateTime result)
    {
        result = default;
        int year = Year, month = Month, day = Day;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || (day > 28 && day > DateTime.DaysInMonth(year, month))
            || Hour > 23 || Minute > 59 || Second > 59 || Microsecond > 999_999)
        {
            return false;
        }

        // March-based days of the year, as leap days then come last: one formula instead of a table of months.
        var shifted = month < 3 ? year - 1 : year;
        var dayOfYear = (((153 * (month < 3 ? month + 9 : month - 3)) + 2) / 5) + day - 1;
        var days = (365L * shifted) + (shifted / 4) - (shifted / 100) + (shifted / 400) + dayOfYear - DaysBeforeYearOne;
        var seconds = (((Hour * 60) + Minute) * 60) + Second;
        result = new DateTime((days * TimeSpan.TicksPerDay) + (seconds * TimeSpan.TicksPerSecond)
            + (Microsecond * TimeSpan.TicksPerMicrosecond));
        return true;
    }

    /// <summary>Returns the text that MySQL writes: <c>YYYY-MM-DD HH:MM:SS</c>, and six digits of a fraction if there is one.</summary>
    public override string ToString() => Microsecond == 0
        ? $"{Year:D4}-{Month:D2}-{Day:D2} {Hour:D2}:{Minute:D2}:{Second:D2}"
        : $"{Year:D4}-{Month:D2}-{Day:D2} {Hour:D2}:{Minute:D2}:{Second:D2}.{Microsecond:D6}";

    /// <inheritdoc/>
    public bool Equals(CalendarDateTime other) => _packed == other._packed;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CalendarDateTime other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _packed.GetHashCode();

    /// <summary>Equality of all fields.</summary>
    public static bool operator ==(CalendarDateTime left, CalendarDateTime right) => left.Equals(right);

    /// <summary>Inequality of any field.</summary>
    public static bool operator !=(CalendarDateTime left, CalendarDateTime right) => !left.Equals(right);
}
