using CdcEmbedded.Tests.Architecture;

namespace CdcEmbedded.PublishTests;

/// <summary>A clone of the repository in any folder.</summary>
public sealed class CloneTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("with space")]
    public async Task A_clone_below_a_folder_of_any_name_knows_its_libraries_from_its_tests(string name)
    {
        using var folder = new TemporaryFolder();
        var clone = folder.PathOf(Path.Combine(name, "clone"));
        string[] files =
        [
            "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "src/Directory.Build.props",
            "src/Directory.Build.targets", "src/CdcEmbedded/CdcEmbedded.csproj", "tests/Directory.Build.props",
            "tests/unit/Core/CdcEmbedded.Tests.csproj",
        ];
        foreach (var file in files)
        {
            var target = Path.Combine(clone, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target) ?? "");
            File.Copy(Path.Combine(ShippedAssemblies.Root, file), target);
        }

        Assert.Equal("true", await IsPackableAsync(Path.Combine(clone, "src/CdcEmbedded/CdcEmbedded.csproj")));
        Assert.Equal("false", await IsPackableAsync(Path.Combine(clone, "tests/unit/Core/CdcEmbedded.Tests.csproj")));
    }

    private static async Task<string> IsPackableAsync(string project)
        => (await Dotnet.RunAsync("msbuild", project, "-getProperty:IsPackable", "-nologo")).Trim();
}
