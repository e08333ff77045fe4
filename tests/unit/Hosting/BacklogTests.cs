using System.Collections.Concurrent;
using CdcEmbedded.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Batches of a backlog that are joined: the last change of each key is handled.</summary>
public sealed class BacklogTests : HostingTest
{
    private const int Changes = 3000;
    private const int Keys = 20;

    [Theory]
    [InlineData(1, 1_000_000, 1_000_000_000, 1, 30)]
    [InlineData(4, 1_000_000, 1_000_000_000, 1, 30)]
    [InlineData(1, 500, 1_000_000_000, 6, 40)]
    [InlineData(1, 1_000_000, 50_000, 6, 40)]
    public async Task Of_a_backlog_the_last_change_of_each_key_is_handled_within_the_bounds(
        int handlers, int maxChanges, long maxBytes, int leastGroups, int mostGroups)
    {
        var seen = new ConcurrentQueue<(long Id, long N)>();
        await using var host = await CdcTestHost.StartAsync(stream => stream.ParallelByKey(handlers).Configure(options =>
        {
            options.OnlyLastOfKey = true;
            options.MaxGatheredChanges = maxChanges;
            options.MaxGatheredBytes = maxBytes;
            options.MaxBatchSize = 50;
        }).Handle((change, _, _) =>
        {
            seen.Enqueue((Id(change), change.After["n"].AsInt64()));
            return default;
        }), Backlog(), Cancellation);
        await host.UntilHandledAsync(Cancellation);

        Assert.InRange(seen.Count, leastGroups * Keys, mostGroups * Keys);
        var last = seen.GroupBy(change => change.Id).ToDictionary(group => group.Key, group => group.Last().N);
        Assert.Equal(Keys, last.Count);
        Assert.All(last, pair => Assert.Equal(Changes - Keys + pair.Key, pair.Value));
        Assert.All(seen.GroupBy(change => change.Id), group => Assert.Equal(group.Select(c => c.N).Order(), group.Select(c => c.N)));
        await host.RestartAsync(Cancellation);
        var count = seen.Count;
        await host.PublishAsync(script => script.Insert(Table, ("id", 1), ("n", Changes + 1)), Cancellation);
        Assert.Equal(count + 1, seen.Count);
    }

    [Fact]
    public async Task Joined_batches_are_one_transaction_with_the_offset_after_all_of_them()
    {
        await Database.ExecuteAsync("CREATE TABLE effects (id integer, n integer)");
        var failures = 2;
        using var host = Host(stream => stream.From(_ => Backlog()).StoreOffsetsIn(Database.Source).Configure(options =>
        {
            options.OnlyLastOfKey = true;
            options.MaxGatheredChanges = 1_000_000;
            options.MaxBatchSize = 50;
        }).Handle(async (change, context, token) =>
        {
            await using var command = context.Connection.CreateCommand();
            command.Transaction = context.Transaction;
            command.CommandText = $"INSERT INTO effects VALUES ({Id(change)}, {change.After["n"].AsInt64()})";
            await command.ExecuteNonQueryAsync(token);
            if (Id(change) == 7 && failures-- > 0)
            {
                throw new InvalidOperationException("Not yet.");
            }
        }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => Database.ReadNumbersAsync($"SELECT COUNT(*) FROM effects WHERE n > {Changes - Keys}").Result[0] == Keys,
            "everything was handled");
        var isProcessed = await host.Services.GetRequiredService<CdcStreams>().GetEngine("test").WaitUntilProcessedAsync(
            CdcOffset.Parse((await new Offsets.DbOffsetStore(Database.Source).LoadAsync("test", Cancellation))?.Text ?? ""),
            TimeSpan.FromSeconds(10), Cancellation);
        await host.StopAsync(Cancellation);

        Assert.True(isProcessed);
        Assert.Contains($"\"tx\":{Changes}", (await new Offsets.DbOffsetStore(Database.Source).LoadAsync("test", Cancellation))?.Text,
            StringComparison.Ordinal);
        Assert.Equal([0L], await Database.ReadNumbersAsync("SELECT COUNT(*) - COUNT(DISTINCT n) FROM effects"));
        Assert.InRange((await Database.ReadNumbersAsync("SELECT COUNT(*) FROM effects"))[0], Keys, 40 * Keys);
    }

    private static ScriptedSource Backlog()
    {
        var script = new ScriptedSource();
        for (var n = 1; n <= Changes; n++)
        {
            script.Insert(Table, ("id", ((n - 1) % Keys) + 1), ("n", n));
        }

        return script;
    }
}
