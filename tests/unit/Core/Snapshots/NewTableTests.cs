using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A table that is captured for the first time is read by itself, and no other.</summary>
public sealed class NewTableTests : SnapshotEngineTest
{
    private static CdcEngineOptions NewTables(SnapshotMode mode, IReadOnlyList<string>? tables = null) => new()
    {
        Name = "test",
        MaxBatchSize = 1,
        CommitPolicy = CommitPolicy.Always,
        Snapshot = new SnapshotOptions { Mode = mode, ReadsNewTables = true, ChunkSize = 2, Tables = tables ?? [] },
    };

    private static ScriptedSource Source(params string[] tables)
    {
        var source = new ScriptedSource();
        foreach (var table in tables)
        {
            source.Table($"shop.{table}", [.. Enumerable.Range(1, 5).Select(id => Row(id, $"{table}{id}"))]);
        }

        return source;
    }

    [Theory]
    [InlineData(SnapshotMode.Never)]
    [InlineData(SnapshotMode.Initial)]
    [InlineData(SnapshotMode.Incremental)]
    [InlineData(SnapshotMode.WhenNeeded)]
    public async Task A_crash_after_any_item_neither_loses_a_new_table_nor_reads_another_one_again(SnapshotMode mode)
    {
        for (var crash = 1; ; crash++)
        {
            var store = new InMemoryOffsetStore();
            var first = await ReadAsync(Source("orders").End(), store, mode);
            Assert.Equal(mode == SnapshotMode.Never ? 0 : 5, ReadRows(first, "orders"));

            var copy = new TableCopy();
            var source = Source("orders", "extra").Update("shop.extra", Row(4, "extra4"), Row(4, "new4")).End();
            var isOver = true;
            await using (var engine = new CdcEngine(source, store, NewTables(mode)))
            {
                var items = 0;
                await foreach (var item in engine.ReadAllAsync(Timeout))
                {
                    copy.Apply(item);
                    if (++items == crash)
                    {
                        isOver = false;
                        break;
                    }
                }
            }

            await ReadAsync(source, store, mode, copy: copy);
            Assert.Equal("1=extra1 2=extra2 3=extra3 4=new4 5=extra5", copy["extra"]);
            Assert.Equal(0, ReadRows(copy, "orders"));
            if (isOver)
            {
                Assert.True(crash > 5, $"Only {crash} items.");
                return;
            }
        }
    }

