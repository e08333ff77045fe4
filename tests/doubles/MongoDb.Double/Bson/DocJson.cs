using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>Extended JSON: what the specification's test files are written in, and what a failed assertion prints.</summary>
public static class DocJson
{
    /// <summary>Reads relaxed or canonical extended JSON.</summary>
    /// <exception cref="JsonException">The text is no JSON object.</exception>
    public static Doc Parse(string json)
    {
        using JsonDocument parsed = JsonDocument.Parse(json);
        return Read(parsed.RootElement) as Doc ?? throw new JsonException("A document is expected.");
    }

    /// <summary>The value of a parsed element.</summary>
    public static object? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ReadObject(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Read).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when element.TryGetInt32(out int number) => number,
        JsonValueKind.Number when element.TryGetInt64(out long number) => number,
        JsonValueKind.Number => element.GetDouble(),
        _ => null,
    };

    /// <summary>Writes extended JSON: relaxed, but int64 beyond 32 bits and doubles that look whole keep their types.</summary>
    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static object? ReadObject(JsonElement element)
    {
        using JsonElement.ObjectEnumerator properties = element.EnumerateObject();
        if (properties.MoveNext() && properties.Current.Name.StartsWith('$') && ReadTyped(properties.Current, out object? typed))
        {
            return typed;
        }

        var document = new Doc();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            document.Add(property.Name, Read(property.Value));
        }

        return document;
    }

    private static bool ReadTyped(JsonProperty property, out object? value)
    {
        JsonElement content = property.Value;
        string Text() => content.GetString() ?? throw new JsonException($"{property.Name} needs a string.");
        value = property.Name switch
        {
            "$oid" => DocId.Read(Convert.FromHexString(Text())),
            "$numberInt" => int.Parse(Text(), CultureInfo.InvariantCulture),
            "$numberLong" => long.Parse(Text(), CultureInfo.InvariantCulture),
            "$numberDouble" => double.Parse(Text().Replace("Infinity", "∞", StringComparison.Ordinal), CultureInfo.InvariantCulture),
            "$timestamp" => new DocTimestamp(content.GetProperty("t").GetUInt32(), content.GetProperty("i").GetUInt32()),
            "$uuid" => DocBinary.Uuid(Guid.Parse(Text())),
            "$binary" when content.ValueKind == JsonValueKind.Object => new DocBinary(
                Convert.ToByte(content.GetProperty("subType").GetString(), 16),
                content.GetProperty("base64").GetBytesFromBase64()),
            "$date" when content.ValueKind == JsonValueKind.String =>
                new DocDate(content.GetDateTimeOffset().ToUnixTimeMilliseconds()),
            "$date" => new DocDate(
                Read(content) is long milliseconds ? milliseconds : throw new JsonException("$date needs milliseconds.")),
            "$regularExpression" =>
                new DocRegex(content.GetProperty("pattern").GetString() ?? "", content.GetProperty("options").GetString() ?? ""),
            "$symbol" => new DocSymbol(Text()),
            "$undefined" => DocMarker.Undefined,
            "$minKey" => DocMarker.MinKey,
            "$maxKey" => DocMarker.MaxKey,
            _ => null,
        };
        return value is not null;
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case Doc document:
                AppendSequence(text, '{', '}', document, (into, element) =>
                {
                    into.Append(JsonSerializer.Serialize(element.Key)).Append(": ");
                    Append(into, element.Value);
                });
                break;
            case List<object?> array:
                AppendSequence(text, '[', ']', array, Append);
                break;
            case string content:
                text.Append(JsonSerializer.Serialize(content));
                break;
            default:
                text.Append(Scalar(value));
                break;
        }
    }

    private static void AppendSequence<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<StringBuilder, T> append)
    {
        text.Append(open);
        bool first = true;
        foreach (T item in items)
        {
            text.Append(first ? "" : ", ");
            first = false;
            append(text, item);
        }

        text.Append(close);
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        long number => $$"""{"$numberLong": "{{number}}"}""",
        double number => Number(number.ToString("R", CultureInfo.InvariantCulture)),
        DocId id => $$"""{"$oid": "{{id}}"}""",
        DocDate date => $$$"""{"$date": {"$numberLong": "{{{date.Milliseconds}}}"}}""",
        DocTimestamp time => $$$"""{"$timestamp": {"t": {{{time.Seconds}}}, "i": {{{time.Ordinal}}}}}""",
        DocBinary binary =>
            $$$"""{"$binary": {"base64": "{{{Convert.ToBase64String(binary.Bytes)}}}", "subType": "{{{binary.Subtype:x2}}}"}}""",
        DocMarker.Undefined => """{"$undefined": true}""",
        DocMarker.MinKey => """{"$minKey": 1}""",
        DocMarker.MaxKey => """{"$maxKey": 1}""",
        _ => JsonSerializer.Serialize(value.ToString()),
    };
    private static string Number(string digits) =>
        digits.AsSpan().ContainsAny(".E") ? digits : $$"""{"$numberDouble": "{{digits}}"}""";
}
