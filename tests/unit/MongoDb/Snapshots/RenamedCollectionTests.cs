using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>A collection is renamed, or dropped and made again, while it is read in chunks.</summary>
public sealed class RenamedCollectionTests
{
    private const int Documents = 60;

    [Theory]
    [InlineData("""{"renameCollection":"shop.a","to":"shop.b"}""", false)]
    [InlineData("""{"renameCollection":"shop.other","to":"shop.a","dropTarget":true}""", true)]
    [InlineData("""{"drop":"a"}""", false)]
    public async Task What_is_not_read_any_more_is_failed_with_the_reason_and_what_is_there_is_read(string command, bool isThere)
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("a", Enumerable.Range(0, Documents).Select(static id => new Doc { { "_id", id }, { "v", "old" } }));
        await fixture.InsertAsync("other", Enumerable.Range(0, Documents).Select(static id => new Doc { { "_id", id }, { "v", "new" } }));
        await fixture.RunAsync("""{"create":"marks"}""");
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "renamed", MaxBatchSize = 2, MaxBufferedChanges = 4, Snapshot = new SnapshotOptions { ChunkSize = 5 },
        });
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = ["shop.a", "shop.other"] });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var copy = new Dictionary<(string Table, long Id), string>();
        bool isMarked = false;
        int reads = 0;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is SchemaChange { Kind: SchemaChangeKind.Drop or SchemaChangeKind.Rename } change)
            {
                Apply(copy, change);
            }

            if (item is ChangeEvent row)
            {
                if (row.Table == "marks")
                {
                    break;
                }

                copy[(row.Table, row.Key["_id"].AsInt64())] = row.After["v"].ToString();
                if (++reads == 3)
                {
                    await fixture.Double.RunAsync(command.Contains("renameCollection", StringComparison.Ordinal) ? "admin" : "shop",
                        DocJson.Parse(command));
                }
            }

            if (!isMarked && handle.Completion.IsCompleted)
            {
                isMarked = true;
                await fixture.InsertAsync("marks", new Doc { { "_id", 1 } });
            }
        }

        SnapshotStatus status = await handle.Completion;
        SnapshotTableProgress first = status.Tables.Single(static table => table.Table == "a");
        Assert.Equal(isThere ? SnapshotTableStatus.Completed : SnapshotTableStatus.Failed, first.Status);
        Assert.Equal(!isThere, first.Reason?.Contains("no longer exists", StringComparison.Ordinal) == true);
        Assert.Equal(isThere ? Documents : 0, copy.Count(static row => row.Key.Table == "a"));
        Assert.All(copy.Where(static row => row.Key.Table == "a"), static row => Assert.Equal("new", row.Value));
    }

    private static void Apply(Dictionary<(string Table, long Id), string> copy, SchemaChange change)
    {
        foreach ((string Table, long Id) key in copy.Keys.Where(key => key.Table == change.NewTable || (change.Kind == SchemaChangeKind.Drop
            && key.Table == change.Source.Table)).ToList())
        {
            copy.Remove(key);
        }

        foreach ((string Table, long Id) key in copy.Keys.Where(key => change.NewTable is not null && key.Table == change.Source.Table)
            .ToList())
        {
            copy[(change.NewTable!, key.Id)] = copy[key];
            copy.Remove(key);
        }
    }
}