    [Fact]
    public async Task The_first_start_with_the_option_records_the_tables_and_each_later_start_reads_what_is_new()
    {
        var store = new InMemoryOffsetStore();
        await store.SaveAsync("test", At(0), 0, default);
        Assert.Empty((await ReadAsync(Source("a", "b").End(), store, SnapshotMode.Never)).Lines);
        Assert.Contains("\"known\":{\"shop\":[\"a\",\"b\"]}", await SavedAsync(store), StringComparison.Ordinal);
        var added = await ReadAsync(Source("a", "b", "c").End(), store, SnapshotMode.Never);
        Assert.Equal((0, 0, 5), (ReadRows(added, "a"), ReadRows(added, "b"), ReadRows(added, "c")));
        Assert.Empty((await ReadAsync(Source("a", "b", "c").End(), store, SnapshotMode.Never)).Lines);

        // What was not captured for some time has changed unseen.
        Assert.Empty((await ReadAsync(Source("a", "c").End(), store, SnapshotMode.Never)).Lines);
        Assert.Equal(5, ReadRows(await ReadAsync(Source("a", "b", "c").End(), store, SnapshotMode.Never), "b"));
        Assert.DoesNotContain("new-tables-", (await SavedAsync(store))[..(await SavedAsync(store)).IndexOf("\"finished\"",
            StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_the_stream_has_seen_being_created_is_not_new()
    {
        var store = new InMemoryOffsetStore();
        await ReadAsync(Source("a").SchemaChange(SchemaChangeKind.Create, "shop.made", "CREATE TABLE")
            .Insert("shop.made", Row(1, "m")).End(), store, SnapshotMode.Never);
        Assert.Contains("\"known\":{\"shop\":[\"a\",\"made\"]}", await SavedAsync(store), StringComparison.Ordinal);
        var source = Source("a", "made").SchemaChange(SchemaChangeKind.Create, "shop.made", "CREATE TABLE")
            .Insert("shop.made", Row(1, "m")).End();
        Assert.Empty((await ReadAsync(source, store, SnapshotMode.Never)).Lines);
    }

    /// <summary>The list is the server's own, which may be ahead of the stream.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_table_that_is_listed_before_the_stream_sees_it_being_created_is_not_new(bool isAlone)
    {
        var state = SnapshotState.Empty.WithKnown([new ScannedTable("a")]);
        var machine = new SnapshotMachine(state.AcceptNewTables(new SnapshotJob("new", SnapshotKind.Incremental)
        {
            IsForNewTables = true,
        }), new SnapshotLimits(2));
        machine.OnOpened(new ModelPosition(0));
        var list = machine.Next();
        Assert.Equal(SnapshotActionKind.ListTables, list!.Kind);
        machine.OnTables(list, [new ScannedTable("a"), new ScannedTable("made"), .. isAlone ? [] : (ScannedTable[])[new("new")]]);
        Assert.Equal((SnapshotActionKind.FindTable, "made"), (machine.Next()!.Kind, machine.State.Jobs[0].Tables[0].Table));
        machine.OnCreated("shop", "made");
        Assert.Equal(isAlone ? [] : ["new"], machine.State.Jobs.SelectMany(static job => job.Tables).Select(static each => each.Table));
        Assert.Equal(isAlone ? null : "new", machine.Next()?.Name);
        Assert.Contains(("shop", "made"), machine.State.Known!);
    }

    [Fact]
    public async Task Only_tables_that_match_the_options_are_read_and_a_failed_look_is_repeated()
    {
        var store = new InMemoryOffsetStore();
        await ReadAsync(Source("a").End(), store, SnapshotMode.Never, ["shop.?"]);
        var source = Source("a", "b", "other").FailReads(new CdcConnectionException("gone"), 2);
        await using var engine = new CdcEngine(source, store, NewTables(SnapshotMode.Never, ["shop.?"]));
        var (loop, copy, stop) = Run(engine);
        await UntilAsync(() => copy.Lines.Contains("b Completed 5"), "the new table was read");
        await stop.CancelAsync();
        await loop;
        Assert.Equal((0, 5, 0), (ReadRows(copy, "a"), ReadRows(copy, "b"), ReadRows(copy, "other")));
    }

    [Fact]
    public async Task A_new_table_that_cannot_be_read_beside_the_stream_is_failed_with_the_reason_until_it_is_stopped()
    {
        var store = new InMemoryOffsetStore();
        await ReadAsync(Source("a").End(), store, SnapshotMode.Never);
        var source = Source("a").Key("shop.keyless").Table("shop.keyless", Row(1, "x"));
        await using var engine = new CdcEngine(source, store, NewTables(SnapshotMode.Never));
        var (loop, _, stop) = Run(engine);
        await UntilAsync(() => engine.Snapshots.Current is [{ IsOver: true }], "the table has failed");
        var status = Assert.Single(engine.Snapshots.Current);
        Assert.StartsWith("new-tables-", status.Id, StringComparison.Ordinal);
        Assert.Equal((SnapshotTableStatus.Failed, "keyless"), (status.Tables[0].Status, status.Tables[0].Table));
        Assert.NotNull(status.Tables[0].Reason);
        await engine.Snapshots.StopAsync(status.Id, null, Timeout);
        await UntilAsync(() => engine.Snapshots.Current.Count == 0, "it is stopped");
        await stop.CancelAsync();
        await loop;
    }

    private static int ReadRows(TableCopy copy, string table)
        => copy.Lines.Count(line => line.StartsWith($"Read {table} ", StringComparison.Ordinal));

    private static async Task<TableCopy> ReadAsync(ScriptedSource source, IOffsetStore store, SnapshotMode mode,
        IReadOnlyList<string>? tables = null, TableCopy? copy = null)
    {
        copy ??= new TableCopy();
        await using var engine = new CdcEngine(source, store, NewTables(mode, tables));
        await foreach (var item in engine.ReadAllAsync(Timeout))
        {
            if (item is ChangeEvent { Operation: ChangeOperation.Read } or ChangeEvent { Table: "extra" })
            {
                copy.Apply(item);
            }
        }

        return copy;
    }

    private static async Task<string> SavedAsync(InMemoryOffsetStore store)
        => (await store.LoadAsync("test", default))?.Text ?? "";

    private sealed class ScannedTable(string name) : SnapshotTable("shop", name)
    {
        public override SnapshotKey? KeyOf(DataRecord record) => null;
    }
}
