namespace CdcEmbedded.Testing;

/// <summary>Makes a <see cref="DataValue"/> of a CLR object, for tests.</summary>
public static class ScriptedValue
{
    private const int MaxLabels = 64;

    /// <summary>Converts null, <see cref="bool"/>, all integers, <see cref="float"/>, <see cref="double"/>, <see cref="decimal"/>,
    /// <see cref="BigDecimal"/>, <see cref="string"/>, <see cref="Guid"/> (as text), <see cref="byte"/> arrays, <see cref="DateOnly"/>,
    /// <see cref="TimeSpan"/>, <see cref="TimeOnly"/>, <see cref="DateTime"/> and <see cref="CalendarDateTime"/> (without a zone),
    /// <see cref="DateTimeOffset"/> (an instant), sequences of <see cref="string"/> (a SET of these labels; see <see cref="Set"/>);
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
        IEnumerable<string> labels => Set(string.Join(',', labels)),
        Guid guid => DataValue.FromText(guid.ToString()),
        byte[] bytes => DataValue.FromBinary(bytes, 0, bytes.Length),
        DateOnly date => DataValue.FromDate(date.Year, date.Month, date.Day),
        TimeSpan time => DataValue.FromTime(time.Ticks / TimeSpan.TicksPerMicrosecond, 6),
        TimeOnly time => DataValue.FromTime(time.Ticks / TimeSpan.TicksPerMicrosecond, 6),
        DateTime t => DataValue.FromDateTime(ToCalendar(t), 6),
        CalendarDateTime calendar => DataValue.FromDateTime(calendar, 6),
        DateTimeOffset instant => DataValue.FromTimestamp((instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, 6),
        _ => throw new ArgumentException($"No Value can be made of a {value.GetType()}.", nameof(value)),
    };

    /// <summary>Makes the value of a SET column.</summary>
    /// <param name="text">Its labels, separated by commas, in any order; empty for none.</param>
    /// <param name="labels">All labels of the column, in order. None, the default, takes those of the value.</param>
    /// <exception cref="ArgumentException">A label is not one of the column's, or there are more than 64.</exception>
    public static DataValue Set(string text, params string[] labels)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(labels);
        var parts = text.Length == 0 ? [] : text.Split(',');
        var all = labels.Length > 0 ? labels : parts;
        if (all.Length > MaxLabels)
        {
            throw new ArgumentException($"A SET has at most {MaxLabels} labels, not {all.Length}.", nameof(labels));
        }

        var mask = 0UL;
        foreach (var part in parts)
        {
            mask |= Array.IndexOf(all, part) is >= 0 and var index ? 1UL << index
                : throw new ArgumentException($"'{part}' is no label of the SET: {string.Join(", ", all)}.", nameof(text));
        }

        return DataValue.FromSet(mask, all);
    }

    /// <summary>Makes the value of an ENUM column.</summary>
    /// <param name="label">Its label.</param>
    /// <param name="labels">All labels of the column, in order. None, the default, takes the value's alone.</param>
    /// <exception cref="ArgumentException">The label is not one of the column's.</exception>
    public static DataValue Enum(string label, params string[] labels)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(labels);
        string[] all = labels.Length > 0 ? labels : [label];
        return Array.IndexOf(all, label) is >= 0 and var index ? DataValue.FromEnum(index + 1, all)
            : throw new ArgumentException($"'{label}' is no label of the ENUM: {string.Join(", ", all)}.", nameof(label));
    }

    /// <summary>Makes the value of a JSON column.</summary>
    /// <param name="text">The document, as the server prints it.</param>
    /// <exception cref="System.Text.Json.JsonException">It is not JSON.</exception>
    public static DataValue Json(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var document = System.Text.Json.JsonDocument.Parse(text);
        return DataValue.FromJson(text);
    }

    /// <summary>Makes the value that a column of MySQL or MariaDB delivers, by its type: with its signedness, digits and labels.</summary>
    /// <param name="serverType">The type as in CREATE TABLE, such as <c>bigint unsigned</c>, <c>decimal(10,2)</c>, <c>datetime(6)</c>,
    /// <c>json</c>, <c>enum('a','b')</c> or <c>set('a','b','c')</c>.</param>
    /// <param name="value">The value as a CLR object, or as text as the server writes it; for a SET also a sequence of labels, or its bits
    /// as a number; for an ENUM also the number of its label; null for NULL. Times are rounded to the column's digits, as the server
    /// does.</param>
    /// <exception cref="ArgumentException">The type is unknown, or the value does not fit it.</exception>
    public static DataValue Of(string serverType, object? value) => ServerValue.Make(serverType, value);

    private static CalendarDateTime ToCalendar(DateTime t) => new(t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second,
        (int)(t.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
}
