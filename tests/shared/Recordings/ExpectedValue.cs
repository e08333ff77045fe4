using System.Globalization;
using System.Text.Json;

namespace CdcEmbedded.MySql.Recordings;

/// <summary>Compares a decoded value with the recordings' ground truth, by the conventions of their README.</summary>
internal static class ExpectedValue
{
    public static bool Matches(DataValue value, JsonElement expected) => value.Kind switch
    {
        ValueKind.Absent => false,
        ValueKind.Null => expected.ValueKind == JsonValueKind.Null,
        ValueKind.Int64 or ValueKind.UInt64 => expected.ValueKind == JsonValueKind.Number && expected.GetRawText() == value.ToString(),
        ValueKind.Single or ValueKind.Double => expected.ValueKind == JsonValueKind.Number
            && BitConverter.DoubleToInt64Bits(double.Parse(expected.GetRawText(),
                CultureInfo.InvariantCulture)) == BitConverter.DoubleToInt64Bits(value.AsDouble()),
        ValueKind.Binary or ValueKind.Geometry or ValueKind.Vector => IsText(expected, "0x" + Convert.ToHexString(value.AsBytes().Span)),
        ValueKind.JsonPatch => expected.ValueKind == JsonValueKind.Object && expected.TryGetProperty("$partial", out var partial)
            && ExpectedPatch.Matches(value.AsString(), partial.GetString() ?? ""),
        ValueKind.Enum or ValueKind.Set when value.AsString().Contains('?', StringComparison.Ordinal)
            => expected.ValueKind == JsonValueKind.String,
        ValueKind.Text => IsText(expected, Decode(value)),
        _ => IsText(expected, value.ToString()),
    };

    /// <summary>The text; null where its character set has no such character: there the server writes a question mark.</summary>
    private static string? Decode(DataValue value)
    {
        try
        {
            return value.AsString();
        }
        catch (CdcProtocolException)
        {
            return null;
        }
    }

    // The server converted the truth. It writes a question mark for a code that the character set does not define (gbk FDFE), where
    // decoding is refused, and in information_schema for characters above U+FFFF in labels.
    private static bool IsText(JsonElement expected, string? text)
    {
        var wanted = expected.ValueKind == JsonValueKind.String ? expected.GetString() : null;
        return wanted is not null && (text is null ? wanted.Contains('?', StringComparison.Ordinal) : wanted == text);
    }
}
