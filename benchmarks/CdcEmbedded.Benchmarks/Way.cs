using System.Diagnostics;

namespace CdcEmbedded.Benchmarks;

/// <summary>One of several ways to read the same rows. They run in turns, in one process, so that other load on the machine slows all of
/// them.</summary>
/// <param name="name">What is printed.</param>
/// <param name="run">Reads all rows, and returns how many.</param>
/// <param name="serverId">The server's process, to measure its CPU too; 0 for none.</param>
internal sealed class Way(string name, Func<Task<long>> run, int serverId = 0)
{
    private readonly List<double> _nanoseconds = [];
    private readonly List<double> _ofServer = [];
    private readonly List<double> _seconds = [];
    private double _bytes;

    public string Name => name;

    private double Median => MedianOf(_nanoseconds);

    private double Least => _nanoseconds.Min();

    /// <summary>Runs all ways in turns.</summary>
    /// <param name="ways">The ways.</param>
    /// <param name="rows">How many rows each reads.</param>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="warm">Rounds before those, in which the code is compiled for good.</param>
    public static async Task RunAllAsync(IReadOnlyList<Way> ways, int rows, int rounds, int warm)
    {
        for (var round = -warm; round < rounds; round++)
        {
            foreach (var way in ways)
            {
                await way.RunAsync(rows, counts: round >= 0);
            }
        }
    }

    public string Describe(Way reference) => $"  {name,-36} {Median,6:N0} ns ({Least,4:N0}) {Median / reference.Median,6:N2} x "
        + $"({Least / reference.Least,4:N2} x) {_bytes,7:N1} B, wall {MedianOf(_seconds):N2} s"
        + (serverId == 0 ? "" : $", server {MedianOf(_ofServer):N0} ns ({_ofServer.Min():N0})"
            + $" {MedianOf(_ofServer) / MedianOf(reference._ofServer):N2} x ({_ofServer.Min() / reference._ofServer.Min():N2} x)");

    private static double MedianOf(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static TimeSpan CpuOf(int processId)
    {
        using var process = processId == 0 ? Process.GetCurrentProcess() : Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }

    private async Task RunAsync(int rows, bool counts)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var (before, serverBefore) = (CpuOf(0), CpuOf(serverId));
        var clock = Stopwatch.GetTimestamp();
        var count = await run();
        var wall = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        var (after, serverAfter) = (CpuOf(0), CpuOf(serverId));
        if (count != rows)
        {
            throw new InvalidOperationException($"{name}: {count} rows were read instead of {rows}.");
        }

        if (counts)
        {
            _nanoseconds.Add((after - before).TotalNanoseconds / rows);
            _ofServer.Add((serverAfter - serverBefore).TotalNanoseconds / rows);
            _seconds.Add(wall);
            _bytes = (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)rows;
        }
    }
}
