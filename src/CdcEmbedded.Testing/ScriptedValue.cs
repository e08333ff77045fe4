namespace CdcEmbedded.Testing;

/// <summary>Makes a <see cref="Value"/> of a CLR object, for tests.</summary>
public static class ScriptedValue
{
    /// <summary>Converts null, <see cref="bool"/>, all integers, <see cref="float"/>, <see cref="double"/>, <see cref="decimal"/>,
    /// <see cref="BigDecimal"/>, <see cref="string"/>, <see cref="Guid"/> (as text), <see cref="byte"/> arrays, <see cref="DateOnly"/>,
    /// <see cref="TimeSpan"/>, <see cref="DateTime"/> and <see cref="CalendarDateTime"/> (without a zone), <see cref="DateTimeOffset"/>
    /// (an instant);
    /// a <see cref="Value"/> stays as it is, so that <see cref="Value.Absent"/> leaves a field out of the image.</summary>
    /// <exception cref="ArgumentException">The type is another.</exception>
    public static Value From(object? value) => value switch
    {
        null => Value.Null,
        Value ready => ready,
        bool b => Value.FromBoolean(b),
        sbyte or short or int or long => Value.FromInt64(Convert.ToInt64(value, null)),
        byte or ushort or uint or ulong => Value.FromUInt64(Convert.ToUInt64(value, null)),
        float f => Value.FromSingle(f),
        double d => Value.FromDouble(d),
        decimal m => Value.FromDecimal(m),
        BigDecimal big => Value.FromDecimal(big),
        string text => Value.FromText(text),
        Guid guid => Value.FromText(guid.ToString()),
        byte[] bytes => Value.FromBinary(bytes, 0, bytes.Length),
        DateOnly date => Value.FromDate(date.Year, date.Month, date.Day),
        TimeSpan time => Value.FromTime(time.Ticks / TimeSpan.TicksPerMicrosecond, 6),
        DateTime t => Value.FromDateTime(ToCalendar(t), 6),
        CalendarDateTime calendar => Value.FromDateTime(calendar, 6),
        DateTimeOffset instant => Value.FromTimestamp((instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, 6),
        _ => throw new ArgumentException($"No Value can be made of a {value.GetType()}.", nameof(value)),
    };

    private static CalendarDateTime ToCalendar(DateTime t) => new(t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second,
        (int)(t.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
}
