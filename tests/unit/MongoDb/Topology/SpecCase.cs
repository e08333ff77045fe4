using System.Text.Json;

namespace CdcEmbedded.MongoDb.Tests.Topology;

/// <summary>Cases of the specifications' files.</summary>
internal static class SpecCase
{
    /// <summary>All files of a folder and its folders, by their paths in it.</summary>
    public static IEnumerable<(string Name, JsonElement Json)> Files(string folder)
    {
        var root = SpecFiles.Folder(folder);
        foreach (var file in Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            yield return (Path.GetRelativePath(root, file).Replace('\\', '/'), document.RootElement.Clone());
        }
    }

    /// <summary>The entries of the array "tests" of all files of a folder.</summary>
    public static IEnumerable<(string Name, JsonElement Test)> Tests(string folder)
        => Files(folder).SelectMany(file => file.Json.GetProperty("tests").EnumerateArray()
            .Select(test => ($"{file.Name}: {test.GetProperty("description").GetString()}", test)));

    /// <summary>Runs all cases and fails with the names of those that do not pass.</summary>
    public static void RunAll<T>(IEnumerable<(string Name, T Case)> cases, Action<T> run)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var (name, test) in cases)
        {
            count++;
            try
            {
                run(test);
            }
            catch (Exception exception)
            {
                failures.Add($"{name}: {exception.GetType().Name}: {exception.Message}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {count} cases:\n{string.Join("\n", failures)}");
        Assert.True(count > 0, "There are no cases.");
    }

    public static string? Text(this JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool Has(this JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
}
