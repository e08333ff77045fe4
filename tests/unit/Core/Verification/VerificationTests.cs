using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Snapshots;
using CdcEmbedded.Verification;

namespace CdcEmbedded.Tests.Verification;

/// <summary>A copy is compared with its source while both change.</summary>
public sealed class VerificationTests : SnapshotEngineTest
{
    private const string Orders = "shop.orders";

    [Fact]
    public async Task An_equal_copy_of_an_idle_table_has_no_differences()
    {
        var source = Tables(10);
        var copy = CopyOf(10);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, _, stop) = Run(engine);
        var result = await engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
        Assert.True(result.IsEqual, result.ToString());
        Assert.Equal(10, result.ComparedRows);
        await stop.CancelAsync();
        await loop;
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task Each_difference_is_reported_with_its_key_and_kind_and_values_only_if_asked_for()
    {
        var source = Tables(10);
        var copy = CopyOf(10);
        copy[3] = null;
        copy[5] = "wrong";
        copy[77] = "more";
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, _, stop) = Run(engine);
        var result = await engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
        Assert.Equal(["Different id=5: v", "MissingInCopy id=3", "OnlyInCopy id=77"], Lines(result));
        Assert.Null(Assert.Single(result.Differences, static each => each.Kind == RowDifferenceKind.Different).Columns[0].Source);
        result = await engine.Snapshots.VerifyAsync(Orders, copy, new VerifyOptions { IncludesValues = true, FindsExtraRows = false },
            Timeout);
        Assert.Equal(2, result.Differences.Count);
        Assert.Equal(new ColumnDifference("v", "o5", "wrong"), Assert.Single(result.Differences.SelectMany(static each => each.Columns)));
        Assert.Equal(["Different id=5: v (source 'o5', copy 'wrong')", "MissingInCopy id=3"], Lines(result));
        var options = new VerifyOptions { IgnoredColumns = ["v"], MaxDifferences = 1 };
        result = await engine.Snapshots.VerifyAsync(Orders, copy, options, Timeout);
        Assert.Equal((1, 1, 0), (result.MissingRows, result.ExtraRows, result.DifferentRows));
        Assert.Single(result.Differences);
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task Rows_are_compared_as_the_rules_show_them()
    {
        var source = Tables(10);
        var copy = CopyOf(10);
        for (var id = 1; id <= 10; id++)
        {
            copy[id] = id % 2 == 0 ? "x" : null;
        }

        await using var engine = new CdcEngine(source, Store, WithRules(
            Transform.Where(Orders, static change => change.After["id"].AsInt64() % 2 == 0), Transform.Mask($"{Orders}.v", "x")));
        var (loop, _, stop) = Run(engine);
        var result = await engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
        Assert.True(result.IsEqual, result.ToString());
        Assert.Equal(5, result.ComparedRows);
        copy[3] = "x";
        copy[4] = "o4";
        copy[6] = null;
        result = await engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
        Assert.Equal(["Different id=4: v", "MissingInCopy id=6", "OnlyInCopy id=3"], Lines(result));
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_rule_that_changes_the_key_is_refused()
    {
        await using var engine = new CdcEngine(Tables(3), Store, WithRules(Transform.RenameColumns($"{Orders}.id", "number")));
        var (loop, _, stop) = Run(engine);
        var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => engine.Snapshots.VerifyAsync(Orders, CopyOf(3), null, Timeout));
        Assert.Contains("key columns id", refusal.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
        await loop;
    }

    private static CdcEngineOptions WithRules(params Transform[] rules) => new() { Name = "test", Transforms = rules };

    [Fact]
    public async Task Every_row_of_a_copy_of_an_empty_table_is_only_in_the_copy()
    {
        var source = Tables(10);
        var copy = CopyOf(4);
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, _, stop) = Run(engine);
        var result = await engine.Snapshots.VerifyAsync("shop.empty", copy, null, Timeout);
        Assert.Equal(["OnlyInCopy id=1", "OnlyInCopy id=2", "OnlyInCopy id=3", "OnlyInCopy id=4"], Lines(result));
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task Changes_that_were_delivered_but_not_acknowledged_are_waited_for()
    {
        var source = Tables(5).Update(Orders, Row(2, "o2"), Row(2, "new")).Insert(Orders, ("id", 9), ("v", "o9"));
        var copy = CopyOf(5);
        await using var engine = new CdcEngine(source, Store, WithManual());
        var apply = new TaskCompletionSource();
        var received = new TaskCompletionSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Timeout);
        var loop = Task.Run(async () =>
        {
            var held = new List<ChangeEvent>();
            await foreach (var change in engine.ReadAsync(stop.Token))
            {
                held.Add(change);
                if (held.Count == 2)
                {
                    received.SetResult();
                    await apply.Task;
                    held.ForEach(copy.Apply);
                    await engine.CommitAsync();
                }
            }
        });
        await received.Task.WaitAsync(Timeout);
        var verifying = engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
        await Task.Delay(100);
        Assert.False(verifying.IsCompleted);
        apply.SetResult();
        var result = await verifying;
        Assert.True(result.IsEqual, result.ToString());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
    }

