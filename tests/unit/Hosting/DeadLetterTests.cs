using System.Collections.Concurrent;
using System.Text;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Changes that could not be handled, what follows them, and their replay.</summary>
public sealed class DeadLetterTests : HostingTest
{
    [Fact]
    public async Task On_SQLite_the_store_of_dead_letters_keeps_the_contract()
        => await DeadLetterContract.VerifyAsync(Database.Source, Cancellation);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Later_changes_of_a_key_follow_its_dead_letter_and_a_replay_handles_them_in_their_order(int handlers)
    {
        var isPoison = true;
        var seen = new ConcurrentQueue<string>();
        await using var host = await CdcTestHost.StartAsync(stream => stream.ParallelByKey(handlers).Configure(options =>
        {
            options.Retry.MaxAttempts = 2;
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
        }).Handle((change, context, _) =>
        {
            if (isPoison && change.After["id"].AsInt64() == 2 && change.After["n"].AsInt64() == 1)
            {
                throw new InvalidOperationException("Poison.");
            }

            seen.Enqueue($"{change.After["id"]}:{change.After["n"]}{(context.IsReplay ? " again" : "")}");
            return default;
        }), cancellationToken: Cancellation);

        await host.PublishAsync(script => script.Insert(Table, ("id", 1), ("n", 1)).Insert(Table, ("id", 2), ("n", 1))
            .Update(Table, Row(2, 1), Row(2, 2)).Insert(Table, ("id", 3), ("n", 1)), Cancellation);
        await host.RestartAsync(Cancellation);
        await host.PublishAsync(script => script.Update(Table, Row(2, 2), Row(2, 3)).Update(Table, Row(3, 1), Row(3, 2)), Cancellation);

        Assert.Equal(["1:1", "3:1", "3:2"], seen.Order());
        Assert.Equal([2, 0, 0], host.DeadLetters.Select(letter => letter.Attempts));
        Assert.Equal(new DeadLetterReplay(0, 1, 2),
            await host.Streams.ReplayDeadLettersAsync(CdcTestHost.StreamName, cancellationToken: Cancellation));

        isPoison = false;
        Assert.Equal(new DeadLetterReplay(0, 0, 2), await host.Streams.ReplayDeadLettersAsync(CdcTestHost.StreamName,
            letter => letter.Attempts == 0, Cancellation));
        seen.Clear();
        Assert.Equal(new DeadLetterReplay(3, 0, 0),
            await host.Streams.ReplayDeadLettersAsync(CdcTestHost.StreamName, cancellationToken: Cancellation));
        Assert.Equal(["2:1 again", "2:2 again", "2:3 again"], seen);
        Assert.Empty(host.DeadLetters);

        // The key is free again.
        await host.PublishAsync(script => script.Update(Table, Row(2, 3), Row(2, 4)), Cancellation);
        Assert.Equal("2:4", seen.Last());
    }

    [Fact]
    public async Task A_change_of_the_key_and_a_truncate_follow_the_dead_letters_that_they_concern()
    {
        var seen = new ConcurrentQueue<string>();
        await using var host = await CdcTestHost.StartAsync(stream => stream.Configure(options =>
        {
            options.Retry.MaxAttempts = 1;
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
        }).Handle((change, _, _) =>
        {
            var text = $"{change.Operation} {change.Table} {change.Key}";
            seen.Enqueue(text);
            return text == "Create orders {id: 1}" ? throw new InvalidOperationException("Poison.") : default;
        }), cancellationToken: Cancellation);

        await host.PublishAsync(script => script.Insert(Table, ("id", 1), ("n", 1)).Update(Table, Row(1, 1), Row(7, 1))
            .Insert(Table, ("id", 2), ("n", 1)).Update(Table, Row(7, 1), Row(7, 2)).Truncate(Table).Insert(Table, ("id", 3), ("n", 1))
            .Insert("shop.other", ("id", 1)), Cancellation);

        Assert.Equal(["Create orders {id: 1}", "Create orders {id: 2}", "Create other {id: 1}"], seen);
        Assert.Equal(5, host.DeadLetters.Count);
    }

    [Fact]
    public async Task Later_changes_are_handled_if_the_options_say_so()
    {
        var seen = new ConcurrentQueue<long>();
        await using var host = await CdcTestHost.StartAsync(stream => stream.Configure(options =>
        {
            options.Retry.MaxAttempts = 1;
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
            options.Retry.ParkLaterChanges = false;
        }).Handle((change, _, _) =>
        {
            var n = change.After["n"].AsInt64();
            seen.Enqueue(n);
            return n == 1 ? throw new InvalidOperationException("Poison.") : default;
        }), cancellationToken: Cancellation);

        await host.PublishAsync(script => script.Insert(Table, ("id", 2), ("n", 1)).Update(Table, Row(2, 1), Row(2, 2)), Cancellation);

        Assert.Equal([1L, 2L], seen);
        Assert.Single(host.DeadLetters);
    }

