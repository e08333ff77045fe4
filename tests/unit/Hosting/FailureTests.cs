using System.Collections.Concurrent;
using CdcEmbedded.DeadLetters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Handlers that throw.</summary>
public sealed class FailureTests : HostingTest
{
    [Fact]
    public async Task With_a_transaction_a_failed_attempt_leaves_no_effect_and_the_batch_is_tried_again()
    {
        await Database.ExecuteAsync("CREATE TABLE effects (id integer)");
        var failures = 3;
        using var host = Host(stream => stream.From(_ => Transaction(1, 2, 3)).StoreOffsetsIn(Database.Source)
            .Handle(async (change, context, token) =>
            {
                await InsertAsync(change, context, token);
                if (Id(change) == 2 && failures-- > 0)
                {
                    throw new InvalidOperationException("Not yet.");
                }
            }));

        await RunUntilEffectsAsync(host, 3);

        Assert.Equal([1, 2, 3], await Database.ReadNumbersAsync("SELECT id FROM effects"));
    }

    [Fact]
    public async Task A_change_that_cannot_be_handled_is_skipped_and_nothing_of_it_remains()
    {
        await Database.ExecuteAsync("CREATE TABLE effects (id integer)");
        using var host = Host(stream => stream.From(_ => Transaction(1, 2, 3)).StoreOffsetsIn(Database.Source)
            .Configure(options => options.Retry.OnFailure = HandlerFailureAction.Skip).Handle(async (change, context, token) =>
            {
                await InsertAsync(change, context, token);
                ThrowIfPoison(change);
            }));

        await RunUntilEffectsAsync(host, 2);

        Assert.Equal([1, 3], await Database.ReadNumbersAsync("SELECT id FROM effects"));
    }

    [Fact]
    public async Task A_dead_letter_has_the_event_the_error_and_the_attempts_and_can_be_removed()
    {
        await Database.ExecuteAsync("CREATE TABLE effects (id integer)");
        using var host = Host(stream => stream.From(_ => Transaction(1, 2, 3)).StoreOffsetsIn(Database.Source).Configure(options =>
        {
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
            options.Retry.MaxAttempts = 2;
        }).Handle(async (change, context, token) =>
        {
            await InsertAsync(change, context, token);
            ThrowIfPoison(change);
        }));

        await RunUntilEffectsAsync(host, 2);

        Assert.Equal([1, 3], await Database.ReadNumbersAsync("SELECT id FROM effects"));
        var store = host.Services.GetRequiredService<CdcStreams>().GetDeadLetters("test");
        var letter = Assert.Single(await store.ReadAsync("test", Cancellation).ToListAsync(Cancellation));
        Assert.Equal(("test", "function", 2), (letter.Stream, letter.Handler, letter.Attempts));
        Assert.Contains("\"after\":{\"id\":2}", letter.Event, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException: Poison.", letter.Error, StringComparison.Ordinal);
        await store.RemoveAsync(letter, null, Cancellation);
        Assert.Empty(await store.ReadAsync("test", Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Without_a_transaction_the_next_attempt_begins_with_the_change_that_failed()
    {
        var seen = new ConcurrentQueue<long>();
        var failures = 2;
        using var host = Host(stream => stream.From(_ => Transaction(1, 2, 3)).StoreOffsetsIn(_ => Store).Handle((change, _, _) =>
        {
            seen.Enqueue(Id(change));
            return Id(change) == 2 && failures-- > 0 ? throw new InvalidOperationException("Not yet.") : default;
        }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Contains(3), "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.Equal([1, 2, 2, 2, 3], seen);
    }

    [Fact]
    public async Task A_change_that_fails_for_good_ends_the_start_and_the_next_one_begins_with_it()
    {
        var seen = new ConcurrentQueue<long>();
        using var host = Host(stream => stream.From(_ => Script(3)).StoreOffsetsIn(_ => Store).Configure(options =>
        {
            options.MaxBatchSize = 1;
            options.Retry.MaxAttempts = 2;
        }).Handle((change, _, _) =>
        {
            seen.Enqueue(Id(change));
            return Id(change) == 2 && seen.Count(id => id == 2) < 5 ? throw new InvalidOperationException("Not yet.") : default;
        }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Contains(3), "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.Equal([1, 2, 2, 2, 2, 2, 3], seen);
    }

    private static Testing.ScriptedSource Transaction(params int[] ids)
    {
        var script = new Testing.ScriptedSource().Begin();
        foreach (var id in ids)
        {
            script.Insert(Table, ("id", id));
        }

        return script.Commit();
    }

    private static void ThrowIfPoison(ChangeEvent change)
    {
        if (Id(change) == 2)
        {
            throw new InvalidOperationException("Poison.");
        }
    }

    private static async ValueTask InsertAsync(ChangeEvent change, ChangeContext context, CancellationToken token)
    {
        await using var command = context.Connection.CreateCommand();
        command.Transaction = context.Transaction;
        command.CommandText = $"INSERT INTO effects VALUES ({Id(change)})";
        await command.ExecuteNonQueryAsync(token);
    }

    private async Task RunUntilEffectsAsync(IHost host, int count)
    {
        await host.StartAsync(Cancellation);
        for (var i = 0; i < 3000 && (await Database.ReadNumbersAsync("SELECT id FROM effects")).Count < count; i++)
        {
            await Task.Delay(10, Cancellation);
        }

        await host.StopAsync(Cancellation);
    }
}
