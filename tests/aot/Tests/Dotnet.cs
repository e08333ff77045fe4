using System.Diagnostics;

namespace CdcEmbedded.PublishTests;

/// <summary>Runs programs to their end.</summary>
internal static class Dotnet
{
    // A publish compiles a program with all that it uses to native code; a loaded machine takes minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(12);

    /// <summary>An option that builds without analyzers, which have seen the same code when this test was built: they take most of a
    /// build's time. The warnings of trimming and native compilation are not theirs.</summary>
    public const string NoAnalyzers = "-p:RunAnalyzers=false";

    /// <summary>Runs a command of the SDK.</summary>
    /// <returns>Its output, errors included.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message is its output.</exception>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await StartAsync(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments);
        return code == 0 ? output + errors
            : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} ended with {code}:\n{output}{errors}");
    }

    /// <summary>Runs any program.</summary>
    public static async Task<(int Code, string Output, string Errors)> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath() };

        // The tests run inside a build, whose variables must not steer another one.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        // A compiler or build server that stays would keep this process's pipes open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output.WaitAsync(patience.Token), await errors.WaitAsync(patience.Token));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} has not ended after {Patience.TotalMinutes} minutes.");
        }
    }
}