    [Fact]
    public async Task A_replay_that_fails_leaves_no_effect_and_one_that_succeeds_commits_with_the_removal()
    {
        await Database.ExecuteAsync("CREATE TABLE effects (id integer)");
        var isPoison = true;
        using var host = Host(stream => stream.From(_ => Script(3)).StoreOffsetsIn(Database.Source).Configure(options =>
        {
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
            options.Retry.MaxAttempts = 1;
        }).Handle(async (change, context, token) =>
        {
            await using var command = context.Connection.CreateCommand();
            command.Transaction = context.Transaction;
            command.CommandText = $"INSERT INTO effects VALUES ({Id(change)})";
            await command.ExecuteNonQueryAsync(token);
            if (isPoison && Id(change) == 2)
            {
                throw new InvalidOperationException("Poison.");
            }
        }));
        await host.StartAsync(Cancellation);
        for (var i = 0; i < 3000 && (await ReadAsync()).Count < 2; i++)
        {
            await Task.Delay(10, Cancellation);
        }

        var streams = host.Services.GetRequiredService<CdcStreams>();
        Assert.Equal(new DeadLetterReplay(0, 1, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));
        Assert.Equal([1, 3], await ReadAsync());

        isPoison = false;
        var both = await Task.WhenAll(streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation).AsTask(),
            streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation).AsTask());
        Assert.Equal(1, both.Sum(replay => replay.Replayed));
        Assert.Equal([1, 2, 3], await ReadAsync());
        await host.StopAsync(Cancellation);

        async Task<List<long>> ReadAsync() => await Database.ReadNumbersAsync("SELECT id FROM effects ORDER BY id");
    }

    [Fact]
    public async Task A_replayed_change_has_the_exact_values_of_the_first_one()
    {
        ChangeEvent? first = null;
        ChangeEvent? again = null;
        await using var host = await CdcTestHost.StartAsync(stream => stream.Configure(options =>
        {
            options.Retry.MaxAttempts = 1;
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
        }).Handle((change, context, _) =>
        {
            (first, again) = context.IsReplay ? (first, change) : (change, again);
            return context.IsReplay ? default : throw new InvalidOperationException("Poison.");
        }), cancellationToken: Cancellation);
        (string, object?)[] fields =
        [
            ("id", 1), ("big", ulong.MaxValue), ("price", 9.90m), ("wide", new BigDecimal(System.Numerics.BigInteger.Pow(10, 64), 3)),
            ("single", 0.1f), ("double", double.NaN), ("text", "ünïcödé \0 \ud83d\ude00"), ("bytes", new byte[] { 0, 255 }),
            ("date", new DateOnly(2026, 2, 3)), ("zero", DataValue.FromDate(0, 0, 0)), ("time", TimeSpan.FromHours(-800)),
            ("datetime", ScriptedValue.Of("datetime(3)", "2026-01-02 03:04:05.6")), ("stamp", DateTimeOffset.UnixEpoch.AddTicks(10)),
            ("zeroStamp", DataValue.FromZeroTimestamp(2)), ("far", DataValue.FromTimestampMilliseconds(long.MaxValue)),
            ("enum", ScriptedValue.Enum("b", "a", "b")), ("set", ScriptedValue.Set("a,c", "a", "b", "c")),
            ("json", ScriptedValue.Json("{\"a\": [1, null]}")), ("geometry", DataValue.FromGeometry([1, 0, 0, 0, 9], 0, 5)),
            ("vector", DataValue.FromVector([0, 0, 128, 63], 0, 4)), ("uuid", DataValue.FromUuid(Guid.NewGuid())),
            ("objectId", DataValue.FromObjectId(new byte[12], 0)), ("isTrue", true), ("null", null), ("absent", DataValue.Absent),
            ("unknown", DataValue.FromEnum(3, null)), ("subtype", DataValue.FromBinarySubtype([1], 0, 1, 4)),
        ];

        await host.PublishAsync(script => script.Begin().Update(Table, ScriptedRow.Of([.. fields]), ScriptedRow.Of([.. fields, ("n", 2)]))
            .Commit(), Cancellation);
        Assert.Equal(1, (await host.Streams.ReplayDeadLettersAsync(CdcTestHost.StreamName, cancellationToken: Cancellation)).Replayed);

        Assert.NotNull(first);
        Assert.NotNull(again);
        Assert.Equal((first.EventId, first.Operation, first.Timestamp, first.Transaction?.Id, first.TotalOrder),
            (again.EventId, again.Operation, again.Timestamp, again.Transaction?.Id, again.TotalOrder));
        Assert.Equal(first.ChangedColumns, again.ChangedColumns);
        Assert.True(DataRecordComparer.Instance.Equals(first.Key, again.Key));
        Assert.Equal(first.Schema?.ToString(), again.Schema?.ToString());
        foreach (var (was, now) in first.After.Zip(again.After).Concat(first.Before.Zip(again.Before)))
        {
            Assert.Equal((was.Name, was.Value.Kind, was.Value.Scale, was.Value.BinarySubtype, was.Value.ToString()),
                (now.Name, now.Value.Kind, now.Value.Scale, now.Value.BinarySubtype, now.Value.ToString()));
        }

        Assert.Equal(first.After.Count, again.After.Count);
        Assert.Equal(["a", "c"], again.After["set"].AsStrings());
    }

    [Fact]
    public async Task Values_that_cannot_be_read_do_not_keep_a_change_from_becoming_a_letter()
    {
        var again = "";
        await using var host = await CdcTestHost.StartAsync(stream => stream.Configure(options =>
        {
            options.Retry.MaxAttempts = 1;
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
        }).Handle((change, context, _) =>
        {
            if (context.IsReplay)
            {
                again = change.After["text"].ToString();
                return default;
            }

            return new ValueTask(Task.FromException(new InvalidOperationException(change.After["text"].AsString())));
        }), cancellationToken: Cancellation);
        var ascii = Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

        // Text in UTF-8, but not in the column's set; and a document that is none.
        await host.PublishAsync(script => script
            .Insert(Table, ("id", DataValue.FromText([0xC3, 0xA9], 0, 2, ascii)), ("text", DataValue.FromText([0xC3, 0xA9], 0, 2, ascii)))
            .Insert(Table, ("id", 2), ("text", DataValue.FromJson("{")))
            .Insert(Table, ("id", 3), ("text", "read")), Cancellation);

        Assert.Equal(3, host.DeadLetters.Count);
        Assert.Contains("\"text\":{\"$bytes\":\"w6k=\"}", host.DeadLetters[0].Event, StringComparison.Ordinal);
        Assert.Contains("is not JSON", host.DeadLetters[1].Event, StringComparison.Ordinal);
        var first = host.DeadLetters[0].Id;
        Assert.Equal(1, (await host.Streams.ReplayDeadLettersAsync(CdcTestHost.StreamName, letter => letter.Id == first, Cancellation))
            .Replayed);
        Assert.Equal("0xC3A9", again);
    }

    private static ScriptedRow Row(int id, int n) => ScriptedRow.Of(("id", id), ("n", n));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task An_instance_whose_lease_has_run_out_stores_no_letter_of_a_handler_that_fails_late(int handlers)
    {
        var letters = new InMemoryDeadLetterStore();
        var store = new FaultyOffsetStore(Store);
        var (entered, late, saves) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        using var first = Poisoned(store, TimeSpan.FromMilliseconds(100), async () =>
        {
            entered.TrySetResult();
            await late.Task;
        });
        using var second = Poisoned(Store, TimeSpan.FromSeconds(6), () => Task.CompletedTask);
        await first.StartAsync(Cancellation);
        await entered.Task.WaitAsync(Cancellation);
        var deposed = first.Services.GetRequiredService<CdcStreams>().GetEngine("test");

        // It cannot renew its lease, and another instance takes over and handles the change.
        store.HoldSaves(saves.Task);
        await second.StartAsync(Cancellation);
        await UntilAsync(() => letters.Letters.Count == 1, "the other instance has stored its letter");
        saves.SetResult();
        late.SetResult();
        await UntilAsync(() => deposed.Status.State is EngineState.Failed or EngineState.Stopped, "the first instance has stopped");
        await first.StopAsync(Cancellation);
        await second.StopAsync(Cancellation);

        Assert.Single(letters.Letters);

        IHost Poisoned(IOffsetStore offsets, TimeSpan lease, Func<Task> wait) => Host(stream => stream.From(_ => Script(1))
            .StoreOffsetsIn(_ => offsets).StoreDeadLettersIn(_ => letters).ParallelByKey(handlers).Configure(options =>
            {
                options.LeaseDuration = lease;
                options.Retry.MaxAttempts = 1;
                options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
            }).Handle(async (_, _, _) =>
            {
                await wait();
                throw new InvalidOperationException("Poison.");
            }));
    }

    [Fact]
    public void The_text_of_a_letter_has_no_row_contents()
    {
        var text = new DeadLetter
        {
            Stream = "test", Handler = "h", Table = Table, Key = "secret", EventId = "7", Event = "secret", Content = "secret",
            Error = "secret", Attempts = 2, ParkedAt = DateTimeOffset.UnixEpoch,
        }.ToString();
        Assert.Contains(Table, text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }
}
