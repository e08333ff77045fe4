using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CdcEmbedded.ServerTests;

/// <summary>Applies a patch as its documentation says, to a document that System.Text.Json reads.</summary>
public static partial class PatchedJson
{
    /// <summary>Returns the document after the patch.</summary>
    public static JsonNode? Apply(string document, string patch)
    {
        var root = new JsonArray(JsonNode.Parse(document));
        foreach (JsonNode? operation in JsonNode.Parse(patch)?.AsArray() ?? [])
        {
            ArgumentNullException.ThrowIfNull(operation);
            Apply(root, (string?)operation["op"] ?? "", (string?)operation["path"] ?? "", operation["value"]?.DeepClone());
        }

        JsonNode? result = root[0];
        root.Clear();
        return result;
    }

    private static void Apply(JsonArray root, string op, string path, JsonNode? value)
    {
        JsonNode? node = root[0];
        MatchCollection legs = Leg().Matches(path);
        Assert.Equal(path.Length, 1 + legs.Sum(leg => leg.Length));
        Assert.StartsWith("$", path, StringComparison.Ordinal);
        foreach (Match leg in legs.SkipLast(1))
        {
            node = node is JsonArray cells ? cells[Index(leg, cells.Count)] : node?.AsObject()[Name(leg)];
        }

        if (node is JsonArray array)
        {
            int index = Index(legs[^1], array.Count);
            if (op == "insert")
            {
                array.Insert(Math.Clamp(index, 0, array.Count), value);
                return;
            }

            array.RemoveAt(index);
            if (op == "replace")
            {
                array.Insert(index, value);
            }

            return;
        }

        JsonObject map = Assert.IsType<JsonObject>(node);
        string name = Name(legs[^1]);
        Assert.Equal(op != "insert", map.ContainsKey(name));
        map.Remove(name);
        if (op != "remove")
        {
            map.Add(name, value);
        }
    }

    private static string Name(Match leg)
        => leg.Value[1] == '"' ? JsonSerializer.Deserialize<string>(leg.Value[1..]) ?? "" : leg.Value[1..];

    private static int Index(Match leg, int count)
    {
        string cell = leg.Value[1..^1];
        return !cell.StartsWith("last", StringComparison.Ordinal) ? int.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)
            : count - 1 - (cell.Length > 4 ? int.Parse(cell[5..], System.Globalization.CultureInfo.InvariantCulture) : 0);
    }

    [GeneratedRegex("""\.("(?:[^"\\]|\\.)*"|[^.\["]+)|\[(?:last(?:-\d+)?|\d+)\]""")]
    private static partial Regex Leg();
}
