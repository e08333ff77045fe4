using System.ComponentModel;
using System.Diagnostics;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>A program run to its end, with all that it printed.</summary>
internal sealed record ProgramRun(int ExitCode, string Output)
{
    /// <summary>Runs a program and kills it when the time is over.</summary>
    public static async Task<ProgramRun> RunAsync(string program, IEnumerable<string> arguments, string folder, TimeSpan limit)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        using Process process = Start(start);
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new ProgramRun(-1, $"killed after {limit.TotalSeconds} s\n{await output}\n{await error}");
        }

        return new ProgramRun(process.ExitCode, $"{await output}\n{await error}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new ClientUnavailableException($"'{start.FileName}' did not start");
        }
        catch (Win32Exception e)
        {
            throw new ClientUnavailableException($"'{start.FileName}' cannot be started: {e.Message}");
        }
    }
}
