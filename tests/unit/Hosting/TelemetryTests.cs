using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CdcEmbedded.Tests.Telemetry;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>What a monitoring system sees of handlers.</summary>
public sealed class TelemetryTests : HostingTest
{
    [Fact]
    public async Task Each_call_of_a_handler_is_timed_with_its_failure_and_runs_in_the_activity_of_its_batch()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == CdcTelemetry.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var metrics = new Metrics("timed");
        var calls = 0;
        var parents = new ConcurrentQueue<string?>();
        using var host = Host("timed", stream => stream.From(_ => Script(2)).StoreOffsetsIn(_ => Store)
            .Configure(options => options.MaxBatchSize = 1)
            .Handle((_, _, _) =>
            {
                parents.Enqueue(Activity.Current?.OperationName);
                return Interlocked.Increment(ref calls) == 1 ? throw new InvalidTimeZoneException() : default;
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => metrics.Read("cdc.handler.duration").Count == 3, "each call was timed");
        await host.StopAsync(Cancellation);

        var timed = metrics.Read("cdc.handler.duration");
        Assert.All(timed, static one => Assert.Equal(("function", true), (one.Tags["cdc.handler"], one.Value >= 0)));
        Assert.Equal([typeof(InvalidTimeZoneException).FullName, null, null],
            timed.Select(static one => one.Tags.GetValueOrDefault("error.type")));
        Assert.All(parents, static parent => Assert.Equal("cdc.batch", parent));
    }

    [Fact]
    public async Task A_listener_of_metrics_that_throws_has_no_change_handled_twice()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Name == "cdc.handler.duration")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        var thrown = 0;
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "cdc.engine", Value: "measured" })
                {
                    thrown++;
                    throw new InvalidTimeZoneException("mine");
                }
            }
        });
        listener.Start();
        var handled = new ConcurrentQueue<long>();
        using var host = Host("measured", stream => stream.From(_ => Script(2)).StoreOffsetsIn(_ => Store)
            .Handle((change, _, _) =>
            {
                handled.Enqueue(Id(change));
                return default;
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => handled.Count >= 2 && Volatile.Read(ref thrown) >= 2, "each change was handled");
        await host.StopAsync(Cancellation);

        Assert.Equal([1, 2], handled);
    }
}
