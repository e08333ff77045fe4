using System.Text.Json;
using CdcEmbedded.PublishTests;
using CdcEmbedded.Tests.Architecture;

[assembly: AssemblyFixture(typeof(ReleaseBuild))]

namespace CdcEmbedded.PublishTests;

/// <summary>The release build that packages and native programs are made from. Its folder of artifacts is one for all, so that the
/// libraries are compiled once; two commands at once would write the same files, so each waits for its turn.</summary>
public sealed class ReleaseBuild : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lazy<Task> _packed;

    public ReleaseBuild() => _packed = new Lazy<Task>(PackAllAsync);

    /// <summary>Packs all packages when the first test asks for them.</summary>
    /// <returns>The folder with the packages.</returns>
    public async Task<string> PackagesAsync()
    {
        await _packed.Value;
        return _folder.PathOf("packages");
    }

    /// <summary>Packs one project or solution.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="output">Where the packages go.</param>
    /// <param name="options">More options of the command.</param>
    public async Task PackAsync(string path, string output, params string[] options) => await RunAsync("pack", path, output, options);

    /// <summary>Publishes one project for this machine.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="output">Where the program goes.</param>
    /// <param name="options">More options of the command.</param>
    /// <returns>The output of the command.</returns>
    public async Task<string> PublishAsync(string path, string output, params string[] options)
        => await RunAsync("publish", path, output, ["--use-current-runtime", .. options]);

    public void Dispose()
    {
        _folder.Dispose();
        _turn.Dispose();
    }

    private async Task<string> RunAsync(string command, string path, string output, string[] options)
    {
        await _turn.WaitAsync();
        try
        {
            return await Dotnet.RunAsync([command, path, "-c", "Release", Dotnet.NoAnalyzers, "-nologo", "--artifacts-path",
                _folder.PathOf("artifacts"), "-o", output, .. options]);
        }
        finally
        {
            _turn.Release();
        }
    }

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