    [Fact]
    public async Task A_row_that_changes_at_each_attempt_is_undecided_and_not_different()
    {
        var source = Tables(3);
        var copy = CopyOf(3);
        copy[2] = "wrong";
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, seen, stop) = Run(engine);
        var reads = 0;
        copy.OnRead = async () =>
        {
            // A change is delivered after the row was read from the source and before the copy answers.
            if (++reads > 1)
            {
                source.Update(Orders, Row(2, "o2"), Row(2, "o2"));
                await UntilAsync(() => seen.Lines.Count >= reads - 1, "the change was delivered");
            }
        };
        var result = await engine.Snapshots.VerifyAsync(Orders, copy, new VerifyOptions { Attempts = 4, FindsExtraRows = false }, Timeout);
        Assert.Equal((0, 1), (result.Differences.Count, result.UndecidedRows));
        Assert.Equal(2, Assert.Single(result.Undecided)["id"].AsInt64());
        Assert.Equal(5, reads);
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task Repairing_delivers_the_missing_and_different_rows_again_and_nothing_else()
    {
        var source = Tables(10);
        var copy = CopyOf(10);
        copy[3] = null;
        copy[5] = "wrong";
        copy[77] = "more";
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, seen, stop) = Run(engine);
        var result = await engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
        var handle = await engine.Snapshots.RepairAsync(result);
        var status = await handle.Completion.WaitAsync(Timeout);
        Assert.True(status.IsComplete);
        await UntilAsync(() => seen.Count == 2, "the rows were delivered");
        Assert.Equal("3=o3 5=o5", seen["orders"]);
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_repair_survives_a_crash()
    {
        var source = Tables(10);
        var copy = CopyOf(10);
        copy[3] = null;
        copy[5] = "wrong";
        await using (var engine = new CdcEngine(source, Store, With(SnapshotMode.Never)))
        {
            var (loop, _, stop) = Run(engine);
            var result = await engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
            await stop.CancelAsync();
            await loop;
            await engine.Snapshots.RepairAsync(result);
        }

        source.End();
        await using var next = new CdcEngine(source, Store, With(SnapshotMode.Never));
        Assert.Equal([3, 5], await ReadIdsAsync(next));
    }

