using System.Diagnostics;
using System.Globalization;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>The double started as a process, so that a reader can be killed beside it, or it beside a reader.</summary>
public sealed class DoubleProcess : IAsyncDisposable
{
    private readonly Process _process;

    private DoubleProcess(Process process, string connectionString)
    {
        _process = process;
        ConnectionString = connectionString;
    }

    /// <summary>Where it listens.</summary>
    public string ConnectionString { get; }

    /// <summary>The port of its first node.</summary>
    public int FirstPort => new Uri(ConnectionString.Split(',')[0]).Port;

    /// <summary>Starts it with the options that its <c>--help</c> lists.</summary>
    public static async Task<DoubleProcess> StartAsync(params string[] options)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(MongoDouble).Assembly.Location, .. options])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The double ended at once.");
        return new DoubleProcess(process, line["READY ".Length..]);
    }

    /// <summary>Waits until the producer has written its count, and returns the number of its operations.</summary>
    public async Task<int> WaitUntilDoneAsync(CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("DONE ", StringComparison.Ordinal))
            {
                return int.Parse(line["DONE ".Length..], CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException("The double ended before it was done.");
    }

    /// <summary>Kills it as SIGKILL does.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Ends it by closing its input.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
