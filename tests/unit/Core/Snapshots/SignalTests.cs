using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Snapshots;

public sealed class SignalTests : SnapshotEngineTest
{
    private const string Orders = "1=o1 2=o2 3=o3 4=o4 5=o5";
    private const string Parts = "1=p1 2=p2 3=p3 4=p4 5=p5";

    private static CdcEngineOptions WithSignals(string? table = null, params ISnapshotSignalChannel[] channels) => new()
    {
        Name = "test",
        CommitPolicy = CommitPolicy.Always,
        Snapshot = new SnapshotOptions { ChunkSize = 3, Signals = channels, SignalTable = table },
    };

    [Fact]
    public async Task A_signal_of_a_channel_of_the_application_requests_a_snapshot()
    {
        var channel = new MemorySignalChannel();
        await using var engine = new CdcEngine(Tables(5), Store, WithSignals(null, channel));
        var (loop, copy, stop) = Run(engine);
        channel.Send("""{"id":"one","type":"execute-snapshot","data":{"data-collections":["shop.par.*"],"type":"INCREMENTAL"}}""");
        await UntilAsync(() => copy.Lines.Contains("parts Completed 5"), "the table was read");
        Assert.Equal(1, channel.Stored);
        Assert.Equal(Parts, copy["parts"]);
        Assert.Equal("", copy["orders"]);
        await stop.CancelAsync();
        await loop;
        Assert.Contains("\"finished\":[\"one\"]", LastSaved, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_name_of_a_signal_does_not_match_other_tables_and_ignores_case()
    {
        var channel = new MemorySignalChannel();
        var source = Tables(5);
        source.Table("shopXorders.x", Row(1, "x"));
        await using var engine = new CdcEngine(source, Store, WithSignals(null, channel));
        var (loop, copy, stop) = Run(engine);
        channel.Send("""{"type":"execute-snapshot","data":"{\"data-collections\":[\"SHOP.orders\"]}"}""");
        await UntilAsync(() => copy.Lines.Contains("orders Completed 5"), "the table was read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal(Orders, copy["orders"]);
        Assert.Equal("", copy["parts"]);
    }

    [Fact]
    public async Task Conditions_of_a_signal_select_the_rows_of_each_table()
    {
        var channel = new MemorySignalChannel();
        var source = new ScriptedSource { Condition = static (condition, row) => row["v"].ToString() == condition };
        source.Table("shop.orders", Row(1, "a"), Row(2, "b"), Row(3, "a")).Table("shop.parts", Row(1, "a"), Row(2, "b"));
        await using var engine = new CdcEngine(source, Store, WithSignals(null, channel));
        var (loop, copy, stop) = Run(engine);
        channel.Send("""
            {"type":"execute-snapshot","data":{"data-collections":["shop\\.(orders|parts)"],"additional-condition":"b",
            "additional-conditions":[{"data-collection":"shop.orders","filter":"a"}]}}
            """);
        await UntilAsync(() => copy.Lines.Contains("parts Completed 1"), "the tables were read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal("1=a 3=a", copy["orders"]);
        Assert.Equal("2=b", copy["parts"]);
    }

    [Fact]
    public async Task Signals_with_the_same_id_are_accepted_once_also_after_a_restart()
    {
        var channel = new MemorySignalChannel();
        const string Signal = """{"id":"one","type":"execute-snapshot","data":{"data-collections":["shop.orders"]}}""";
        for (var run = 0; run < 2; run++)
        {
            await using var engine = new CdcEngine(Tables(5), Store, WithSignals(null, channel));
            var (loop, copy, stop) = Run(engine);
            channel.Send(Signal);
            channel.Send("""{"id":"two","type":"pause-snapshot"}""");
            channel.Send(Signal);
            await UntilAsync(() => channel.Stored == channel.Sent, "the signals were stored");
            await engine.Snapshots.ResumeAsync();
            channel.Send("""{"id":"two","type":"pause-snapshot"}""");
            channel.Send("""{"type":"execute-snapshot","data":{"data-collections":["shop.parts"]}}""");
            await UntilAsync(() => copy.Lines.Contains("parts Completed 5"), "nothing is paused");
            await stop.CancelAsync();
            await loop;
            Assert.Equal(run == 0 ? Orders : "", copy["orders"]);
            channel.Send("""{"type":"log","data":{"message":"between"}}""");
        }

        Assert.Equal([null, "5"], channel.Starts);
    }

    [Theory]
    [InlineData("no JSON", "it is not JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "it has no type")]
    [InlineData("""{"type":"dance"}""", "'dance' is unknown")]
    [InlineData("""{"type":"execute-snapshot"}""", "no 'data-collections'")]
    [InlineData("""{"type":"execute-snapshot","data":"{"}""", "its data is not JSON")]
    [InlineData("""{"type":"execute-snapshot","data":"[1]"}""", "not an object")]
    [InlineData("""{"type":"execute-snapshot","data":{"data-collections":"shop.orders"}}""", "not an array")]
    [InlineData("""{"type":"execute-snapshot","data":{"data-collections":[1]}}""", "is empty")]
    [InlineData("""{"type":"execute-snapshot","data":{"data-collections":["("]}}""", "not a regular expression")]
    [InlineData("""{"type":"execute-snapshot","data":{"data-collections":["a.b"],"type":"odd"}}""", "'odd' is unknown")]
    [InlineData("""{"type":"execute-snapshot","data":{"data-collections":["a.b"],"type":7}}""", "'type' is not a text")]
    [InlineData("""{"type":"execute-snapshot","data":{"data-collections":["a.b"],"additional-conditions":[{"filter":"x"}]}}""", "lacks")]
    [InlineData("""
        {"type":"execute-snapshot","data":{"data-collections":["a.b"],"additional-conditions":[{"data-collection":"a.b",
        "filter":"SELECT * FROM a.b"}]}}
        """, "whole SELECT")]
    [InlineData("""{"type":"log"}""", "no 'message'")]
    public async Task A_signal_that_is_not_understood_is_reported_and_the_stream_continues(string signal, string reason)
    {
        var channel = new MemorySignalChannel();
        var source = Tables(1);
        await using var engine = new CdcEngine(source, Store, WithSignals(null, channel));
        var (loop, copy, stop) = Run(engine);
        channel.Send(signal, "bad");
        await UntilAsync(() => engine.Snapshots.RejectedSignals == 1, "the signal was counted");
        source.Insert("shop.orders", ("id", 9), ("v", "o9"));
        await UntilAsync(() => copy["orders"] == "9=o9", "the stream continues");
        await UntilAsync(() => copy.Notices.Count == 1, "the notice was delivered");
        await stop.CancelAsync();
        await loop;
        Assert.Equal(NoticeKind.SignalRejected, copy.Notices[0].Kind);
        Assert.Contains(reason, copy.Notices[0].Message, StringComparison.Ordinal);
        Assert.Contains("'bad' from memory", copy.Notices[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_that_fails_is_read_again()
    {
        var channel = new MemorySignalChannel { Failures = 1 };
        await using var engine = new CdcEngine(Tables(5), Store, WithSignals(null, channel));
        var (loop, copy, stop) = Run(engine);
        channel.Send("""{"type":"execute-snapshot","data":{"data-collections":["shop.orders"]}}""");
        await UntilAsync(() => copy["orders"] == Orders, "the table was read");
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task Stop_pause_and_resume_signals_concern_all_snapshots_or_one()
    {
        var channel = new MemorySignalChannel();
        await using var engine = new CdcEngine(Tables(5), Store, WithSignals(null, channel));
        await engine.Snapshots.PauseAsync("first");
        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = "first" });
        await engine.Snapshots.PauseAsync();
        var (loop, copy, stop) = Run(engine);
        channel.Send("""{"type":"stop-snapshot","data":{"type":"INCREMENTAL","data-collections":["shop.o.*"]}}""");
        channel.Send("""{"type":"resume-snapshot","data":{"id":"first"}}""");
        var status = await handle.Completion.WaitAsync(Timeout);
        await UntilAsync(() => copy["parts"] == Parts, "the other table was read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal("", copy["orders"]);
        Assert.False(status.IsComplete);
    }

    [Fact]
    public async Task A_row_in_the_signal_table_is_a_request_and_is_not_delivered()
    {
        var source = Tables(5).Insert("shop.parts", ("id", 6), ("v", "p6"))
            .Begin()
            .Insert("app.signals", ("id", "one"), ("type", "execute-snapshot"), ("data", """{"data-collections":["shop.orders"]}"""))
            .Insert("shop.parts", ("id", 7), ("v", "p7")).Commit()
            .Insert("app.signals", ("id", "bad"), ("type", "dance"), ("data", null));
        await using var engine = new CdcEngine(source, Store, WithSignals("app.signals"));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Lines.Contains("orders Completed 5"), "the table was read");
        await UntilAsync(() => copy.Notices.Count == 1, "the bad signal was reported");
        source.Delete("app.signals", ("id", "one"), ("type", "execute-snapshot"), ("data", null))
            .Insert("shop.parts", ("id", 8), ("v", "p8"));
        await UntilAsync(() => copy["parts"] == "6=p6 7=p7 8=p8", "the stream continues");
        await stop.CancelAsync();
        await loop;
        Assert.Equal(Orders, copy["orders"]);
        Assert.DoesNotContain(copy.Lines, static line => line.Contains("signals", StringComparison.Ordinal));
        Assert.Equal(1, engine.Snapshots.RejectedSignals);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_of_the_signal_table_are_delivered_and_read_only_if_the_source_names_it(bool isNamed)
    {
        var source = new ScriptedSource { NamedTables = isNamed ? ["app.signals"] : [] };
        source.Table("app.signals").Table("shop.orders", Row(1, "o1"));
        source.Insert("app.signals", ("id", "one"), ("type", "execute-snapshot"), ("data", """{"data-collections":[".*"]}"""));
        await using var engine = new CdcEngine(source, Store, WithSignals("APP.signals"));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Lines.Contains("orders Completed 1"), "the table was read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal(isNamed, copy.Lines.Any(static line => line.StartsWith("Create signals", StringComparison.Ordinal)));
        Assert.Equal(isNamed, copy.Lines.Contains("signals Completed 1"));
    }

    [Fact]
    public async Task A_signal_in_the_table_survives_a_crash_before_any_offset_after_it_is_stored()
    {
        var source = Tables(5)
            .Insert("app.signals", ("id", "one"), ("type", "execute-snapshot"), ("data", """{"data-collections":["shop.orders"]}"""))
            .Insert("shop.parts", ("id", 6), ("v", "p6"));
        var store = new InMemoryOffsetStore();
        for (var run = 0; run < 3; run++)
        {
            // The first runs end at the first change, which is never acknowledged: each reads the signal again.
            await using var engine = new CdcEngine(source, store, WithSignals("app.signals"));
            if (run < 2)
            {
                await foreach (var change in engine.ReadAsync(Timeout))
                {
                    break;
                }

                continue;
            }

            var (loop, copy, stop) = Run(engine);
            await UntilAsync(() => copy.Lines.Contains("orders Completed 5"), "the table was read");
            await stop.CancelAsync();
            await loop;
            Assert.Equal(Orders, copy["orders"]);
            Assert.Equal(5, copy.Lines.Count(static line => line.StartsWith("Read", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Options_with_an_unusable_signal_table_or_two_channels_of_one_name_are_refused()
    {
        var source = Tables(1);
        foreach (var options in new[]
        {
            WithSignals("signals"), WithSignals("app."), WithSignals("app.*"),
            WithSignals(null, new MemorySignalChannel(), new MemorySignalChannel()),
        })
        {
            Assert.Throws<ArgumentException>(() => new CdcEngine(source, Store, options));
        }
    }
}
