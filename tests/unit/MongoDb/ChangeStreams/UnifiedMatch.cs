using System.Text.Json;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>The matching rules of the unified test format: the root may have more fields than expected, nested documents may not; numbers
/// match by value; and the operators that the files of this folder use.</summary>
internal static class UnifiedMatch
{
    /// <summary>Returns true if it matches; otherwise says where it does not.</summary>
    public static string? Mismatch(JsonElement expected, object? actual, bool exists = true, bool isRoot = true, string path = "")
    {
        if (FirstName(expected) is ['$', '$', ..])
        {
            return Special(expected.EnumerateObject().First(), actual, exists, path);
        }

        if (!exists)
        {
            return $"{path} is missing";
        }

        return expected.ValueKind switch
        {
            JsonValueKind.Object when actual is Doc document && !IsTyped(expected) => Fields(expected, document, isRoot, path),
            JsonValueKind.Array when actual is List<object?> list => Items(expected, list, path),
            _ => Same(DocJson.Read(expected), actual) ? null : $"{path} is {DocJson.Write(actual)}, not {expected}",
        };
    }

    private static string? Special(JsonProperty special, object? actual, bool exists, string path) => special.Name switch
    {
        "$$exists" => special.Value.GetBoolean() == exists ? null : $"{path} is {(exists ? "there" : "missing")}",
        "$$unsetOrMatches" => exists ? Mismatch(special.Value, actual, true, false, path) : null,
        "$$type" => exists && special.Value.ToString().Contains(TypeOf(actual), StringComparison.Ordinal) ? null
            : $"{path} is {actual?.GetType().Name}, not {special.Value}",
        _ => throw new NotSupportedException($"The operator {special.Name} is not played."),
    };

    private static string? Fields(JsonElement expected, Doc actual, bool isRoot, string path)
    {
        var names = new HashSet<string>();
        foreach (var field in expected.EnumerateObject())
        {
            names.Add(field.Name);
            if (Mismatch(field.Value, actual[field.Name], actual.Has(field.Name), false, $"{path}.{field.Name}") is { } mismatch)
            {
                return mismatch;
            }
        }

        return isRoot ? null : actual.Names.FirstOrDefault(name => !names.Contains(name)) is { } extra
            ? $"{path}.{extra} is not expected" : null;
    }

    private static string? Items(JsonElement expected, List<object?> actual, string path)
    {
        if (expected.GetArrayLength() != actual.Count)
        {
            return $"{path} has {actual.Count} items, not {expected.GetArrayLength()}";
        }

        var i = 0;
        foreach (var item in expected.EnumerateArray())
        {
            if (Mismatch(item, actual[i], true, false, $"{path}.{i}") is { } mismatch)
            {
                return mismatch;
            }

            i++;
        }

        return null;
    }

    private static bool IsTyped(JsonElement expected) => FirstName(expected) is ['$', ..];

    private static string FirstName(JsonElement expected)
        => expected.ValueKind == JsonValueKind.Object && expected.EnumerateObject().Any() ? expected.EnumerateObject().First().Name : "";

    private static bool Same(object? expected, object? actual) => DocOrder.Same(expected, actual);

    private static string TypeOf(object? value) => value switch
    {
        int => "int",
        long => "long",
        double => "double",
        string => "string",
        bool => "bool",
        Doc => "object",
        List<object?> => "array",
        DocTimestamp => "timestamp",
        DocDate => "date",
        DocId => "objectId",
        _ => "binData",
    };
}