    [Fact]
    public async Task A_verification_waits_as_a_snapshot_does_while_the_application_or_the_load_of_the_source_says_so()
    {
        var (mayRead, asked) = (false, 0);
        var load = new SourceLoad(9, null);
        var source = new ScriptedSource { Load = () => load };
        source.Table(Orders, [.. Enumerable.Range(1, 10).Select(static id => Row(id, $"o{id}"))]);
        await using var engine = new CdcEngine(source, Store, new CdcEngineOptions
        {
            Name = "test",
            TimeProvider = Time,
            Snapshot = new SnapshotOptions
            {
                ChunkSize = 3,
                MaxRunningThreads = 8,
                MayRead = _ =>
                {
                    Interlocked.Increment(ref asked);
                    return new(mayRead);
                },
            },
        });
        var (loop, _, stop) = Run(engine);
        var verifying = engine.Snapshots.VerifyAsync(Orders, CopyOf(10), null, Timeout);
        await UntilAsync(() => Volatile.Read(ref asked) > 0, "it asks the application");
        mayRead = true;
        await UntilAsync(() => Advance(asked > 3), "it asks again");
        Assert.False(verifying.IsCompleted);
        load = new SourceLoad(8, null);
        await UntilAsync(() => Advance(verifying.IsCompleted), "it reads");
        var result = await verifying;
        Assert.True(result.IsEqual, result.ToString());
        Assert.Equal(10, result.ComparedRows);
        await stop.CancelAsync();
        await loop;

        bool Advance(bool isDone)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return isDone;
        }
    }

    [Fact]
    public async Task A_table_is_verified_and_repaired_while_several_readers_read_it_and_after()
    {
        const int Rows = 120;
        var source = new ScriptedSource();
        source.Table(Orders, [.. Enumerable.Range(1, Rows).Select(id => Row(id, $"o{id}"))]);
        var copy = CopyOf(Rows);
        copy[3] = null;
        copy[100] = "wrong";
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never, chunkSize: 5, readers: 4));
        var (loop, seen, stop) = Run(engine);
        var result = await engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
        Assert.Equal(["Different id=100: v", "MissingInCopy id=3"], Lines(result));

        var request = new SnapshotRequest { Tables = [Orders], Kind = SnapshotKind.Blocking };
        var snapshot = await engine.Snapshots.RequestAsync(request);
        var verifying = engine.Snapshots.VerifyAsync(Orders, CopyOf(Rows), null, Timeout);
        var repair = await engine.Snapshots.RepairAsync(result);

        Assert.True((await snapshot.Completion.WaitAsync(Timeout)).IsComplete);
        Assert.True((await repair.Completion.WaitAsync(Timeout)).IsComplete);
        var meanwhile = await verifying;
        Assert.True(meanwhile.IsEqual, meanwhile.ToString());
        await UntilAsync(() => seen.Count == Rows, "all rows were delivered");
        var after = await engine.Snapshots.VerifyAsync(Orders, copy, null, Timeout);
        Assert.Equal(["Different id=100: v", "MissingInCopy id=3"], Lines(after));
        await stop.CancelAsync();
        await loop;
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task The_end_of_the_stream_ends_a_verification()
    {
        var source = Tables(10);
        var copy = CopyOf(10);
        copy[1] = null;
        await using var engine = new CdcEngine(source, Store, With(SnapshotMode.Never));
        var (loop, _, stop) = Run(engine);
        copy.OnRead = async () =>
        {
            await stop.CancelAsync();
            await loop;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Snapshots.VerifyAsync(Orders, copy));
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public async Task A_table_that_is_not_captured_is_refused()
    {
        await using var engine = new CdcEngine(Tables(1), Store, With(SnapshotMode.Never));
        var (loop, _, stop) = Run(engine);
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Snapshots.VerifyAsync("shop.other", CopyOf(1)));
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Snapshots.VerifyAsync("orders", CopyOf(1)));
        await stop.CancelAsync();
        await loop;
    }

    /// <summary>The lines of a result, in their order as text.</summary>
    internal static string[] Lines(VerificationResult result)
        => [.. result.Differences.Select(static each => each.ToString()).Order(StringComparer.Ordinal)];

    internal static MemoryCopy CopyOf(int rows, int seed = 0)
    {
        var copy = new MemoryCopy(seed);
        for (var id = 1; id <= rows; id++)
        {
            copy[id] = $"o{id}";
        }

        return copy;
    }

    private static CdcEngineOptions WithManual() => new()
    {
        Name = "test",
        Acknowledgement = AcknowledgementMode.Manual,
        Snapshot = new SnapshotOptions { ChunkSize = 3 },
    };
}
