using System.Diagnostics;
using System.Globalization;
using CdcEmbedded.CrashReader;

namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>A <see cref="FaultReader"/> in its own process.</summary>
public sealed class FaultReaderProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="number">Its number, which its log's name has.</param>
    /// <param name="seed">The seed of its choices.</param>
    /// <param name="arguments">The arguments of <see cref="FaultReader.RunAsync"/> between its name and the seed.</param>
    public FaultReaderProcess(int number, int seed, params string[] arguments)
    {
        string[] all =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "CdcEmbedded.CrashReader.dll"), "faults", .. arguments,
            seed.ToString(CultureInfo.InvariantCulture), number.ToString(CultureInfo.InvariantCulture),
        ];
        _process = Process.Start(new ProcessStartInfo("dotnet", all)) ?? throw new InvalidOperationException("The reader did not start.");
    }

    /// <summary>True if it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code; 137 after a kill.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Ends it as a crash does, frozen or not.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops it regularly and waits for its end.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync().WaitAsync(Capture.Patience);
    }

    /// <summary>Sends it a signal by its name without <c>SIG</c>.</summary>
    public async Task SignalAsync(string name)
    {
        if (!_process.HasExited)
        {
            using Process kill = Process.Start("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
