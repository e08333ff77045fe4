using System.Reflection;

namespace CdcEmbedded.Tests.Architecture;

/// <summary>The public API is a promise: it changes only together with its text. To rewrite the texts after an intended change:
/// <c>CDC_WRITE_PUBLIC_API=1 dotnet test tests/CdcEmbedded.Tests</c>.</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Assemblies => ShippedAssemblies.Names;

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Public_API_is_as_its_text_says(string name)
    {
        var assembly = ShippedAssemblies.All.Single(a => a.GetName().Name == name);
        var actual = PublicApiText.Of(assembly);
        var path = Path.Combine(ShippedAssemblies.Root, "tests", "unit", "Core", $"PublicApi.{name}.txt");
        if (Environment.GetEnvironmentVariable("CDC_WRITE_PUBLIC_API") == "1")
        {
            File.WriteAllText(path, actual);
        }

        var expected = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        var added = Lines(actual).Except(Lines(expected)).Select(l => "+ " + l);
        var removed = Lines(expected).Except(Lines(actual)).Select(l => "- " + l);
        Assert.True(actual == expected, $"The public API of {name} is not what {path} says. If the change is meant, run the tests with "
            + $"CDC_WRITE_PUBLIC_API=1.\n{string.Join('\n', removed.Concat(added))}");
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
