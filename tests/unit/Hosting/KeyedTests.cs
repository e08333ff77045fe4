using System.Collections.Concurrent;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Handlers that run in parallel, in order for each key.</summary>
public sealed class KeyedTests : HostingTest
{
    [Fact]
    public async Task Changes_of_one_key_are_handled_in_their_order_and_those_of_others_meanwhile()
    {
        var script = new ScriptedSource();
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            script.Insert(Table, ("id", random.Next(50)), ("n", i));
        }

        var seen = new ConcurrentDictionary<long, ConcurrentQueue<long>>();
        var (running, most) = (0, 0);
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).ParallelByKey(8).Handle(async (change, _, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            seen.GetOrAdd(Id(change), _ => []).Enqueue(change.After["n"].AsInt64());
            Interlocked.Decrement(ref running);
        }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Values.Sum(queue => queue.Count) == 2000, "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.All(seen.Values, queue => Assert.Equal(queue.Order(), queue));
        Assert.InRange(most, 2, 8);
        Assert.Contains("\"tx\":2000", (await Store.LoadAsync("test", Cancellation))?.Text, StringComparison.Ordinal);
    }

    public static TheoryData<object, object> KeysThatMayBeOne => new()
    {
        { "Ann", "ANN" }, { "Ann", "Ann  " }, { "cafe", "café" }, { "café", "cafe" }, { "ß", "ss" }, { 1L, 1.0 },
    };

    [Theory]
    [MemberData(nameof(KeysThatMayBeOne))]
    public async Task Changes_whose_keys_the_source_may_hold_for_one_are_handled_in_their_order(object first, object second)
    {
        var script = new ScriptedSource().Insert(Table, ("id", first), ("n", 0)).Insert(Table, ("id", second), ("n", 1))
            .Insert(Table, ("id", first), ("n", 2));
        var seen = new ConcurrentQueue<long>();
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).ParallelByKey(8)
            .Handle(async (change, _, token) =>
            {
                var n = change.After["n"].AsInt64();
                await Task.Delay(TimeSpan.FromMilliseconds(100 - (40 * n)), token);
                seen.Enqueue(n);
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Count == 3, "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.Equal([0L, 1L, 2L], seen);
    }

    [Fact]
    public async Task A_change_that_may_concern_any_key_begins_after_all_before_it_and_those_after_it_follow()
    {
        var script = new ScriptedSource();
        string[] keys = ["a", "b", "ä", "ö", "a", "c", "Ä", "b", "ß", "ü", "d", "a", "é"];
        for (var n = 0; n < keys.Length; n++)
        {
            script.Insert(Table, ("id", keys[n]), ("n", n));
        }

        var (done, early) = (new ConcurrentDictionary<long, bool>(), new ConcurrentQueue<string>());
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).ParallelByKey(8)
            .Handle(async (change, _, token) =>
            {
                var n = (int)change.After["n"].AsInt64();
                var last = Array.FindLastIndex(keys, n, n + 1, key => !char.IsAscii(key[0]));
                for (var before = 0; before < (last == n ? n : last + 1); before++)
                {
                    if (!done.ContainsKey(before))
                    {
                        early.Enqueue($"{n} before {before}");
                    }
                }

                await Task.Delay(TimeSpan.FromMilliseconds(5 * (keys.Length - n)), token);
                done[n] = true;
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => done.Count == keys.Length, "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.Empty(early);
    }

    [Fact]
    public async Task A_key_that_fails_holds_back_only_itself_and_the_stored_offset()
    {
        var seen = new ConcurrentQueue<long>();
        var isPoison = true;
        var script = new ScriptedSource().Insert(Table, ("id", 1)).Insert(Table, ("id", 2)).Insert(Table, ("id", 2));
        for (var id = 3; id <= 40; id++)
        {
            script.Insert(Table, ("id", id));
        }

        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).ParallelByKey(2).Configure(options =>
        {
            options.Retry.MaxAttempts = 100_000;
            options.Retry.MaxDelay = TimeSpan.FromMilliseconds(2);
        }).Handle((change, _, _) =>
        {
            if (Id(change) == 2 && Volatile.Read(ref isPoison))
            {
                throw new InvalidOperationException("Poison.");
            }

            seen.Enqueue(Id(change));
            return default;
        }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Count == 39, "every other key was handled");
        await Task.Delay(200, Cancellation);
        Assert.DoesNotContain(2, seen);
        Assert.DoesNotContain("\"tx\":2", (await Store.LoadAsync("test", Cancellation))?.Text ?? "", StringComparison.Ordinal);

        Volatile.Write(ref isPoison, false);
        await UntilAsync(() => seen.Count == 41, "the key was handled twice");
        await host.StopAsync(Cancellation);
        Assert.Contains("\"tx\":41", (await Store.LoadAsync("test", Cancellation))?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_fails_for_good_ends_the_start_and_nothing_after_it_is_acknowledged()
    {
        var seen = new ConcurrentQueue<long>();
        using var host = Host(stream => stream.From(_ => Script(20)).StoreOffsetsIn(_ => Store).ParallelByKey(4)
            .Configure(options => options.Retry.MaxAttempts = 2).Handle((change, _, _) =>
            {
                seen.Enqueue(Id(change));
                return Id(change) == 5 && seen.Count(id => id == 5) < 5 ? throw new InvalidOperationException("Not yet.") : default;
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Contains(20) && seen.Count(id => id == 5) == 5, "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), seen.Distinct().Order());
        Assert.Contains("\"tx\":20", (await Store.LoadAsync("test", Cancellation))?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offset_that_could_not_be_stored_is_stored_later_although_nothing_more_is_handled()
    {
        var seen = new ConcurrentQueue<long>();
        await using var host = await CdcTestHost.StartAsync(stream => stream.ParallelByKey(4).Handle((change, _, _) =>
        {
            seen.Enqueue(Id(change));
            return default;
        }), cancellationToken: Cancellation);
        await host.PublishAsync(script => script.Insert(Table, ("id", 1)), Cancellation);
        await UntilSavedAsync(1);

        host.Offsets.FailBeforeSave();
        host.Source.Insert(Table, ("id", 2));
        await UntilAsync(() => seen.Count == 2, "the change was handled");
        await UntilSavedAsync(2);

        async Task UntilSavedAsync(int count)
        {
            for (var i = 0; i < 2000 && !IsSaved(count); i++)
            {
                host.Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(2, Cancellation);
            }

            Assert.True(IsSaved(count), $"The offset of transaction {count} was not saved.");
        }

        bool IsSaved(int count) => host.Offsets.Saved is [.., var last] && last.Contains($"\"tx\":{count}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transactions_can_be_kept_together()
    {
        var script = new ScriptedSource();
        for (var transaction = 0; transaction < 100; transaction++)
        {
            script.Begin();
            for (var i = 0; i < 5; i++)
            {
                script.Insert(Table, ("id", (transaction * 5) + i), ("tx", transaction));
            }

            script.Commit();
        }

        var seen = new ConcurrentDictionary<long, ConcurrentQueue<long>>();
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).ParallelByKey(8, keepTransactions: true)
            .Handle(async (change, _, _) =>
            {
                await Task.Yield();
                seen.GetOrAdd(change.After["tx"].AsInt64(), _ => []).Enqueue(Id(change));
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Values.Sum(queue => queue.Count) == 500, "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.All(seen.Values, queue => Assert.Equal(queue.Order(), queue));
    }

    [Fact]
    public async Task A_truncate_waits_for_the_changes_before_it_and_those_after_it_wait_for_it()
    {
        var script = Script(30).Truncate(Table);
        for (var id = 101; id <= 130; id++)
        {
            script.Insert(Table, ("id", id));
        }

        var seen = new ConcurrentQueue<long>();
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store).ParallelByKey(8).Handle(async (change, _, _) =>
        {
            await Task.Delay(1, Cancellation);
            seen.Enqueue(change.Operation == ChangeOperation.Truncate ? 0 : Id(change));
        }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Count == 61, "everything was handled");
        await host.StopAsync(Cancellation);

        var order = seen.ToList();
        Assert.Equal(30, order.IndexOf(0));
        Assert.All(order.Take(30), id => Assert.True(id <= 30));
    }

    [Fact]
    public async Task Of_the_changes_of_one_key_in_a_batch_only_the_last_can_be_handled()
    {
        var script = new ScriptedSource { ChangesPerEvent = 3 }.Begin();
        for (var i = 1; i <= 9; i++)
        {
            script.Insert(Table, ("id", i % 3), ("n", i));
        }

        script.Commit();
        var seen = new ConcurrentQueue<long>();
        using var host = Host(stream => stream.From(_ => script).StoreOffsetsIn(_ => Store)
            .Configure(options => options.OnlyLastOfKey = true).Handle((change, _, _) =>
            {
                seen.Enqueue(change.After["n"].AsInt64());
                return default;
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Contains(9), "everything was handled");
        await host.StopAsync(Cancellation);

        Assert.Equal([7, 8, 9], seen);
    }
}
