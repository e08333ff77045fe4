using System.Globalization;
using CdcEmbedded.StreamSimulation;

// Usage: StreamSimulation <first seed> <number of schedules>. One thread of the pool runs everything, in one order for each seed: the
// process must be started with DOTNET_ThreadPool_ForceMinWorkerThreads=1 and DOTNET_ThreadPool_ForceMaxWorkerThreads=1.
ThreadPool.GetMaxThreads(out var threads, out _);
if (threads != 1)
{
    Console.Error.WriteLine($"The pool has {threads} threads; a schedule repeats itself only with 1.");
    return 2;
}

var first = int.Parse(args[0], CultureInfo.InvariantCulture);
var count = int.Parse(args[1], CultureInfo.InvariantCulture);
var totals = new SimulationTotals();
for (var seed = first; seed < first + count; seed++)
{
    var world = new SimulatedWorld(seed);
    if (!Task.Run(world.RunAsync).Wait(TimeSpan.FromSeconds(60)))
    {
        Console.WriteLine($"seed {seed}: it hangs. {world}");
        return 1;
    }

    if (world.Journal.Violation is { } violation)
    {
        Console.WriteLine($"seed {seed}: {violation}");
        foreach (var line in world.Journal.Lines)
        {
            Console.WriteLine("  " + line);
        }

        return 1;
    }

    totals.Add(world);
}

Console.WriteLine(totals);
return 0;
