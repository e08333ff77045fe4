using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace CdcEmbedded.TestServers.Hosting;

/// <summary>A program run to its end, with what it printed.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>UTF-8 without the byte order mark, which no client program expects in its input.</summary>
    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Runs a program. It is killed when the token is cancelled.</summary>
    /// <exception cref="ServerSourceException">The program cannot be started.</exception>
    public static async Task<CommandRun> RunAsync(
        CommandLine command, Func<Stream, Task>? input = null, string? workingDirectory = null,
            CancellationToken cancellationToken = default)
    {
        using Process process = Start(command, workingDirectory, redirectError: true);
        await using CancellationTokenRegistration kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await FeedAsync(process, input);
        await Task.WhenAll(output, error);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return new CommandRun(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <exception cref="ServerSourceException">It cannot be started, or its exit code is not 0.</exception>
    public static async Task<CommandRun> RequireAsync(
        CommandLine command, Func<Stream, Task>? input = null, string? workingDirectory = null,
            CancellationToken cancellationToken = default)
    {
        CommandRun run = await RunAsync(command, input, workingDirectory, cancellationToken);
        return run.ExitCode == 0 ? run : throw new ServerSourceException($"'{command}' ended with code {run.ExitCode}: {run.Tail()}");
    }

    public static Process Start(CommandLine command, string? workingDirectory, bool redirectError)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = redirectError,
            StandardInputEncoding = Utf8,
            StandardOutputEncoding = Utf8,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
        try
        {
            return Process.Start(start) ?? throw new ServerSourceException($"'{command.Program}' did not start.");
        }
        catch (Win32Exception e)
        {
            throw new ServerSourceException($"'{command.Program}' cannot be started: {e.Message}");
        }
    }

    public string Tail() => LastLines(Output + "\n" + Error, 12);

    public static string LastLines(string text, int count) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(count));

    private static async Task FeedAsync(Process process, Func<Stream, Task>? input)
    {
        try
        {
            if (input is not null)
            {
                await input(process.StandardInput.BaseStream);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended before it read everything: its exit code and output say why.
        }
    }
}
