using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Keys as JSON, and as the literals of SQL. Nothing is lost either way, and no text passes through a conversion of character
/// sets.</summary>
/// <remarks>
/// A key is an array with one element for each of its columns:
/// <list type="bullet">
/// <item>a number for integers, DECIMAL, BIT, YEAR, ENUM (its index) and SET (its mask); with an exponent for FLOAT and DOUBLE;</item>
/// <item>text for dates and times, UUID and INET;</item>
/// <item><c>{"latin1": "C3A4"}</c>, the character set and the bytes, for text; <c>{"binary": "00FF"}</c> for bytes.</item>
/// </list>
/// In SQL an ENUM is compared with a number and not with its label, because labels are compared as text and sorted as numbers (R64).
/// </remarks>
internal static class KeyText
{
    private const string Binary = "binary";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEF");
    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create("0123456789abcdefABCDEF-:. ");

    /// <summary>Writes the key of a record.</summary>
    /// <param name="columns">The names of the key's columns.</param>
    /// <param name="sets">Their character sets; null for columns that are not text.</param>
    /// <param name="record">A row, or a key.</param>
    /// <returns>Null if the record lacks one of the columns, or it is null.</returns>
    public static string? Of(string[] columns, string?[] sets, DataRecord record)
    {
        var text = new StringBuilder(16 * columns.Length).Append('[');
        for (var i = 0; i < columns.Length; i++)
        {
            if (!record.TryGetValue(columns[i], out var value) || value.IsNull)
            {
                return null;
            }

            if (i > 0)
            {
                text.Append(',');
            }

            Append(text, value, sets[i]);
        }

        return text.Append(']').ToString();
    }

    /// <summary>Reads a key as literals of SQL.</summary>
    /// <exception cref="OffsetFormatException">It is no key of this many columns.</exception>
    public static string[] ToSql(string json, int count)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.GetArrayLength() == count)
            {
                var literals = new string[count];
                for (var i = 0; i < count; i++)
                {
                    literals[i] = Literal(document.RootElement[i]);
                }

                return literals;
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new OffsetFormatException($"'{json}' is not a key of {count} columns: {e.Message}", e);
        }

        throw new OffsetFormatException($"'{json}' is not a key of {count} columns. The table's key was probably changed.");
    }

    /// <summary>True if a key's column is text or bytes, of which the server may find different ones equal.</summary>
    public static bool IsBytes(in ColumnMetadata column) => column.IsText && column.Form == FixedForm.None;

    private static void Append(StringBuilder text, in DataValue value, string? set)
    {
        switch (value.Kind)
        {
            case ValueKind.Int64:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsInt64()}");
                break;
            case ValueKind.UInt64 or ValueKind.Set:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsUInt64()}");
                break;
            case ValueKind.Enum:
                text.Append(CultureInfo.InvariantCulture, $"{value.AsInt64()}");
                break;
            case ValueKind.Single or ValueKind.Double:
                text.Append(value.AsDouble().ToString("E16", CultureInfo.InvariantCulture));
                break;
            case ValueKind.Decimal:
                text.Append(value);
                break;
            case ValueKind.Text when set is not null:
                AppendBytes(text, value, set);
                break;
            case ValueKind.Binary or ValueKind.Vector or ValueKind.Geometry:
                AppendBytes(text, value, Binary);
                break;
            default:
                text.Append('"').Append(value).Append('"');
                break;
        }
    }

    private static void AppendBytes(StringBuilder text, in DataValue value, string set) => text.Append("{\"").Append(set).Append("\":\"")
        .Append(Convert.ToHexString(value.AsBytes().Span)).Append("\"}");

    private static string Literal(JsonElement element) => element.ValueKind switch
    {
        // A number of JSON is one of SQL: with an exponent it is a DOUBLE, with a point a DECIMAL.
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.String => $"'{Plain(element.GetString() ?? "")}'",
        JsonValueKind.Object => BytesLiteral(element),
        _ => throw new FormatException($"{element.ValueKind} is no literal"),
    };

    private static string BytesLiteral(JsonElement element)
    {
        foreach (var property in element.EnumerateObject())
        {
            var hex = property.Value.GetString() ?? "";
            if (hex.AsSpan().ContainsAnyExcept(HexDigits) || hex.Length % 2 != 0)
            {
                throw new FormatException("its bytes are no hexadecimal digits");
            }

            foreach (var c in property.Name)
            {
                if (!char.IsAsciiLetterOrDigit(c))
                {
                    throw new FormatException($"'{property.Name}' is no character set");
                }
            }

            return property.Name == Binary ? $"X'{hex}'" : $"_{property.Name} X'{hex}'";
        }

        throw new FormatException("an object is empty");
    }

    /// <summary>Dates, times, UUID and INET consist of these characters, which no sql_mode interprets.</summary>
    private static string Plain(string text) => text.AsSpan().ContainsAnyExcept(PlainCharacters)
        ? throw new FormatException("a text has characters that no date, time or address has") : text;
}
