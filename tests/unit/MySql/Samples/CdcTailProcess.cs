using System.Diagnostics;

namespace CdcEmbedded.MySql.Tests.Samples;

/// <summary>Runs the sample as users do: a process with pipes.</summary>
internal static class CdcTailProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end.</summary>
    public static async Task<CdcTailResult> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await ExitAsync(process);
        return new CdcTailResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Runs it with the redirections of a shell.</summary>
    public static async Task<CdcTailResult> RunInShellAsync(string words)
    {
        var start = Redirected("/bin/sh");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec dotnet '{Path.Combine(AppContext.BaseDirectory, "CdcTail.dll")}' {words}");
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The shell did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await ExitAsync(process);
        return new CdcTailResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Runs it with nobody at the other end of standard output, as after <c>| head</c> has gone.</summary>
    public static async Task<CdcTailResult> RunUnreadAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardOutput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        await ExitAsync(process);
        return new CdcTailResult(process.ExitCode, "", await errors);
    }

    private static Process Start(string[] arguments)
    {
        var start = Redirected("dotnet");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CdcTail.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    private static ProcessStartInfo Redirected(string program) => new(program)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private static async Task ExitAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"CdcTail has not ended after {Patience.TotalSeconds:F0} s.");
        }
    }
}
