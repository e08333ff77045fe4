using System.Diagnostics;
using CdcEmbedded.Hosting;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Benchmarks;

/// <summary>Handlers that wait for 5 ms each, as one that calls a service does, in parallel by key in one process.</summary>
internal static class Keyed
{
    private const string Table = "shop.orders";
    private const int Keys = 20_000;
    private const int RowsPerTransaction = 100;
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(int passes, int changes, int handlers)
    {
        Console.WriteLine($"{changes:N0} changes of {Keys:N0} keys, handlers of {Work.TotalMilliseconds:0} ms, {handlers} at once; "
            + $"{Environment.ProcessorCount} processors");
        for (var pass = 0; pass <= passes; pass++)
        {
            var source = Script(changes);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var clock = Stopwatch.StartNew();
            await RunAsync(source, changes, handlers);
            var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
            Console.WriteLine($"{(pass == 0 ? "warm-up" : $"pass {pass}")}: {changes / clock.Elapsed.TotalSeconds:N0} changes a second, "
                + $"{used.TotalMicroseconds / changes:N1} µs of CPU and {allocated / (double)changes:N0} bytes a change");
        }
    }

    private static async Task RunAsync(ScriptedSource source, int changes, int handlers)
    {
        var left = changes;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var services = new ServiceCollection();
        services.AddCdc("keyed").From(_ => source).StoreOffsetsIn(_ => new InMemoryOffsetStore()).ParallelByKey(handlers)
            .Configure(options => options.LeaseDuration = null)
            .Handle(async (_, _, token) =>
            {
                await Task.Delay(Work, token);
                if (Interlocked.Decrement(ref left) == 0)
                {
                    done.SetResult();
                }
            });
        await using var provider = services.BuildServiceProvider();
        var stream = provider.GetRequiredService<IHostedService>();
        await stream.StartAsync(CancellationToken.None);
        await done.Task;
        await stream.StopAsync(CancellationToken.None);
    }

    private static ScriptedSource Script(int changes)
    {
        var source = new ScriptedSource { ChangesPerEvent = RowsPerTransaction };
        var random = new Random(1);
        for (var i = 0; i < changes; i++)
        {
            if (i % RowsPerTransaction == 0)
            {
                source.Begin();
            }

            source.Insert(Table, ("id", random.Next(Keys)), ("n", i));
            if (i % RowsPerTransaction == RowsPerTransaction - 1 || i == changes - 1)
            {
                source.Commit();
            }
        }

        return source;
    }
}
