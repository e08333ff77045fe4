using System.Diagnostics;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Benchmarks;

/// <summary>How fast a transaction goes through the spill file, and how much memory that takes: one large transaction against such rows
/// in transactions that fit in memory, of which at most 2 GiB are written.</summary>
internal static class Spill
{
    private const long Megabyte = 1024 * 1024;
    private const int MostSmall = 2048;

    /// <summary>Runs and prints.</summary>
    /// <param name="megabytes">The size of the log.</param>
    public static async Task RunAsync(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("cdcembedded-spill-");
        try
        {
            var smallMegabytes = Math.Min(megabytes, MostSmall);
            Console.WriteLine($"{megabytes:N0} MiB of log in {folder.FullName}; {Environment.ProcessorCount} processors");
            var small = Write(Path.Combine(folder.FullName, "small.000001"), smallMegabytes, parts: smallMegabytes);
            var large = Write(Path.Combine(folder.FullName, "large.000001"), megabytes, parts: 1);
            await ReadAsync("warm-up", small, folder.FullName);
            var memory = await ReadAsync($"{smallMegabytes:N0} transactions of 1 MiB", small, folder.FullName);
            var spilled = await ReadAsync("one transaction, spilled", large, folder.FullName);
            Console.WriteLine($"  spilled takes {spilled / megabytes / (memory / smallMegabytes):N2} times as long for each MiB");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Write(string path, int megabytes, int parts)
    {
        using var log = new GeneratedLog(path);
        log.WriteTable();
        var events = megabytes * Megabyte / (GeneratedLog.RowsOfEvent * 257L);
        for (var part = 0; part < parts; part++)
        {
            log.WriteTransaction(events / parts);
        }

        return path;
    }

    private static async Task<double> ReadAsync(string name, string path, string folder)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var idle = Environment.WorkingSet;
        long peak = 0, peakBefore = 0, count = 0, sum = 0;
        var clock = Stopwatch.StartNew();
        var first = TimeSpan.Zero;
        var source = new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions
        {
            Files = [path], SpillFolder = folder, TransactionSpillBytes = 2 * new FileInfo(path).Length,
        });
        var options = new CdcEngineOptions { Name = "spill", StartFrom = StartPosition.Earliest, StopWhenCaughtUp = true };
        await using var sampling = new Timer(_ => peak = Math.Max(peak, Environment.WorkingSet), null, 0, 20);
        await using (var engine = new CdcEngine(source, new InMemoryOffsetStore(), options))
        {
            await foreach (var change in engine.ReadAsync())
            {
                if (count++ == 0)
                {
                    (first, peakBefore) = (clock.Elapsed, peak);
                }

                sum += change.After[0].AsInt32() + change.After[1].AsBytes().Length;
            }
        }

        clock.Stop();
        process.Refresh();
        var size = new FileInfo(path).Length / (double)Megabyte;
        var seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine($"  {name}: {count:N0} rows, {seconds:N2} s, {size / seconds:N0} MiB/s, CPU "
            + $"{(process.TotalProcessorTime - cpu).TotalSeconds:N2} s, first row after {first.TotalSeconds:N2} s; working set "
            + $"{idle / Megabyte:N0} MiB before, {peakBefore / Megabyte:N0} MiB until the first row, {peak / Megabyte:N0} MiB at most "
            + $"(sum {sum})");
        return clock.Elapsed.TotalSeconds;
    }
}
