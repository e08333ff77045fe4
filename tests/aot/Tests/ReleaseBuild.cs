using System.Text.Json;
using CdcEmbedded.PublishTests;
using CdcEmbedded.Tests.Architecture;

[assembly: AssemblyFixture(typeof(PackagesFixture))]

namespace CdcEmbedded.PublishTests;

/// <summary>All packages, packed once, when the first test asks for them.</summary>
public sealed class PackagesFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task> _packed;

    public PackagesFixture() => _packed = new Lazy<Task>(PackAllAsync);

    /// <summary>The folder with the packages.</summary>
    public async Task<string> FolderAsync()
    {
        await _packed.Value;
        return _folder.PathOf("packages");
    }

    /// <summary>Packs one project or solution.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="output">Where the packages go.</param>
    /// <param name="options">More options of the command.</param>
    public async Task PackAsync(string path, string output, params string[] options) => await Dotnet.RunAsync(
        ["pack", path, "-c", "Release", Dotnet.NoAnalyzers, "-nologo", "--artifacts-path", _folder.PathOf("artifacts"), "-o", output,
            .. options]);

    public void Dispose() => _folder.Dispose();

    // One build for all of them: each on its own would look at what the others depend on again.
    private async Task PackAllAsync()
    {
        var filter = _folder.PathOf("packages.slnf");
        await File.WriteAllTextAsync(filter, JsonSerializer.Serialize(new
        {
            solution = new
            {
                path = Path.GetRelativePath(Path.GetDirectoryName(filter) ?? "", Path.Combine(ShippedAssemblies.Root, "CdcEmbedded.sln")),
                projects = ShippedAssemblies.All.Select(a => $@"src\{a.GetName().Name}\{a.GetName().Name}.csproj")
                    .Append(@"samples\CdcTail\CdcTail.csproj"),
            },
        }));
        await PackAsync(filter, _folder.PathOf("packages"));
    }
}
