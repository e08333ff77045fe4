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
        _ => IsText(expected, value.ToString()),
    };

    // The truth was converted by the server, which writes ? for a code that its own table lacks (gbk FDFE, a private-use character in
    // .NET) and, in information_schema, for characters above U+FFFF in labels. Neither is better than what was stored.
    private static bool IsText(JsonElement expected, string text)
    {
        var wanted = expected.ValueKind == JsonValueKind.String ? expected.GetString() : null;
        return wanted == text
            || (wanted is not null && wanted.Length == text.Length
                && wanted.Zip(text).All(p => p.First == p.Second || (p.First == '?' && p.Second is >= '\ue000' and <= '\uf8ff')));
    }
}
