using System.Diagnostics;
using System.Globalization;

namespace CdcEmbedded.Tests.Fuzzing;

/// <summary>Gives a target damaged inputs for a time. Only exceptions of the library may leave it, no input may take long, and none may
/// take much memory.</summary>
/// <remarks>Each input has a number of its own, from which it is made: a failure prints it, and <c>CDC_FUZZ_SEED</c> repeats it alone.
/// A run draws its first number, so that many runs try what one long run would; <c>CDC_FUZZ_START</c> names it.
/// <c>CDC_FUZZ_SECONDS</c> is the time for each target.</remarks>
public static class FuzzRun
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);

    /// <summary>Runs a target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="seconds">For how long, where the environment does not say it.</param>
    /// <returns>The number of inputs.</returns>
    public static long Run(FuzzTarget target, double seconds)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.Prepare();
        if (Read("CDC_FUZZ_SEED") is { } only)
        {
            RunOne(target, (long)only);
            return 1;
        }

        var time = TimeSpan.FromSeconds(Read("CDC_FUZZ_SECONDS") ?? seconds);
        var clock = Stopwatch.StartNew();
        var seed = (long)(Read("CDC_FUZZ_START") ?? Random.Shared.Next());
        long count = 0;
        for (; clock.Elapsed < time; count++)
        {
            RunOne(target, seed + count);
        }

        return count;
    }

    private static void RunOne(FuzzTarget target, long seed)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 31))));
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        int length;
        try
        {
            length = target.Run(random);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{target.Name} failed with CDC_FUZZ_SEED={seed}: {e.Message}", e);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.True(allocated <= target.MaxAllocated + (64L * length),
            $"{target.Name} with CDC_FUZZ_SEED={seed} allocated {allocated} bytes for {length}.");
        Assert.True(Stopwatch.GetElapsedTime(started) < _longest,
            $"{target.Name} with CDC_FUZZ_SEED={seed} took {Stopwatch.GetElapsedTime(started)}.");
    }

    private static double? Read(string variable)
        => double.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
