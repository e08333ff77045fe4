using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>A collection that another key than <c>_id</c> shards, so that documents of two shards have the same <c>_id</c>.</summary>
public sealed class RepeatedIdTests
{
    private const int Ids = 20;
    private const int Writes = 120;
    private static readonly string[] _regions = ["east", "north", "west"];

    [Fact]
    public async Task Chunks_of_any_size_have_each_document_once_although_three_have_the_same_id()
    {
        await using SnapshotFixture fixture = await BeginAsync();
        List<string> expected = await fixture.DocumentsAsync("orders");
        Assert.Equal(Ids * _regions.Length, expected.Count);
        SnapshotReader reader = await fixture.OpenAsync();
        SnapshotTable table = await reader.TableAsync("orders");
        foreach (int limit in (int[])[1, 2, 3, 4, 7, 59, 60, 1000])
        {
            List<string> read = await reader.InChunksAsync(table, limit);
            Assert.Equal(expected.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData(SnapshotMode.Incremental)]
    [InlineData(SnapshotMode.Initial)]
    public async Task A_change_replaces_only_the_document_of_its_shard(SnapshotMode mode)
    {
        await using SnapshotFixture fixture = await BeginAsync();
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "repeated",
            MaxBatchSize = 5,
            Snapshot = new SnapshotOptions { Mode = mode, ChunkSize = 4 },
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var copy = new Dictionary<(string Id, string Region), string>();
        int writes = 0;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is ChangeEvent { Table: "marks" })
            {
                break;
            }

            if (item is ChangeEvent change)
            {
                (string, string) key = (change.Key["_id"].ToString(), change.Key["region"].ToString());
                copy.Remove(key);
                if (change.After.HasValue)
                {
                    copy[key] = Reading.Json(change.After);
                }
            }

            if (writes < Writes)
            {
                await WriteAsync(fixture, random, ++writes);
            }
            else if (writes == Writes && engine.Snapshots.Current.Count == 0)
            {
                writes++;
                await fixture.InsertAsync("marks", new Doc { { "_id", 1 } });
            }
        }

        List<string> expected = await fixture.DocumentsAsync("orders");
        Assert.True(expected.Order(StringComparer.Ordinal).SequenceEqual(copy.Values.Order(StringComparer.Ordinal)), $"seed {seed}");
    }

    private static async Task<SnapshotFixture> BeginAsync()
    {
        var fixture = new SnapshotFixture(new() { Topology = DoubleTopology.Sharded });
        await fixture.RunAsync("""{"create":"orders"}""");
        await fixture.RunAsync("""{"create":"marks"}""");
        await fixture.RunAsync("""{"shardCollection":"shop.orders","key":{"region":1}}""");
        foreach (string region in _regions)
        {
            await fixture.InsertAsync("orders", Enumerable.Range(0, Ids).Select(id => new Doc
            {
                { "_id", id % 2 == 0 ? id : $"x{id}" }, { "region", region }, { "v", id },
            }));
        }

        return fixture;
    }

#pragma warning disable CA5394 // The same writes for the same seed are the point.
    private static Task WriteAsync(SnapshotFixture fixture, Random random, int number)
    {
        int id = random.Next(Ids);
        var key = new Doc { { "_id", id % 2 == 0 ? id : $"x{id}" }, { "region", _regions[random.Next(_regions.Length)] } };
        if (random.Next(3) == 0)
        {
            return fixture.RunAsync(new Doc { { "delete", "orders" }, { "deletes", new[] { new Doc { { "q", key }, { "limit", 1 } } } } });
        }

        var update = new Doc { { "q", key }, { "u", new Doc { { "$set", new Doc { { "v", 1000 + number } } } } }, { "upsert", true } };
        return fixture.RunAsync(new Doc { { "update", "orders" }, { "updates", new[] { update } } });
    }
#pragma warning restore CA5394
}
