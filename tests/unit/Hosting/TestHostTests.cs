using System.Collections.Concurrent;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Offsets;
using Microsoft.Extensions.DependencyInjection;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>The host for tests of applications: handlers of an application over a script.</summary>
public sealed class TestHostTests
{
    private const string Table = "shop.orders";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_with_services_and_typed_rows_is_tested_in_ten_lines()
    {
        var totals = new ConcurrentDictionary<long, decimal>();
        await using var host = await CdcTestHost.StartAsync(stream =>
        {
            stream.Services.AddSingleton(totals);
            stream.Handle<HostedOrder, TotalHandler>(Table);
        }, cancellationToken: Cancellation);

        await host.PublishAsync(script => script
            .Insert(Table, ("id", 1), ("total", 9.90m), ("state", "new"))
            .Begin()
                .Update(Table, Row(1, 9.90m, "new"), Row(1, 12.50m, "paid"))
                .Disconnect()
                .Insert(Table, ("id", 2), ("total", 1m), ("state", "new"))
            .Commit(), Cancellation);
        Assert.Equal([(1L, 12.50m), (2L, 1m)], totals.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));

        await host.PublishAsync(script => script.Delete(Table, ("id", 1), ("total", 12.50m), ("state", "paid")).Truncate("shop.other"),
            Cancellation);
        Assert.Equal([2L], totals.Keys);
    }

    [Fact]
    public async Task A_handler_that_writes_in_the_transaction_needs_a_database_for_the_offsets()
    {
        using var database = new SqliteFile();
        await database.ExecuteAsync("CREATE TABLE effects (id integer)");
        await using (var host = await CdcTestHost.StartAsync(stream => stream.StoreOffsetsIn(database.Source).Handle(WriteAsync),
            cancellationToken: Cancellation))
        {
            await host.PublishAsync(script => script.Insert(Table, ("id", 1)), Cancellation);
            await host.RestartAsync(Cancellation);
            await host.PublishAsync(script => script.Insert(Table, ("id", 2)), Cancellation);
            Assert.Equal([1L, 2L], await database.ReadNumbersAsync("SELECT id FROM effects"));
        }

        await using var without = await CdcTestHost.StartAsync(stream => stream.Handle(WriteAsync), cancellationToken: Cancellation);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(
            () => without.PublishAsync(script => script.Insert(Table, ("id", 1)), Cancellation));
        Assert.Contains("Pass the database of the effects to StoreOffsetsIn", e.Message, StringComparison.Ordinal);

        static async ValueTask WriteAsync(ChangeEvent change, ChangeContext context, CancellationToken cancellationToken)
        {
            await using var command = context.Connection.CreateCommand();
            command.Transaction = context.Transaction;
            command.CommandText = $"INSERT INTO effects VALUES ({change.After["id"].AsInt64()})";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    [Fact]
    public async Task Hours_of_retries_take_no_time_and_a_dead_letter_can_be_seen()
    {
        var attempts = 0;
        await using var host = await CdcTestHost.StartAsync(stream => stream.Configure(options =>
        {
            options.Retry.MaxAttempts = 10;
            options.Retry.InitialDelay = TimeSpan.FromHours(1);
            options.Retry.MaxDelay = TimeSpan.FromHours(5);
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
        }).Handle((change, _, _) =>
        {
            attempts++;
            throw new InvalidOperationException("Poison.");
        }), cancellationToken: Cancellation);
        var begun = host.Time.GetUtcNow();

        await host.PublishAsync(script => script.Insert(Table, ("id", 1)), Cancellation);

        Assert.Equal(10, attempts);
        Assert.True(host.Time.GetUtcNow() - begun > TimeSpan.FromHours(30));
        Assert.Equal("scripted:0:0", Assert.Single(host.DeadLetters).EventId);
    }

    [Fact]
    public async Task What_a_handler_throws_for_good_is_thrown_to_the_test()
    {
        await using var host = await CdcTestHost.StartAsync(
            stream => stream.Handle((_, _, _) => throw new FormatException("No number.")), cancellationToken: Cancellation);

        var e = await Assert.ThrowsAsync<FormatException>(
            () => host.PublishAsync(script => script.Insert(Table, ("id", 1)), Cancellation));

        Assert.Equal("No number.", e.Message);
    }

    [Fact]
    public async Task A_restart_resumes_at_the_stored_offset_and_a_failed_save_repeats_what_it_lacks()
    {
        var seen = new ConcurrentQueue<long>();
        await using var host = await CdcTestHost.StartAsync(stream => stream.Configure(options => options.Restart.MaxRestarts = null)
            .Handle((change, _, _) =>
            {
                seen.Enqueue(change.After["id"].AsInt64());
                return default;
            }), cancellationToken: Cancellation);
        await host.PublishAsync(script => script.Insert(Table, ("id", 1)).Insert(Table, ("id", 2)), Cancellation);
        await host.RestartAsync(Cancellation);
        await host.PublishAsync(script => script.Insert(Table, ("id", 3)), Cancellation);
        Assert.Equal([1L, 2L, 3L], seen);

        host.Offsets.FailBeforeSave();
        host.Offsets.FailBeforeSave();
        await host.PublishAsync(script => script.Insert(Table, ("id", 4)).Repeat(), Cancellation);
        Assert.Equal(4L, seen.Last());
    }

    [Fact]
    public async Task Snapshots_lost_positions_and_schema_changes_reach_the_handler()
    {
        var seen = new ConcurrentQueue<string>();
        var script = new ScriptedSource().Table(Table, Row(1, 1m, "new"), Row(2, 2m, "new"));
        await using var host = await CdcTestHost.StartAsync(stream => stream.Snapshot(SnapshotMode.Initial, Table)
            .Configure(options => options.OnOffsetLost = OffsetLostPolicy.StartFromEarliest).Handle((change, _, _) =>
            {
                seen.Enqueue($"{change.Operation} {change.Key["id"]}");
                return default;
            }), script, Cancellation);
        await host.PublishAsync(source => source.SchemaChange(SchemaChangeKind.Alter, Table, "ALTER TABLE orders ADD note text"),
            Cancellation);
        for (var i = 0; i < 3000 && seen.Count < 2; i++)
        {
            await Task.Delay(5, Cancellation);
            host.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(["Read 1", "Read 2"], seen);
        await host.PublishAsync(source => source.Insert(Table, ("id", 3), ("total", 3m), ("state", "new")).LoseOffsets().Disconnect()
            .Insert(Table, ("id", 4), ("total", 3m), ("state", "new")), Cancellation);
        Assert.Contains("Create 4", seen);
    }

    [Fact]
    public async Task Transforms_change_what_handlers_and_dead_letters_contain()
    {
        var seen = new ConcurrentQueue<string>();
        await using var host = await CdcTestHost.StartAsync(stream => stream
            .Transform(Transform.ExcludeColumns($"{Table}.total"), Transform.Mask($"{Table}.state"))
            .Configure(options =>
            {
                options.Retry.MaxAttempts = 1;
                options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
            }).Handle((change, _, _) =>
            {
                seen.Enqueue(change.After.ToString());
                throw new InvalidOperationException("Poison.");
            }), cancellationToken: Cancellation);

        await host.PublishAsync(script => script.Insert(Table, ("id", 1), ("total", 9.90m), ("state", "secret")), Cancellation);

        Assert.Equal("{id: 1, state: ***}", Assert.Single(seen));
        var letter = Assert.Single(host.DeadLetters);
        Assert.DoesNotContain("secret", letter.Event + letter.Content, StringComparison.Ordinal);
        Assert.DoesNotContain("9.9", letter.Event + letter.Content, StringComparison.Ordinal);
        Assert.Contains("***", letter.Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_made_by_the_type_of_the_server()
    {
        Assert.Equal("a,c", ScriptedValue.Of("set('a','b','c')", "a,c").AsString());
        Assert.Equal(5UL, ScriptedValue.Of("SET('a','b','c')", new[] { "a", "c" }).AsUInt64());
        var label = ScriptedValue.Of("enum('a','it''s')", "it's");
        Assert.Equal((2L, "it's"), (label.AsInt64(), label.AsString()));
        Assert.Equal(ValueKind.UInt64, ScriptedValue.Of("bigint(20) unsigned", ulong.MaxValue).Kind);
        Assert.Equal(-3L, ScriptedValue.Of("int", "-3").AsInt64());
        Assert.Equal("9.90", ScriptedValue.Of("decimal(10,2)", 9.9m).ToString());
        Assert.Equal(("""{"a": 1}""", ValueKind.Json), (ScriptedValue.Of("json", """{"a": 1}""").AsString(), ScriptedValue.Json("1").Kind));
        Assert.Equal("2026-01-02 03:04:05.600", ScriptedValue.Of("datetime(3)", "2026-01-02 03:04:05.6").ToString());
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            ScriptedValue.Of("timestamp", "2026-01-02 03:04:05").AsDateTimeOffset());
        Assert.True(ScriptedValue.Of("json", null).IsNull);
        Assert.Throws<ArgumentException>(() => ScriptedValue.Of("set('a')", "b"));
        Assert.Throws<ArgumentException>(() => ScriptedValue.Of("int", "x"));
        Assert.Throws<ArgumentException>(() => ScriptedValue.Of("colour", "red"));
    }

    public static TheoryData<string, object, string> ServerValues => new()
    {
        { "time(6)", new TimeOnly(1, 2, 3, 4, 5), "01:02:03.004005" }, { "time", "838:59:59", "838:59:59" },
        { "time", "-24:00:00", "-24:00:00" }, { "time", "00:00:01.5", "00:00:02" },
        { "time(1)", TimeSpan.FromSeconds(-0.25), "-00:00:00.3" }, { "date", "0000-00-00", "0000-00-00" },
        { "timestamp(6)", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(10), "2026-01-02 03:04:05.000001" },
        { "timestamp(3)", new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2)), "2026-01-02 01:04:05.678" },
        { "timestamp", "0000-00-00 00:00:00", "0000-00-00 00:00:00" }, { "datetime", "2024-00-15 10:00:00", "2024-00-15 10:00:00" },
        { "datetime(3)", new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2)), "2026-01-02 03:04:05.678" },
        { "datetime", new CalendarDateTime(2025, 12, 31, 23, 59, 59, 500_000), "2026-01-01 00:00:00" },
        { "date", new DateTime(2026, 1, 2, 3, 4, 5), "2026-01-02" }, { "enum('a','b')", 2, "b" }, { "enum('1','2')", "1", "1" },
        { "set('a','b','c')", 5, "a,c" }, { "set('a','b','c')", new List<string> { "c", "a" }, "a,c" }, { "tinyint(1)", true, "1" },
        { "int(5) zerofill", 42, "42" }, { "bit(1)", true, "1" }, { "decimal(3,2)", 9.994m, "9.99" },
        { "json", System.Text.Json.Nodes.JsonNode.Parse("\"a\"")!, "\"a\"" },
    };

    [Theory]
    [MemberData(nameof(ServerValues))]
    public void Values_are_what_the_server_stores_whatever_CLR_type_they_are_given_in(string type, object value, string text)
        => Assert.Equal(text, ScriptedValue.Of(type, value).ToString());

    [Theory]
    [InlineData("tinyint", 128)]
    [InlineData("tinyint unsigned", 256)]
    [InlineData("mediumint", -8388609)]
    [InlineData("decimal(3,2)", 9.995)]
    [InlineData("time", "839:00:00")]
    [InlineData("time", "1 day")]
    [InlineData("date", "2026-13-01")]
    [InlineData("enum('a')", 2)]
    [InlineData("set('a')", 2)]
    [InlineData("json", "{")]
    public void Values_that_do_not_fit_their_type_are_refused(string type, object value)
        => Assert.Throws<ArgumentException>(() => ScriptedValue.Of(type, value));

    private static ScriptedRow Row(int id, decimal total, string state) => ScriptedRow.Of(("id", id), ("total", total), ("state", state));

    private sealed class TotalHandler(ConcurrentDictionary<long, decimal> totals) : IChangeHandler<HostedOrder>
    {
        public ValueTask HandleAsync(Change<HostedOrder> change, ChangeContext context, CancellationToken cancellationToken)
        {
            if (change.After is { } order)
            {
                totals[order.Id] = order.Total;
            }
            else if (change.Before is { } removed)
            {
                totals.TryRemove(removed.Id, out _);
            }

            return default;
        }
    }
}
