using System.Diagnostics;
using CdcEmbedded.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Streams with a lease whose database has one lock for all writers, and whose transactions leave hardly any time between
/// them.</summary>
public sealed class OneWriterTests : HostingTest
{
    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(900);

    [Fact]
    public async Task Transactions_one_after_the_other_keep_the_lease_and_wait_for_no_renewal()
    {
        const int Rows = 40;
        var log = new RecordedLog();
        var handled = 0;
        using var host = Host(
            stream =>
            {
                stream.Services.AddSingleton<ILoggerFactory>(log);
                stream.From(_ => Script(Rows)).StoreOffsetsIn(Database.Source)
                    .Configure(options =>
                    {
                        options.MaxBatchSize = 1;
                        options.LeaseDuration = Lease;
                    })
                    .Handle(async (change, context, token) =>
                    {
                        await Task.Delay(Lease / 12, token);
                        Interlocked.Increment(ref handled);
                    });
            });
        var clock = Stopwatch.StartNew();

        await host.StartAsync(Cancellation);
        await UntilAsync(() => handled == Rows, "all rows were handled");
        await host.StopAsync(Cancellation);

        // A renewal that waits for a transaction which waits for it takes the provider's 30 s.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 25);
        Assert.DoesNotContain(log.Of(LogLevel.Error), line => line.Contains("could not be renewed", StringComparison.Ordinal));
    }
}
