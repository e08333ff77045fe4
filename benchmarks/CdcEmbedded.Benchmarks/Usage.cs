using System.Runtime.InteropServices;

namespace CdcEmbedded.Benchmarks;

/// <summary>What this process has used: CPU time and changes of thread, those of threads that have ended too.</summary>
/// <param name="Cpu">Seconds, user and system.</param>
/// <param name="Switches">Context switches, voluntary or not.</param>
internal readonly record struct Usage(double Cpu, long Switches)
{
    /// <summary>Reads it. Linux only: the structure is that of its 64-bit systems.</summary>
    public static Usage Read()
    {
        var values = new long[18];
        if (GetResourceUsage(0, values) != 0)
        {
            throw new InvalidOperationException("getrusage failed.");
        }

        return new Usage(values[0] + values[2] + ((values[1] + values[3]) / 1e6), values[16] + values[17]);
    }

    public static Usage operator -(Usage end, Usage start) => new(end.Cpu - start.Cpu, end.Switches - start.Switches);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "getrusage")]
    private static extern int GetResourceUsage(int who, [Out] long[] usage);
}
