using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>What the log and the texts of a status say about snapshots.</summary>
public sealed class SnapshotLogTests : SnapshotEngineTest
{
    private const string Nothing = "is over and has read no table: No captured table matches.";

    [Theory]
    [InlineData(SnapshotMode.Initial)]
    [InlineData(SnapshotMode.Incremental)]
    public async Task A_complete_snapshot_is_logged_once_with_its_tables_and_rows(SnapshotMode mode)
    {
        var log = new RecordedLog();
        await using var engine = new CdcEngine(Tables(5), Store, With(mode, log: log));
        var (loop, copy, stop) = Run(engine);

        await UntilAsync(() => Ends(log).Count > 0 && copy.Count == 10, "it is complete");
        await stop.CancelAsync();
        await loop;

        Assert.StartsWith("test: the snapshot initial is complete: 3 tables with 10 rows in ", Assert.Single(Ends(log)),
            StringComparison.Ordinal);
        Assert.Equal(mode == SnapshotMode.Initial, log.Of(LogLevel.Information).Any(static line => line.Contains("reading the tables first",
            StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_request_that_matches_no_table_is_logged_with_the_reason()
    {
        var log = new RecordedLog();
        await using var engine = new CdcEngine(Tables(5), Store, With(SnapshotMode.Never, log: log));
        var (loop, _, stop) = Run(engine);

        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Id = "typo", Tables = ["shop.oders"] });
        var status = await handle.Completion.WaitAsync(Timeout);
        await UntilAsync(() => Ends(log).Count > 0, "it is logged");
        await stop.CancelAsync();
        await loop;

        Assert.Equal($"test: the snapshot typo {Nothing}", Assert.Single(Ends(log)));
        Assert.Equal("typo (Incremental): over, not complete, 0 of 0 tables, 0 rows: No captured table matches.", status.ToString());
    }

    [Fact]
    public async Task A_first_start_without_a_table_is_logged_and_opens_no_view_of_nothing()
    {
        var log = new RecordedLog();
        await using var engine = new CdcEngine(new ScriptedSource(), Store, With(SnapshotMode.Initial, log: log));
        var (loop, _, stop) = Run(engine);

        await UntilAsync(() => Ends(log).Count > 0, "it is logged");
        await stop.CancelAsync();
        await loop;

        Assert.Equal($"test: the snapshot initial {Nothing}", Assert.Single(Ends(log)));
        Assert.DoesNotContain(log.Of(LogLevel.Information), static line => line.Contains("consistent view", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_snapshot_with_a_failed_table_is_logged_with_the_reason()
    {
        var log = new RecordedLog();
        var source = Tables(5);
        source.Table("shop.keyless", ScriptedRow.Of(("name", "a")));
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Incremental, log: log));
        var (loop, _, stop) = Run(engine);

        await UntilAsync(() => Ends(log).Count > 0, "it is logged");
        await stop.CancelAsync();
        await loop;

        var line = Assert.Single(Ends(log));
        Assert.StartsWith("test: the snapshot initial is over and not complete: 3 of 4 tables, 10 rows in ", line,
            StringComparison.Ordinal);
        Assert.Contains("; shop.keyless failed: ", line, StringComparison.Ordinal);
        Assert.Contains("; shop.keyless Failed: ", Assert.Single(engine.Snapshots.Current).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_status_says_in_one_line_what_there_is_to_say()
    {
        Assert.Equal("Idle", new EngineStatus { State = EngineState.Idle }.ToString());
        Assert.Equal("CaughtUp, lag 0 s, last change of 2026-01-02 03:04:05.678Z, lease 3 held by this instance", new EngineStatus
        {
            State = EngineState.CaughtUp,
            Lag = TimeSpan.Zero,
            LastTimestamp = new DateTimeOffset(2026, 1, 2, 4, 4, 5, 678, TimeSpan.FromHours(1)),
            Lease = new LeaseStatus { IsHeld = true, Owner = "me", Fence = 3 },
        }.ToString());
        Assert.Equal("Reconnecting, lag 1.5 s, 2 changes in 30 bytes waiting, reconnects 4, lease 0 of nobody: cut, twice", new EngineStatus
        {
            State = EngineState.Reconnecting,
            Lag = TimeSpan.FromSeconds(1.5),
            BufferedChanges = 2,
            BufferedBytes = 30,
            Reconnects = 4,
            Lease = new LeaseStatus { IsHeld = false },
            Failure = new CdcConnectionException("cut,\ntwice"),
        }.ToString());
        Assert.Equal("a (Initial): reading, 1 of 2 tables, 12 rows", new SnapshotStatus
        {
            Id = "a",
            Kind = SnapshotKind.Initial,
            Tables =
            [
                new SnapshotTableProgress("d", "s", SnapshotTableStatus.Completed, 10, null),
                new SnapshotTableProgress("d", "t", SnapshotTableStatus.Reading, 2, null),
            ],
        }.ToString());
    }

    private static List<string> Ends(RecordedLog log) => [.. log.Of(LogLevel.Information).Concat(log.Of(LogLevel.Warning))
        .Where(static line => line.Contains("the snapshot ", StringComparison.Ordinal)
            && (line.Contains("complete:", StringComparison.Ordinal) || line.Contains("is over", StringComparison.Ordinal)))];
}
