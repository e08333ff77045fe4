using System.Text.RegularExpressions;
using CdcEmbedded.Tests.Architecture;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.PublishTests;

/// <summary>A program of tests/aot, compiled to native code.</summary>
internal sealed partial class NativeProgram
{
    private NativeProgram(string path, IReadOnlyList<string> warnings)
    {
        Path = path;
        Warnings = warnings;
    }

    public string Path { get; }

    /// <summary>The warnings of trimming and compilation, sorted, each once: code and place.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Publishes a program. Skips the calling test with the reason if this machine has no linker, unless
    /// everything is required.</summary>
    public static async Task<NativeProgram> PublishAsync(ReleaseBuild build, TemporaryFolder folder, string name)
    {
        var project = System.IO.Path.Combine(ShippedAssemblies.Root, "tests", "aot", name, $"CdcEmbedded.Aot.{name}.csproj");
        string output;
        try
        {
            output = await build.PublishAsync(project, folder.PathOf("program"), "-p:AotTest=true");
        }
        catch (InvalidOperationException e) when (NoLinker().Match(e.Message) is { Success: true } reason && !ServerAvailability.Required)
        {
            Assert.Skip($"Native code needs a linker (the package clang or gcc, and zlib1g-dev): {reason.Value}");
            throw;
        }

        var file = folder.PathOf(System.IO.Path.Combine("program", $"CdcEmbedded.Aot.{name}{(OperatingSystem.IsWindows() ? ".exe" : "")}"));
        Assert.True(File.Exists(file), output);
        Assert.False(File.Exists(System.IO.Path.ChangeExtension(file, ".dll")) || File.Exists(file + ".dll"),
            "It was not compiled to native code.");
        return new NativeProgram(file,
            [.. Warning().Matches(output).Select(m => $"{m.Groups["code"].Value} {Place(m)}").Distinct().Order(StringComparer.Ordinal)]);
    }

    private static string Place(Match warning) => warning.Groups["text"].Value.Split(": ")[0].Trim();

    [GeneratedRegex(@"warning (?<code>IL\d+): (?<text>[^\n]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Warning();

    [GeneratedRegex(@"[^\n]*(Platform linker|cannot find -l|linker command)[^\n]*", RegexOptions.ExplicitCapture)]
    private static partial Regex NoLinker();
}
