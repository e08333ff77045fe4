using System.Diagnostics;
using System.Globalization;

namespace CdcEmbedded.Tests.Shared;

/// <summary>The sample as users run it: a process with pipes, read line by line or to its end.</summary>
internal sealed class TailProcess : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Task<string> _errors;

    private TailProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it with the signals of a foreground program, however this process was started: a shell's background job has SIGINT
    /// ignored, passes that to its children, and .NET leaves an ignored signal ignored.</summary>
    public static TailProcess Start(params string[] arguments)
    {
        string[] dotnet = ["dotnet", Path.Combine(AppContext.BaseDirectory, "CdcTail.dll"), .. arguments];
        ProcessStartInfo start = OperatingSystem.IsLinux() ? new("env", ["--default-signal=INT,HUP", .. dotnet])
            : new(dotnet[0], dotnet[1..]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return new TailProcess(Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start."));
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string[] Lines, string Errors)> RunAsync(params string[] arguments)
    {
        await using TailProcess tail = Start(arguments);
        string[] lines = await tail.ReadToEndAsync();
        (int code, string errors) = await tail.ExitAsync();
        return (code, lines, errors);
    }

    /// <summary>Reads the next line; null at the end. A line that a kill has truncated has no line end, and does not count.</summary>
    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(_patience);

    public async Task<List<string>> ReadAsync(int lines)
    {
        var result = new List<string>(lines);
        while (result.Count < lines)
        {
            string? line = await ReadLineAsync();
            if (line is null)
            {
                Assert.Fail($"The output ended after {result.Count} lines: {await _errors}");
            }

            result.Add(line);
        }

        return result;
    }

    public async Task<string[]> ReadToEndAsync()
        => (await _process.StandardOutput.ReadToEndAsync().WaitAsync(_patience)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Reads the remaining output as it was written, including an incomplete last line.</summary>
    public Task<string> ReadRestAsync() => _process.StandardOutput.ReadToEndAsync().WaitAsync(_patience);

    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Closes the reading end, like <c>head</c>.</summary>
    public void CloseOutput() => _process.StandardOutput.Close();

    /// <summary>Ends it with SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code and the content of standard error.</returns>
    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(_patience);
        return (_process.ExitCode, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
