namespace CdcEmbedded.Testing;

/// <summary>Makes a <see cref="DataValue"/> of a CLR object, for tests.</summary>
public static class ScriptedValue
{
    /// <summary>Converts null, <see cref="bool"/>, all integers, <see cref="float"/>, <see cref="double"/>, <see cref="decimal"/>,
    /// <see cref="BigDecimal"/>, <see cref="string"/>, <see cref="Guid"/> (as text), <see cref="byte"/> arrays, <see cref="DateOnly"/>,
    /// <see cref="TimeSpan"/>, <see cref="DateTime"/> and <see cref="CalendarDateTime"/> (without a zone), <see cref="DateTimeOffset"/>
    /// (an instant);
    /// a <see cref="DataValue"/> stays as it is, so that <see cref="DataValue.Absent"/> leaves a field out of the image.</summary>
    /// <exception cref="ArgumentException">The type is another.</exception>
    public static DataValue From(object? value) => value switch
    {
        null => DataValue.Null,
        DataValue ready => ready,
        bool b => DataValue.FromBoolean(b),
        sbyte or short or int or long => DataValue.FromInt64(Convert.ToInt64(value, null)),
        byte or ushort or uint or ulong => DataValue.FromUInt64(Convert.ToUInt64(value, null)),
        float f => DataValue.FromSingle(f),
        double d => DataValue.FromDouble(d),
        decimal m => DataValue.FromDecimal(m),
        BigDecimal big => DataValue.FromDecimal(big),
        string text => DataValue.FromText(text),
        Guid guid => DataValue.FromText(guid.ToString()),
        byte[] bytes => DataValue.FromBinary(bytes, 0, bytes.Length),
        DateOnly date => DataValue.FromDate(date.Year, date.Month, date.Day),
        TimeSpan time => DataValue.FromTime(time.Ticks / TimeSpan.TicksPerMicrosecond, 6),
        DateTime t => DataValue.FromDateTime(ToCalendar(t), 6),
        CalendarDateTime calendar => DataValue.FromDateTime(calendar, 6),
        DateTimeOffset instant => DataValue.FromTimestamp((instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, 6),
        _ => throw new ArgumentException($"No Value can be made of a {value.GetType()}.", nameof(value)),
    };

    private static CalendarDateTime ToCalendar(DateTime t) => new(t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second,
        (int)(t.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
}
