using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>A collection that is added to what a stream includes is read by itself, and no other.</summary>
public sealed class NewCollectionTests
{
    [Theory]
    [InlineData(DoubleTopology.ReplicaSet)]
    [InlineData(DoubleTopology.Sharded)]
    public async Task A_collection_that_is_included_later_is_read_and_one_that_was_created_in_the_stream_is_not(DoubleTopology topology)
    {
        await using var fixture = new SnapshotFixture(new() { Topology = topology });
        foreach (string collection in (string[])["orders", "parts", "other"])
        {
            await fixture.InsertAsync(collection, Enumerable.Range(0, 40).Select(static id => new Doc { { "_id", id } }));
        }

        var store = new InMemoryOffsetStore();
        Assert.Equal(80, (await ReadAsync(fixture, store, "shop.orders", "shop.parts")).Count(IsRead));
        await fixture.InsertAsync("other", new Doc { { "_id", 40 } });
        List<ChangeEvent> second = await ReadAsync(fixture, store, "shop.orders", "shop.parts", "shop.o*r", "shop.made");
        Assert.Equal(41, second.Count(static change => IsRead(change) && change.Table == "other"));
        Assert.Equal(0, second.Count(static change => IsRead(change) && change.Table != "other"));
        Assert.DoesNotContain(await ReadAsync(fixture, store, "shop.orders", "shop.parts", "shop.o*r", "shop.made"), IsRead);
    }

    private static bool IsRead(ChangeEvent change) => change.Operation == ChangeOperation.Read;

    /// <summary>Reads until a mark that is inserted after all snapshots are over, and a collection that is made before it.</summary>
    private static async Task<List<ChangeEvent>> ReadAsync(SnapshotFixture fixture, IOffsetStore store, params string[] include)
    {
        await using var engine = new CdcEngine(new MongoSource(new MongoSourceOptions
        {
            ConnectionString = fixture.Double.ConnectionString,
            Include = [.. include, "shop.marks"],
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
            MinOplogWindow = TimeSpan.Zero,
        }), store, new CdcEngineOptions
        {
            Name = "new",
            CommitPolicy = CommitPolicy.Always,
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.Initial, ReadsNewTables = true, ChunkSize = 15 },
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var changes = new List<ChangeEvent>();
        string? mark = null;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is ChangeEvent change)
            {
                changes.Add(change);
                if (mark is not null && change.Key["_id"].ToString() == mark)
                {
                    return changes;
                }
            }

            if (mark is null && engine.Snapshots.Current.Count == 0)
            {
                // What comes now is a change, and what is created now is seen. The mark of the run before may come again.
                mark = Guid.NewGuid().ToString();
                if (include.Contains("shop.made"))
                {
                    await fixture.InsertAsync("made", new Doc { { "_id", mark + " made" } });
                }

                await fixture.InsertAsync("marks", new Doc { { "_id", mark } });
            }
        }

        return changes;
    }
}
