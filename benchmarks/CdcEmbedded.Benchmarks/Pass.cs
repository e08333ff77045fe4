using System.Diagnostics;

namespace CdcEmbedded.Benchmarks;

/// <summary>Runs one way of reading several times and prints its cost.</summary>
internal static class Pass
{
    /// <returns>The median CPU seconds.</returns>
    public static async Task<double> MeasureAsync(string name, int passes, Workload workload, Func<Task<long>> run,
        double? reference = null)
    {
        var cpu = new double[passes];
        var wall = new double[passes];
        double allocated = 0;

        // One more pass, which does not count: tiered compilation settles in it.
        for (var pass = -1; pass < passes; pass++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var clock = Stopwatch.GetTimestamp();
            var count = await run();
            if (pass < 0)
            {
                continue;
            }

            wall[pass] = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            cpu[pass] = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
            allocated = (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)workload.Rows;
            if (count != workload.Rows && count >= 0)
            {
                throw new InvalidOperationException($"{workload.Name}: {count} rows were read instead of {workload.Rows}.");
            }
        }

        Array.Sort(cpu);
        Array.Sort(wall);
        var median = cpu[passes / 2];
        var ratio = reference is { } r ? $"{median / r,6:N2} x" : "        ";
        Console.WriteLine($"  {name,-38} {median,7:N3} s ({cpu[0]:N3} .. {cpu[^1]:N3}) {ratio} {allocated,9:N1} B/row, "
            + $"wall {wall[passes / 2]:N3} s");
        return median;
    }
}
