using System.Globalization;
using System.Text.RegularExpressions;

namespace CdcEmbedded.Testing;

/// <summary>Makes a value as a MySQL column of a type delivers it.</summary>
internal static partial class ServerValue
{
    /// <exception cref="ArgumentException">The type is unknown, or the value does not fit it.</exception>
    public static DataValue Make(string type, object? value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        if (value is null || value is DataValue)
        {
            return ScriptedValue.From(value);
        }

        var match = Parts().Match(type);
        var name = match.Groups["name"].Value.ToUpperInvariant();
        var arguments = match.Groups["arguments"].Value;
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        try
        {
            return name switch
            {
                "TINYINT" or "SMALLINT" or "MEDIUMINT" or "INT" or "INTEGER" or "BIGINT" => Integer(text, type),
                "BOOL" or "BOOLEAN" => DataValue.FromInt64(value is bool truth ? (truth ? 1 : 0) : long.Parse(text, Invariant)),
                "YEAR" => DataValue.FromInt64(long.Parse(text, Invariant)),
                "BIT" => DataValue.FromUInt64(ulong.Parse(text, Invariant)),
                "DECIMAL" or "NUMERIC" => Decimal(text, arguments),
                "FLOAT" => DataValue.FromSingle(Convert.ToSingle(value, Invariant)),
                "DOUBLE" or "REAL" => DataValue.FromDouble(Convert.ToDouble(value, Invariant)),
                "CHAR" or "VARCHAR" or "TINYTEXT" or "TEXT" or "MEDIUMTEXT" or "LONGTEXT" => DataValue.FromText(text),
                "BINARY" or "VARBINARY" or "TINYBLOB" or "BLOB" or "MEDIUMBLOB" or "LONGBLOB" when value is byte[]
                    => ScriptedValue.From(value),
                "DATE" => ScriptedValue.From(value is DateOnly ? value : DateOnly.Parse(text, Invariant)),
                "TIME" => Time(value is TimeSpan time ? time : TimeSpan.Parse(text, Invariant), Digits(arguments)),
                "DATETIME" => DateTimeValue(value is DateTime t ? t : DateTime.Parse(text, Invariant), Digits(arguments)),
                "TIMESTAMP" => Timestamp(value is DateTimeOffset instant ? instant
                    : DateTimeOffset.Parse(text, Invariant, DateTimeStyles.AssumeUniversal), Digits(arguments)),
                "ENUM" => ScriptedValue.Enum(text, Labels(arguments)),
                "SET" => ScriptedValue.Set(value is string[] labels ? string.Join(',', labels) : text, Labels(arguments)),
                "JSON" => ScriptedValue.Json(text),
                _ => throw new ArgumentException($"A {value.GetType().Name} cannot be a value of a column of type '{type}'.", nameof(type)),
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException)
        {
            throw new ArgumentException($"'{text}' cannot be a value of a column of type '{type}'.", nameof(value), e);
        }
    }

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    private static DataValue Integer(string text, string type) => type.Contains("unsigned", StringComparison.OrdinalIgnoreCase)
        ? DataValue.FromUInt64(ulong.Parse(text, Invariant)) : DataValue.FromInt64(long.Parse(text, Invariant));

    private static DataValue Decimal(string text, string arguments)
    {
        var scale = arguments.Split(',') is [_, var digits] ? int.Parse(digits, Invariant) : 0;
        var number = decimal.Parse(text, NumberStyles.Number, Invariant);

        // Zero with the column's scale gives the sum its digits.
        return DataValue.FromDecimal(Math.Round(number, scale, MidpointRounding.AwayFromZero) + new decimal(0, 0, 0, false, (byte)scale));
    }

    private static DataValue Time(TimeSpan time, byte digits) => DataValue.FromTime(time.Ticks / TimeSpan.TicksPerMicrosecond, digits);

    private static DataValue DateTimeValue(DateTime t, byte digits) => DataValue.FromDateTime(new CalendarDateTime(t.Year, t.Month, t.Day,
        t.Hour, t.Minute, t.Second, (int)(t.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond)), digits);

    private static DataValue Timestamp(DateTimeOffset instant, byte digits)
        => DataValue.FromTimestamp((instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, digits);

    private static byte Digits(string arguments) => arguments.Length == 0 ? (byte)0 : byte.Parse(arguments, Invariant);

    private static string[] Labels(string arguments)
        => [.. Label().Matches(arguments).Select(label => label.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal))];

    [GeneratedRegex(@"^\s*(?<name>\w+)\s*(\((?<arguments>.*)\))?", RegexOptions.Singleline)]
    private static partial Regex Parts();

    [GeneratedRegex("'((?:[^']|'')*)'", RegexOptions.Singleline)]
    private static partial Regex Label();
}
