using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
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
    public async Task A_change_that_is_given_up_is_counted_with_what_became_of_it()
    {
        using var metrics = new Metrics("parked");
        var script = new ScriptedSource();
        script.Begin().Insert("shop.orders", ("id", 1)).Commit();
        script.Begin().Delete("shop.orders", ("id", 1)).Commit();
        var letters = new InMemoryDeadLetterStore();
        using var host = Host("parked", stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).StoreDeadLettersIn(_ => letters)
            .Configure(options =>
            {
                options.Retry.MaxAttempts = 1;
                options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
            }).Handle((_, _, _) => throw new InvalidTimeZoneException()));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => metrics.Read("cdc.handler.given_up").Count == 2, "both changes were counted");
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);
        await host.StopAsync(Cancellation);

        Assert.Equal(["dead_letter", "held"], metrics.Read("cdc.handler.given_up").Select(static one => one.Tags["cdc.outcome"]));
        Assert.Equal(2L, health.Entries["cdc:parked"].Data["givenUpChanges"]);
    }

    [Fact]
    public async Task A_change_that_is_skipped_in_a_transaction_that_is_rolled_back_later_is_counted_once()
    {
        using var metrics = new Metrics("skipped");
        var failures = 2;
        var script = new ScriptedSource();
        script.Begin().Insert("shop.orders", ("id", 1)).Insert("shop.orders", ("id", 2)).Insert("shop.orders", ("id", 3)).Commit();
        using var host = Host("skipped", stream => stream.From(_ => script).StoreOffsetsIn(Database.Source)
            .Configure(options =>
            {
                options.Retry.MaxAttempts = 3;
                options.Retry.OnFailure = HandlerFailureAction.Skip;
            }).Handle((change, _, _) => Id(change) == 1 || (Id(change) == 3 && failures-- > 0)
                ? throw new InvalidTimeZoneException() : default));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => metrics.Read("cdc.handler.given_up").Count > 0, "the change was counted");
        await host.StopAsync(Cancellation);

        var (value, tags) = Assert.Single(metrics.Read("cdc.handler.given_up"));
        Assert.Equal((1.0, "skipped", "function"), (value, tags["cdc.outcome"], tags["cdc.handler"]));
        Assert.True(failures < 0);
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
