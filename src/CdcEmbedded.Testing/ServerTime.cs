using System.Globalization;
using System.Text.RegularExpressions;

namespace CdcEmbedded.Testing;

/// <summary>Makes dates and times as a MySQL column delivers them: rounded to the column's digits, and zero and partial dates as they are
/// written.</summary>
internal static partial class ServerTime
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;
    private static readonly TimeSpan MostOfTime = new(838, 59, 59);

    /// <exception cref="FormatException">It is no date.</exception>
    public static DataValue Date(object value)
    {
        var date = value switch
        {
            DateOnly day => new CalendarDateTime(day.Year, day.Month, day.Day),
            DateTime t => new CalendarDateTime(t.Year, t.Month, t.Day),
            DateTimeOffset t => new CalendarDateTime(t.Year, t.Month, t.Day),
            CalendarDateTime calendar => calendar,
            _ => ReadCalendar(TextOf(value)) ?? throw new FormatException(),
        };
        return date is { Month: <= 12, Day: <= 31 } ? DataValue.FromDate(date.Year, date.Month, date.Day) : throw new FormatException();
    }

    /// <exception cref="FormatException">It is no time of the form <c>[-]hours:minutes[:seconds[.fraction]]</c>.</exception>
    /// <exception cref="OverflowException">It is longer than a TIME can be, 838:59:59.</exception>
    public static DataValue Time(object value, byte digits)
    {
        var time = Round(value switch
        {
            TimeSpan span => span,
            TimeOnly t => t.ToTimeSpan(),
            _ => ReadTime(TextOf(value)),
        }, digits);
        return time.Duration() <= MostOfTime ? DataValue.FromTime(time.Ticks / TicksPerMicrosecond, digits) : throw new OverflowException();
    }

    /// <summary>A date and time without a zone: of an instant, the date and time in its own zone.</summary>
    /// <exception cref="FormatException">It is no date and time.</exception>
    public static DataValue DateAndTime(object value, byte digits)
    {
        if ((value as CalendarDateTime? ?? (value is string text ? ReadCalendar(text) : null)) is { } calendar
            && !calendar.TryToDateTime(out _))
        {
            return calendar is { Month: <= 12, Day: <= 31, Hour: <= 23, Minute: <= 59, Second: <= 59 }
                ? DataValue.FromDateTime(calendar, digits) : throw new FormatException();
        }

        var t = Round(value switch
        {
            DateTime time => time,
            DateTimeOffset instant => instant.DateTime,
            DateOnly day => day.ToDateTime(default),
            CalendarDateTime valid => Clock(valid),
            _ when ReadCalendar(TextOf(value)) is { } read => Clock(read),
            _ => throw new FormatException(),
        }, digits);
        return DataValue.FromDateTime(new CalendarDateTime(t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second,
            (int)(t.Ticks % TimeSpan.TicksPerSecond / TicksPerMicrosecond)), digits);
    }

    /// <summary>An instant; text and times without a zone are in UTC.</summary>
    /// <exception cref="FormatException">It is no instant.</exception>
    public static DataValue Timestamp(object value, byte digits)
    {
        if (value is string text && ReadCalendar(text) is { IsZero: true })
        {
            return DataValue.FromZeroTimestamp(digits);
        }

        var instant = value switch
        {
            DateTimeOffset known => known,
            DateTime { Kind: DateTimeKind.Local } local => new DateTimeOffset(local),
            DateTime t => new DateTimeOffset(DateTime.SpecifyKind(t, DateTimeKind.Utc)),
            CalendarDateTime calendar => new DateTimeOffset(Clock(calendar), TimeSpan.Zero),
            _ => DateTimeOffset.Parse(TextOf(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        };
        return DataValue.FromTimestamp((Round(instant.UtcDateTime, digits) - DateTime.UnixEpoch).Ticks / TicksPerMicrosecond, digits);
    }

    private static string TextOf(object value) => value as string ?? throw new InvalidCastException();

    private static DateTime Clock(CalendarDateTime calendar) => calendar.TryToDateTime(out var t) ? t : throw new FormatException();

    private static DateTime Round(DateTime t, byte digits) => new(Round(t.Ticks, digits), DateTimeKind.Unspecified);

    private static TimeSpan Round(TimeSpan time, byte digits)
        => time < TimeSpan.Zero ? -new TimeSpan(Round(-time.Ticks, digits)) : new TimeSpan(Round(time.Ticks, digits));

    /// <summary>Rounds as the server does: half a unit goes up.</summary>
    private static long Round(long ticks, byte digits)
    {
        var unit = TimeSpan.TicksPerSecond;
        for (var i = 0; i < digits && i < 6; i++)
        {
            unit /= 10;
        }

        return (ticks + (unit / 2)) / unit * unit;
    }

    /// <summary>Hours may have three digits, which <see cref="TimeSpan.Parse(string, IFormatProvider)"/> takes for days.</summary>
    private static TimeSpan ReadTime(string text)
    {
        if (TimeText().Match(text) is not { Success: true } match)
        {
            throw new FormatException();
        }

        var time = new TimeSpan(Number(match, "h"), Number(match, "m"), Number(match, "s"));
        time += new TimeSpan(Fraction(match) * TicksPerMicrosecond);
        return match.Groups["sign"].Length > 0 ? -time : time;
    }

    private static CalendarDateTime? ReadCalendar(string text)
    {
        if (CalendarText().Match(text) is not { Success: true } match)
        {
            return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var t)
                ? new CalendarDateTime(t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second,
                    (int)(t.Ticks % TimeSpan.TicksPerSecond / TicksPerMicrosecond)) : null;
        }

        return new CalendarDateTime(Number(match, "year"), Number(match, "month"), Number(match, "day"), Number(match, "h"),
            Number(match, "m"), Number(match, "s"), Fraction(match));
    }

    private static int Number(Match match, string group) => match.Groups[group] is { Length: > 0 } digits
        ? int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private static int Fraction(Match match) => match.Groups["f"] is { Length: > 0 } digits
        ? int.Parse(digits.Value.PadRight(6, '0'), NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?<sign>-?)(?<h>\d{1,3}):(?<m>[0-5]?\d)(:(?<s>[0-5]?\d)(\.(?<f>\d{1,6}))?)?$")]
    private static partial Regex TimeText();

    [GeneratedRegex(@"^(?<year>\d{4})-(?<month>\d\d?)-(?<day>\d\d?)([ T](?<h>\d\d?):(?<m>\d\d?)(:(?<s>\d\d?)(\.(?<f>\d{1,6}))?)?)?$")]
    private static partial Regex CalendarText();
}
