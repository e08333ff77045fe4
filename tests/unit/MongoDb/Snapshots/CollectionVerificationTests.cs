using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;
using CdcEmbedded.Verification;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>A copy of collections with keys of all types is compared with them while both change, and repaired.</summary>
public sealed class CollectionVerificationTests(ITestOutputHelper output)
{
    private const int Documents = 60;
    private const int Missing = 1000;
    private const int Different = 1001;
    private const int Extra = 1002;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(DoubleTopology.ReplicaSet)]
    [InlineData(DoubleTopology.Sharded)]
    public async Task A_copy_is_verified_beside_a_writer_and_each_planted_difference_is_found_and_repaired(DoubleTopology topology)
    {
        int seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { Length: > 0 } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"CDC_RANDOM_SEED={seed}");
        await using var fixture = new SnapshotFixture(new() { Topology = topology });
        var client = new MongoClient(fixture.Double.ConnectionString);
        var writer = new DocumentWriter(new Random(seed), fixture) { Drops = false };
        await writer.BeginAsync(Documents, topology == DoubleTopology.Sharded);
        foreach ((string collection, Func<int, object?> id) in KeyKinds.All)
        {
            await fixture.InsertAsync(collection, new Doc { { "_id", id(Missing) }, { "v", 1 } }, new Doc { { "_id", id(Different) },
                { "v", 2 } });
        }

        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "verify",
            MaxBatchSize = 50,
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.Initial, ChunkSize = 25 },
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var consumer = new Consumer(engine, client.GetDatabase("copy"));
        Task reading = Task.Run(() => consumer.RunAsync(stop.Token));
        using var quiet = new CancellationTokenSource();
        Task writing = Task.Run(async () =>
        {
            while (!quiet.IsCancellationRequested)
            {
                await writer.StepAsync();
                await Task.Delay(5, CancellationToken.None);
            }
        });
        try
        {
            await Task.WhenAny(consumer.Copied, reading).WaitAsync(_patience);
            foreach (string collection in KeyKinds.All.Keys)
            {
                await VerifyAsync(engine, client, collection, repairs: false);
            }

            foreach (string collection in KeyKinds.All.Keys)
            {
                await PlantAsync(client, collection);
                Assert.Equal(["Different v", "MissingInCopy ", "OnlyInCopy "],
                    await VerifyAsync(engine, client, collection, repairs: true));
                Assert.Empty(await VerifyAsync(engine, client, collection, repairs: false));
            }

            Assert.Equal(2 * KeyKinds.All.Count, consumer.Repaired);
        }
        finally
        {
            await quiet.CancelAsync();
            await writing;
            await stop.CancelAsync();
            await reading;
            ClusterRegistry.Instance.UnregisterAndDisposeCluster(client.Cluster);
        }

        output.WriteLine($"{writer.Commands} commands");
    }

    private static BsonValue IdOf(string collection, int number)
        => BsonDocument.Parse($"{{\"_id\":{DocJson.Write(KeyKinds.All[collection](number))}}}")["_id"];

    private static async Task PlantAsync(MongoClient client, string collection)
    {
        IMongoCollection<BsonDocument> copy = client.GetDatabase("copy").GetCollection<BsonDocument>(collection);
        Assert.Equal(1, (await copy.DeleteOneAsync(Consumer.ById(IdOf(collection, Missing)))).DeletedCount);
        Assert.Equal(1, (await copy.UpdateOneAsync(Consumer.ById(IdOf(collection, Different)), new BsonDocument("$set",
            new BsonDocument("v", "wrong")))).ModifiedCount);
        await copy.InsertOneAsync(new BsonDocument { { "_id", IdOf(collection, Extra) }, { "v", 3 } });
    }

    /// <summary>Compares whole documents; returns kinds and fields of what differs, and repairs it.</summary>
    private static async Task<List<string>> VerifyAsync(CdcEngine engine, MongoClient client, string collection, bool repairs)
    {
        IMongoCollection<BsonDocument> copy = client.GetDatabase("copy").GetCollection<BsonDocument>(collection);
        VerificationResult result = await engine.Snapshots.VerifyAsync($"shop.{collection}", new MongoCollectionCopy(copy),
            new VerifyOptions { ReportsExtraColumns = true, Attempts = 100 }, TestContext.Current.CancellationToken).WaitAsync(_patience);
        Assert.True(result.UndecidedRows == 0, $"{collection}: {result}");
        Assert.True(result.ComparedRows > 0, $"{collection}: {result}");
        Assert.True(repairs || result.IsEqual, $"{result}: {string.Join("; ", result.Differences)}");
        if (!repairs)
        {
            return [];
        }

        foreach (RowDifference difference in result.Differences)
        {
            int planted = difference.Kind switch
            {
                RowDifferenceKind.MissingInCopy => Missing,
                RowDifferenceKind.OnlyInCopy => Extra,
                _ => Different,
            };
            DataRecord key = new BsonDocument("_id", IdOf(collection, planted)).ToDataRecord();
            Assert.Equal(key["_id"].ToString(), difference.Key["_id"].ToString());
        }

        await copy.DeleteOneAsync(Consumer.ById(IdOf(collection, Extra)));
        SnapshotHandle repair = await engine.Snapshots.RepairAsync(result, TestContext.Current.CancellationToken);
        Assert.True((await repair.Completion.WaitAsync(_patience)).IsComplete);
        return [.. result.Differences.Select(static each => $"{each.Kind} {string.Join(',', each.Columns.Select(
            static column => column.Column))}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Applies the stream to the copy.</summary>
    private sealed class Consumer(CdcEngine engine, IMongoDatabase copy)
    {
        private readonly TaskCompletionSource _copied = new();
        private int _repaired;
        private int _completed;

        public Task Copied => _copied.Task;

        /// <summary>How many documents were delivered again after the first snapshot.</summary>
        public int Repaired => Volatile.Read(ref _repaired);

        public static BsonDocument ById(BsonValue id) => new("_id", new BsonDocument("$in", new BsonArray { id }));

        public async Task RunAsync(CancellationToken stop)
        {
            try
            {
                await foreach (StreamItem item in engine.ReadAllAsync(stop))
                {
                    if (item is ChangeEvent change)
                    {
                        await ApplyAsync(change);
                    }
                    else if (item is SnapshotProgress { Progress.Status: SnapshotTableStatus.Completed }
                        && ++_completed == KeyKinds.All.Count + 1)
                    {
                        // And the collection of marks.
                        _copied.TrySetResult();
                    }
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The test is over.
            }
        }

        private async Task ApplyAsync(ChangeEvent change)
        {
            if (change.Operation == ChangeOperation.Read && Copied.IsCompleted)
            {
                Interlocked.Increment(ref _repaired);
            }

            // An update whose document was deleted since has none; the delete follows.
            if (change.Operation != ChangeOperation.Delete && !change.After.HasValue)
            {
                return;
            }

            IMongoCollection<BsonDocument> collection = copy.GetCollection<BsonDocument>(change.Table);
            await collection.DeleteOneAsync(ById(change.Key["_id"].ToBsonValue()));
            if (change.After.HasValue)
            {
                await collection.InsertOneAsync(change.After.ToBsonDocument());
            }
        }
    }
}
