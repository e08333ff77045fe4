using System.Diagnostics;
using System.Globalization;

namespace CdcEmbedded.ServerTests.Samples;

/// <summary>The sample as a running process whose lines are read one by one.</summary>
internal sealed class LiveTail : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private LiveTail(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static LiveTail Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CdcTail.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new LiveTail(Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start."));
    }

    /// <summary>The next lines, as soon as they are there.</summary>
    public async Task<List<string>> ReadAsync(int lines)
    {
        var result = new List<string>(lines);
        while (result.Count < lines)
        {
            var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            if (line is null)
            {
                Assert.Fail($"The output ended after {result.Count} lines: {await _errors}");
            }

            result.Add(line);
        }

        return result;
    }

    /// <summary>All lines to the end.</summary>
    public async Task<string[]> ReadToEndAsync()
        => (await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Goes away as a reader, like <c>head</c>.</summary>
    public void CloseOutput() => _process.StandardOutput.Close();

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code and what standard error holds.</returns>
    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return (_process.ExitCode, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
