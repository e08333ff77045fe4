using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>Makes one text for each value, whether the server printed it or the reader read it.</summary>
public static class CanonicalText
{
    private const int Longest = 500;

    /// <summary>Returns the text of what the client printed for <see cref="ServerColumn.Expression"/>.</summary>
    public static string OfServer(string? printed, ServerColumn column) => printed is null ? "NULL" : Shorten(column.Form switch
    {
        ColumnForm.Number => Number(printed),
        ColumnForm.Floating => Floating(double.Parse(printed, CultureInfo.InvariantCulture)),
        ColumnForm.Text => "'" + Encoding.UTF8.GetString(Convert.FromHexString(printed)) + "'",
        ColumnForm.Json => Json(Encoding.UTF8.GetString(Convert.FromHexString(printed))),
        _ => printed,
    });

    /// <summary>Returns the text of what the reader read.</summary>
    public static string OfReader(DataValue value, ServerColumn column)
        => value.IsAbsent ? "ABSENT" : value.IsNull ? "NULL" : Shorten(column.Form switch
    {
        ColumnForm.Number when column.DataType == "decimal" => Number(value.AsBigDecimal().ToString()),
        ColumnForm.Number => Number(value.ToString()),
        ColumnForm.Floating => Floating(value.AsDouble()),
        ColumnForm.Text => "'" + value.AsString() + "'",
        ColumnForm.Bytes => Convert.ToHexString(value.AsBytes().Span),
        ColumnForm.Json => Json(value.AsString()),
        _ => value.ToString(),
    });

    private static string Floating(double number) => (number == 0 ? 0 : number).ToString("R", CultureInfo.InvariantCulture);

    private static string Number(string text)
    {
        bool isNegative = text.StartsWith('-');
        string digits = text[(isNegative ? 1 : 0)..].TrimStart('0');
        digits = digits.Length == 0 || digits[0] == '.' ? "0" + digits : digits;
        return isNegative ? "-" + digits : digits;
    }

    private static string Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        var canonical = new StringBuilder();
        Append(canonical, document.RootElement);
        return canonical.ToString();
    }

    private static void Append(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    text.Append('"').Append(property.Name).Append("\": ");
                    Append(text, property.Value);
                    text.Append(", ");
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Append(text, item);
                    text.Append(", ");
                }

                text.Append(']');
                break;
            case JsonValueKind.Number:
                string raw = element.GetRawText();
                text.Append(raw.AsSpan().ContainsAny('.', 'e', 'E') ? Floating(element.GetDouble()) : raw);
                break;
            case JsonValueKind.String:
                text.Append('"').Append(element.GetString()).Append('"');
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static string Shorten(string text) => text.Length <= Longest
        ? text
        : $"{text.AsSpan(0, 40)}… {text.Length} characters {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
