using System.Text.Json;

namespace CdcEmbedded.MongoDb.Tests.Documents;

/// <summary>Compares JSON texts whatever their blanks and escapes: names in their order, and numbers as they are spelled.</summary>
internal static class JsonTexts
{
    public static void AssertSame(string expected, string actual) => Assert.Equal(Normal(expected), Normal(actual));

    private static string Normal(string text)
    {
        using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
        return Normal(json.RootElement);
    }

    private static string Normal(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", element.EnumerateObject().Select(p => Quoted(p.Name) + ":" + Normal(p.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(",", element.EnumerateArray().Select(Normal)) + "]",
        JsonValueKind.String => Quoted(element.GetString() ?? ""),
        _ => element.GetRawText(),
    };

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
