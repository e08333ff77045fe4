namespace CdcEmbedded.PublishTests;

/// <summary>CdcTail as a tool that a user installs.</summary>
public sealed class ToolTests(ReleaseBuild build)
{
    [Fact]
    public async Task The_tool_installs_from_a_folder_and_reads_its_recordings()
    {
        using var folder = new TemporaryFolder();
        var config = folder.PathOf("nuget.config");
        await File.WriteAllTextAsync(config, $"""
            <configuration>
              <packageSources><clear /><add key="packed" value="{await build.PackagesAsync()}" /></packageSources>
            </configuration>
            """);

        await Dotnet.RunAsync("tool", "install", "CdcTail", "--tool-path", folder.PathOf("tools"), "--configfile", config, "--no-cache");
        var tool = folder.PathOf(Path.Combine("tools", OperatingSystem.IsWindows() ? "cdctail.exe" : "cdctail"));

        var (code, output, errors) = await Dotnet.StartAsync(tool, "--format", "json", "--include", "shop.*");
        Assert.Equal(0, code);
        Assert.Equal(28, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("Next:  cdctail --format json", errors, StringComparison.Ordinal);

        (code, output, _) = await Dotnet.StartAsync(tool, "--include", "cinema.*");
        Assert.Equal(0, code);
        Assert.Contains("cinema.films  CREATE  _id='metropolis'", output, StringComparison.Ordinal);

        (code, output, _) = await Dotnet.StartAsync(tool, "--version");
        Assert.Equal(0, code);
        Assert.Matches(@"^CdcTail \d+\.\d+\.\d+\S*\n$", output);
    }
}
