using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
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
                "TINYINT" or "SMALLINT" or "MEDIUMINT" or "INT" or "INTEGER" or "BIGINT"
                    => Integer(value is bool flag ? flag ? "1" : "0" : text, name, type),
                "BOOL" or "BOOLEAN" => Integer(value is bool truth ? truth ? "1" : "0" : text, "TINYINT", type),
                "YEAR" => DataValue.FromInt64(long.Parse(text, Invariant)),
                "BIT" => DataValue.FromUInt64(value is bool bit ? bit ? 1UL : 0 : ulong.Parse(text, Invariant)),
                "DECIMAL" or "NUMERIC" => Decimal(text, arguments),
                "FLOAT" => DataValue.FromSingle(Convert.ToSingle(value, Invariant)),
                "DOUBLE" or "REAL" => DataValue.FromDouble(Convert.ToDouble(value, Invariant)),
                "CHAR" or "VARCHAR" or "TINYTEXT" or "TEXT" or "MEDIUMTEXT" or "LONGTEXT" => DataValue.FromText(text),
                "BINARY" or "VARBINARY" or "TINYBLOB" or "BLOB" or "MEDIUMBLOB" or "LONGBLOB" when value is byte[]
                    => ScriptedValue.From(value),
                "DATE" => ServerTime.Date(value),
                "TIME" => ServerTime.Time(value, Digits(arguments)),
                "DATETIME" => ServerTime.DateAndTime(value, Digits(arguments)),
                "TIMESTAMP" => ServerTime.Timestamp(value, Digits(arguments)),
                "ENUM" => IsNumber(value) ? ByNumber(int.Parse(text, Invariant), Labels(arguments))
                    : ScriptedValue.Enum(text, Labels(arguments)),
                "SET" => value is IEnumerable<string> labels ? ScriptedValue.Set(string.Join(',', labels), Labels(arguments))
                    : IsNumber(value) ? ByMask(ulong.Parse(text, Invariant), Labels(arguments))
                    : ScriptedValue.Set(text, Labels(arguments)),
                "JSON" => ScriptedValue.Json(value is JsonElement json ? json.GetRawText()
                    : value is JsonNode node ? node.ToJsonString() : text),
                _ => throw new ArgumentException($"A {value.GetType().Name} cannot be a value of a column of type '{type}'.", nameof(type)),
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException or JsonException)
        {
            throw new ArgumentException($"'{text}' cannot be a value of a column of type '{type}'.", nameof(value), e);
        }
    }

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    private static bool IsNumber(object value) => value is sbyte or byte or short or ushort or int or uint or long or ulong;

    /// <summary>A whole number. ZEROFILL makes a column unsigned.</summary>
    private static DataValue Integer(string text, string name, string type)
    {
        var bits = name switch { "TINYINT" => 8, "SMALLINT" => 16, "MEDIUMINT" => 24, "BIGINT" => 64, _ => 32 };
        if (type.Contains("unsigned", StringComparison.OrdinalIgnoreCase) || type.Contains("zerofill", StringComparison.OrdinalIgnoreCase))
        {
            var number = ulong.Parse(text, Invariant);
            return bits == 64 || number >> bits == 0 ? DataValue.FromUInt64(number) : throw new OverflowException();
        }

        var signed = long.Parse(text, Invariant);
        return bits == 64 || signed >> (bits - 1) is 0 or -1 ? DataValue.FromInt64(signed) : throw new OverflowException();
    }

    /// <summary>The label of an ENUM by its number; 0 is what a server stores for a value that is no label.</summary>
    private static DataValue ByNumber(int number, string[] labels) => number >= 0 && number <= labels.Length
        ? DataValue.FromEnum(number, labels) : throw new OverflowException();

    private static DataValue ByMask(ulong mask, string[] labels) => labels.Length >= 64 || mask >> labels.Length == 0
        ? DataValue.FromSet(mask, labels) : throw new OverflowException();

    private static DataValue Decimal(string text, string arguments)
    {
        var parts = arguments.Split(',');
        var scale = parts is [_, var digits] ? int.Parse(digits, Invariant) : 0;
        var precision = parts[0].Length > 0 ? int.Parse(parts[0], Invariant) : 10;
        var number = decimal.Parse(text, NumberStyles.Number, Invariant);
        if (precision - scale < 29 && Math.Round(Math.Abs(number), scale, MidpointRounding.AwayFromZero) >= Power(precision - scale))
        {
            throw new OverflowException();
        }

        // Zero with the column's scale gives the sum its digits.
        return DataValue.FromDecimal(Math.Round(number, scale, MidpointRounding.AwayFromZero) + new decimal(0, 0, 0, false, (byte)scale));
    }

    private static decimal Power(int exponent) => exponent == 0 ? 1 : 10 * Power(exponent - 1);

    private static byte Digits(string arguments) => arguments.Length == 0 ? (byte)0 : byte.Parse(arguments, Invariant);

    private static string[] Labels(string arguments)
        => [.. Label().Matches(arguments).Select(label => label.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal))];

    [GeneratedRegex(@"^\s*(?<name>\w+)\s*(\((?<arguments>.*)\))?", RegexOptions.Singleline)]
    private static partial Regex Parts();

    [GeneratedRegex("'((?:[^']|'')*)'", RegexOptions.Singleline)]
    private static partial Regex Label();
}
