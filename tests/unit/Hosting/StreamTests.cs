using System.Collections.Concurrent;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Streams in a host: start, handlers, transactions, stop, restart, health.</summary>
public sealed class StreamTests : HostingTest
{
    [Fact]
    public async Task A_handler_gets_every_change_and_its_effects_are_committed_with_the_offset()
    {
        await Database.ExecuteAsync("CREATE TABLE effects (id integer)");
        using (var host = Host(stream => stream.From(_ => Script(5)).StoreOffsetsIn(Database.Source).Handle<Effects>(Table)))
        {
            await host.StartAsync(Cancellation);
            await UntilEffectsAsync(5);
            await host.StopAsync(Cancellation);
        }

        using var again = Host(stream => stream.From(_ => Script(7)).StoreOffsetsIn(Database.Source).Handle<Effects>("shop.*"));
        await again.StartAsync(Cancellation);
        await UntilEffectsAsync(7);
        await again.StopAsync(Cancellation);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await Database.ReadNumbersAsync("SELECT id FROM effects"));
    }

    [Fact]
    public async Task Handlers_of_one_batch_share_a_scope_and_another_batch_has_another()
    {
        var scopes = new ConcurrentQueue<(string, Guid)>();
        using var host = Host(stream =>
        {
            stream.Services.AddScoped(_ => new ScopeMark());
            stream.From(_ => Script(2)).StoreOffsetsIn(_ => Store).Configure(options => options.MaxBatchSize = 1)
                .Handle((change, context, _) => Mark("a", context))
                .Handle((change, context, _) => Mark("b", context));

            ValueTask Mark(string handler, ChangeContext context)
            {
                scopes.Enqueue((handler, context.Services.GetRequiredService<ScopeMark>().Id));
                return default;
            }
        });
        await host.StartAsync(Cancellation);
        await UntilAsync(() => scopes.Count == 4, "both batches were handled");
        await host.StopAsync(Cancellation);

        var seen = scopes.ToArray();
        Assert.Equal(["a", "b", "a", "b"], seen.Select(s => s.Item1));
        Assert.Equal((seen[0].Item2, seen[2].Item2), (seen[1].Item2, seen[3].Item2));
        Assert.NotEqual(seen[0].Item2, seen[2].Item2);
    }

    [Fact]
    public async Task A_typed_handler_gets_rows_and_a_batch_handler_all_changes_of_a_batch()
    {
        var log = new ConcurrentQueue<string>();
        using var host = Host(stream =>
        {
            stream.Services.AddSingleton(log);
            stream.From(_ => Script(3)).StoreOffsetsIn(_ => Store)
                .Handle<long, Typed>(record => record["id"].AsInt64(), Table)
                .HandleBatches<Batches>(Table);
        });
        await host.StartAsync(Cancellation);
        await UntilAsync(() => log.Any(line => line.StartsWith("batch", StringComparison.Ordinal))
            && log.Count(line => line.StartsWith("Create", StringComparison.Ordinal)) == 3, "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.Equal(["Create 0 1", "Create 0 2", "Create 0 3"], log.Where(line => line.StartsWith("Create", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_stop_waits_for_the_handler_and_stores_what_it_has_done()
    {
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        using var host = Host(stream => stream.From(_ => Script(1)).StoreOffsetsIn(_ => Store).Handle(async (_, _, _) =>
        {
            entered.TrySetResult();
            await leave.Task;
        }));
        await host.StartAsync(Cancellation);
        await entered.Task.WaitAsync(Cancellation);

        var stopping = host.StopAsync(Cancellation);
        await Task.WhenAny(stopping, Task.Delay(100, Cancellation));
        Assert.False(stopping.IsCompleted);
        leave.SetResult();
        await stopping;

        Assert.Contains("\"tx\":1", (await Store.LoadAsync("test", Cancellation))?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_fails_starts_again_after_the_last_stored_offset()
    {
        var script = Script(2).Fail(new CdcException("The script fails.")).Begin().Insert(Table, ("id", 3)).Commit();
        var seen = new ConcurrentQueue<long>();
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).Handle((change, _, _) =>
        {
            seen.Enqueue(Id(change));
            return default;
        }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Count == 3, "the rest was handled");
        await host.StopAsync(Cancellation);

        Assert.Equal([1, 2, 3], seen);
    }

    [Fact]
    public async Task A_stream_that_gives_up_stops_the_host_and_its_health_says_why()
    {
        var script = new ScriptedSource().Fail(new CdcException("The script fails."), 100);
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default)
            .Configure(options => options.Restart.MaxRestarts = 2));
        await host.StartAsync(Cancellation);
        await host.WaitForShutdownAsync(Cancellation);

        var health = await HealthAsync(host);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("given up: The script fails.", health.Description, StringComparison.Ordinal);
        Assert.Equal(3, script.Starts.Count);
    }

    [Fact]
    public async Task A_refused_login_is_tried_only_a_few_times_far_apart_and_health_says_why()
    {
        var time = new VirtualTime();
        var script = new ScriptedSource().Fail(new CdcAuthenticationException("User 'cdc' is refused."), 100);
        using var host = Host(stream =>
        {
            stream.Services.AddSingleton<TimeProvider>(time);
            stream.From(_ => script).StoreOffsetsIn(_ => Store).Handle((_, _, _) => default)
                .Configure(options => options.Restart = new RestartOptions { StopHost = false });
        });
        await host.StartAsync(Cancellation);
        for (var refusal = 1; refusal < 3; refusal++)
        {
            await UntilAsync(() => script.Starts.Count == refusal && time.NextTimer == TimeSpan.FromMinutes(2), "the stream waits");
            await UntilHealthAsync(host, HealthStatus.Unhealthy, "failed and starts again: User 'cdc' is refused.");
            time.Advance(TimeSpan.FromMinutes(2));
        }

        await UntilHealthAsync(host, HealthStatus.Unhealthy, "given up: User 'cdc' is refused.");
        time.Advance(TimeSpan.FromHours(1));
        await UntilHealthAsync(host, HealthStatus.Unhealthy, "given up: User 'cdc' is refused.");
        Assert.Equal(3, script.Starts.Count);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Refused_logins_count_only_until_a_batch_is_handled_and_then_stop_the_host()
    {
        var refusal = new CdcAuthenticationException("User 'cdc' is refused.");
        var script = new ScriptedSource().Fail(refusal).Begin().Insert(Table, ("id", 1)).Commit().Fail(refusal, 100);
        var handled = 0;
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).Handle((_, _, _) =>
        {
            handled++;
            return default;
        }).Configure(options => options.Restart.MaxRefusedLogins = 2));
        await host.StartAsync(Cancellation);
        await host.WaitForShutdownAsync(Cancellation);

        Assert.Equal((1, 3), (handled, script.Starts.Count));
        Assert.Same(refusal, host.Services.GetRequiredService<CdcStreams>().GetFinalFailure("test"));
    }

    [Fact]
    public async Task The_health_check_says_that_a_stream_is_caught_up_reconnects_or_has_failing_handlers()
    {
        var reached = new TaskCompletionSource();
        var script = Script(1).Heartbeat().Wait(reached.Task).Begin().Insert(Table, ("id", 2)).Commit();
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).Configure(options =>
        {
            options.Retry.MaxAttempts = 1000;
            options.Retry.MaxDelay = TimeSpan.FromMilliseconds(5);
        }).Handle((change, _, _) => Id(change) == 2 ? throw new InvalidOperationException("The database is full.") : default));
        await host.StartAsync(Cancellation);
        await UntilHealthAsync(host, HealthStatus.Healthy, "Caught up");

        reached.SetResult();

        await UntilHealthAsync(host, HealthStatus.Degraded, "The database is full.");
        using var bound = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await host.StopAsync(bound.Token);
    }

    [Fact]
    public async Task Many_named_streams_run_in_one_process_each_with_its_own_offset()
    {
        var seen = new ConcurrentDictionary<string, int>();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        foreach (var tenant in (string[])["a", "b", "c"])
        {
            builder.Services.AddCdc(tenant).From(_ => Script(4)).StoreOffsetsIn(_ => Store).Handle((_, context, _) =>
            {
                seen.AddOrUpdate(context.Stream, 1, (_, count) => count + 1);
                return default;
            });
        }

        Assert.Throws<ArgumentException>(() => builder.Services.AddCdc("b"));
        using var host = builder.Build();
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Values.Sum() == 12, "every stream has handled its changes");
        await host.StopAsync(Cancellation);

        Assert.Equal(["a", "b", "c"], seen.Keys.Order());
        Assert.NotNull(await Store.LoadAsync("c", Cancellation));
    }

    [Fact]
    public async Task Of_two_hosts_one_is_active_and_the_other_follows_when_it_stops()
    {
        var seen = new ConcurrentQueue<(string Host, long Id)>();
        using var first = Leased("first");
        using var second = Leased("second");
        await first.StartAsync(Cancellation);
        await UntilAsync(() => seen.Count == 2, "the first host has handled its changes");
        await second.StartAsync(Cancellation);
        await UntilHealthAsync(second, HealthStatus.Healthy, "A standby");

        await first.StopAsync(Cancellation);
        await UntilHealthAsync(second, HealthStatus.Healthy, "Caught up");
        await second.StopAsync(Cancellation);

        Assert.Equal([("first", 1L), ("first", 2L)], seen);

        IHost Leased(string name) => Host(stream => stream.From(_ => Script(2).Heartbeat()).StoreOffsetsIn(_ => Store)
            .Configure(options => options.LeaseDuration = TimeSpan.FromSeconds(30)).Handle((change, _, _) =>
            {
                seen.Enqueue((name, Id(change)));
                return default;
            }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task An_instance_that_loses_its_lease_inside_a_batch_is_a_healthy_standby_after_it(int handlers)
    {
        var store = new FaultyOffsetStore(Store);
        var (entered, late, saves) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        using var first = Leased(store, TimeSpan.FromMilliseconds(100), async () =>
        {
            entered.TrySetResult();
            await late.Task;
            throw new InvalidOperationException("The handler fails late.");
        });
        using var second = Leased(Store, TimeSpan.FromSeconds(30), () => Task.CompletedTask);
        await first.StartAsync(Cancellation);
        await entered.Task.WaitAsync(Cancellation);
        await UntilHealthAsync(first, HealthStatus.Unhealthy, "stalled");

        store.HoldSaves(saves.Task);
        await second.StartAsync(Cancellation);
        await UntilHealthAsync(second, HealthStatus.Healthy, "Caught up");
        saves.SetResult();
        late.SetResult();

        await UntilHealthAsync(first, HealthStatus.Healthy, "A standby");
        await first.StopAsync(Cancellation);
        await second.StopAsync(Cancellation);

        IHost Leased(IOffsetStore offsets, TimeSpan lease, Func<Task> wait) => Host(stream => stream.From(_ => Script(1).Heartbeat())
            .StoreOffsetsIn(_ => offsets).ParallelByKey(handlers).Configure(options =>
            {
                options.LeaseDuration = lease;
                options.StalledAfter = TimeSpan.FromMilliseconds(1);
            }).Handle(async (_, _, _) => await wait()));
    }

    private static async Task<HealthReportEntry> HealthAsync(IHost host)
        => (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation)).Entries["cdc:test"];

    private static async Task UntilHealthAsync(IHost host, HealthStatus status, string text)
    {
        for (var i = 0; i < 6000; i++)
        {
            var health = await HealthAsync(host);
            if (health.Status == status && health.Description?.Contains(text, StringComparison.Ordinal) == true)
            {
                return;
            }

            await Task.Delay(10, Cancellation);
        }

        Assert.Fail($"It is not {status}: {text}, but {(await HealthAsync(host)).Description}");
    }

    private async Task UntilEffectsAsync(int count)
    {
        for (var i = 0; i < 3000 && (await Database.ReadNumbersAsync("SELECT id FROM effects")).Count < count; i++)
        {
            await Task.Delay(10, Cancellation);
        }
    }

    private sealed class ScopeMark
    {
        public Guid Id { get; } = Guid.NewGuid();
    }

    private sealed class Effects : IChangeHandler
    {
        public async ValueTask HandleAsync(ChangeEvent change, ChangeContext context, CancellationToken cancellationToken)
        {
            await using var command = context.Connection.CreateCommand();
            command.Transaction = context.Transaction;
            command.CommandText = $"INSERT INTO effects VALUES ({Id(change)})";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private sealed class Typed(ConcurrentQueue<string> log) : IChangeHandler<long>
    {
        public ValueTask HandleAsync(Change<long> change, ChangeContext context, CancellationToken cancellationToken)
        {
            log.Enqueue($"{change.Operation} {change.Before} {change.After}");
            return default;
        }
    }

    private sealed class Batches(ConcurrentQueue<string> log) : IChangeBatchHandler
    {
        public ValueTask HandleAsync(IReadOnlyList<ChangeEvent> changes, ChangeContext context, CancellationToken cancellationToken)
        {
            log.Enqueue($"batch of {changes.Count}");
            return default;
        }
    }
}
