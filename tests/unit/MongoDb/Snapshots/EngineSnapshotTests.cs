using System.Globalization;
using System.Text.Json;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>Engines that read collections and the stream while these are changed, and are stopped and started again: the consumer's copy
/// must equal the collections.</summary>
public sealed class EngineSnapshotTests(ITestOutputHelper output)
{
    private const int Documents = 120;
    private const int Restarts = 6;
    private const int Commands = 500;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(DoubleTopology.ReplicaSet, SnapshotMode.Incremental, FullDocumentMode.UpdateLookup)]
    [InlineData(DoubleTopology.ReplicaSet, SnapshotMode.Incremental, FullDocumentMode.Off)]
    [InlineData(DoubleTopology.ReplicaSet, SnapshotMode.Initial, FullDocumentMode.UpdateLookup)]
    [InlineData(DoubleTopology.ReplicaSet, SnapshotMode.Initial, FullDocumentMode.Off)]
    [InlineData(DoubleTopology.Sharded, SnapshotMode.Incremental, FullDocumentMode.UpdateLookup)]
    [InlineData(DoubleTopology.Sharded, SnapshotMode.Incremental, FullDocumentMode.Off)]
    [InlineData(DoubleTopology.Sharded, SnapshotMode.Initial, FullDocumentMode.UpdateLookup)]
    [InlineData(DoubleTopology.Sharded, SnapshotMode.Initial, FullDocumentMode.Off)]
    public async Task The_copy_equals_the_collections_after_random_changes_and_restarts(DoubleTopology topology, SnapshotMode mode,
        FullDocumentMode documents)
    {
        int seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        await using var fixture = new SnapshotFixture(new() { Topology = topology });
        var writer = new DocumentWriter(new Random(seed), fixture);
        await writer.BeginAsync(Documents, topology == DoubleTopology.Sharded);
        fixture.Double.ReadLag = 10;
        var copy = new DocumentCopy(appliesUpdates: documents == FullDocumentMode.Off);
        var reader = new Reader(fixture, mode, documents, copy);
        try
        {
            Task reading = Task.Run(() => reader.RunAsync(new Random(seed + 1)));
            while ((writer.Commands < Commands || !reader.HasSnapshot || reader.Starts <= Restarts) && !reading.IsCompleted)
            {
                await writer.StepAsync();

                // A writer that is far ahead of the reader would only make the history longer.
                await Task.Delay(writer.Commands > copy.Changes + 100 ? 10 : 0);
            }

            fixture.Double.ReadLag = 0;
            await writer.EndAsync();
            await reading.WaitAsync(_patience);
            List<string> differences = await copy.DifferencesAsync(fixture);
            Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(20))}");
            Assert.True(reader.Starts > Restarts);
            Assert.True(copy.Reads > Documents, $"Only {copy.Reads} documents were read.");
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"CDC_RANDOM_SEED={seed} on {topology}, {mode}, {documents}, after {writer.Commands} "
                + $"commands and {reader.Starts} starts, {copy.Reads} read, {copy.Changes} changes, "
                + $"current {reader.Current}: {e.Message}", e);
        }

        output.WriteLine($"seed {seed}: {writer.Commands} commands, {reader.Starts} starts, {copy.Reads} read, {copy.Changes} changes");
    }

    [Fact]
    public async Task A_view_that_loses_its_history_is_completed_in_chunks_beside_the_stream()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("a", Enumerable.Range(0, 300).Select(static id => new Doc { { "_id", id } }));
        await fixture.InsertAsync("b", Enumerable.Range(0, 300).Select(static id => new Doc { { "_id", id } }));
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), Options(SnapshotMode.Initial));
        using var patience = new CancellationTokenSource(_patience);
        var seen = new HashSet<(string, long)>();
        var markers = new HashSet<SnapshotMarker>();
        await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
        {
            if (seen.Count == 0)
            {
                fixture.Double.ExpireSnapshots();
            }

            Assert.Equal(ChangeOperation.Read, change.Operation);
            MongoSourceInfo source = Assert.IsType<MongoSourceInfo>(change.Source);
            Assert.Equal(("read", AfterState.Exact, "shop"), (source.OperationType, source.AfterState, source.Database));
            seen.Add((change.Table, change.Key["_id"].AsInt64()));
            markers.Add(change.Source.Snapshot);
            if (seen.Count == 600)
            {
                break;
            }
        }

        Assert.Contains(SnapshotMarker.First, markers);
        Assert.Contains(SnapshotMarker.Incremental, markers);
    }

    [Fact]
    public async Task A_request_with_a_condition_reads_those_documents_of_one_collection()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("a", Enumerable.Range(0, 300).Select(static id => new Doc { { "_id", id }, { "odd", id % 2 } }));
        await fixture.InsertAsync("b", new Doc { { "_id", 1 } });
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), Options(SnapshotMode.Never));
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest
        {
            Tables = ["shop.a"], Condition = """{"odd":1,"_id":{"$lt":100}}""",
        });
        using var patience = new CancellationTokenSource(_patience);
        int rows = 0;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            rows += item is ChangeEvent { Operation: ChangeOperation.Read, Table: "a" } ? 1 : 0;
            if (handle.Completion.IsCompleted && rows >= 50)
            {
                break;
            }
        }

        Assert.Equal(50, rows);
        Assert.True((await handle.Completion).IsComplete);
    }

    private static CdcEngineOptions Options(SnapshotMode mode) => new()
    {
        Name = "snapshots",
        CommitPolicy = CommitPolicy.Always,
        MaxBatchSize = 20,
        Reconnect = ReconnectPolicy.None,
        Snapshot = new SnapshotOptions { Mode = mode, ChunkSize = 15 },
    };

    /// <summary>Reads with one engine after another over the same store, until snapshot and history have ended.</summary>
    private sealed class Reader(SnapshotFixture fixture, SnapshotMode mode, FullDocumentMode documents, DocumentCopy copy)
    {
        private readonly InMemoryOffsetStore _store = new();
        private bool _hasMark;
        private CdcEngine? _engine;

        /// <summary>What is not complete.</summary>
        public string Current => string.Join(' ', (_engine?.Snapshots.Current ?? []).SelectMany(static status => status.Tables));

        public int Starts { get; private set; }

        public bool HasSnapshot { get; private set; }

        private bool HasAll => HasSnapshot && _hasMark;

        public async Task RunAsync(Random random)
        {
            while (!HasAll)
            {
#pragma warning disable CA5394 // The same stops for the same seed are the point.
                int limit = Starts < Restarts ? random.Next(1, 250) : int.MaxValue;
                await ReadAsync(limit, leaveFirst: random.Next(2) == 0);
#pragma warning restore CA5394
            }
        }

        private async Task ReadAsync(int limit, bool leaveFirst)
        {
            Starts++;
            using var patience = new CancellationTokenSource(_patience);
            await using var engine = new CdcEngine(fixture.Source(documents: documents), _store, Options(mode));
            _engine = engine;
            await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
            {
                if (--limit <= 0 && leaveFirst)
                {
                    // Not processed: it must be delivered again.
                    return;
                }

                if (item is SnapshotProgress { Progress: { Status: SnapshotTableStatus.Failed } progress })
                {
                    Assert.Contains("no longer exists", progress.Reason, StringComparison.Ordinal);
                }

                copy.Apply(item);
                _hasMark |= item is ChangeEvent { Table: DocumentWriter.Marks };

                // As acknowledged: an item of progress may be lost with an engine, and handles are ahead of the consumer.
                HasSnapshot |= IsOver(await _store.LoadAsync("snapshots"));
                if (limit <= 0 || HasAll)
                {
                    // Processed, but not acknowledged: it is delivered again.
                    return;
                }
            }
        }

        /// <summary>True if nothing of the snapshot is left to read. One with a collection that was gone when its turn came stays in the
        /// offset with its failure, so that it can be resumed: then the list of the finished ones never has it.</summary>
        private static bool IsOver(StoredOffset? offset)
        {
            using JsonDocument document = JsonDocument.Parse(offset?.Text ?? "{}");
            if (!document.RootElement.TryGetProperty("snapshot", out JsonElement element))
            {
                return false;
            }

            SnapshotState state = SnapshotStateJson.Read(element.GetRawText());
            return state.IndexOf("initial") is >= 0 and int job ? state.Jobs[job].IsOver : state.Finished.Contains("initial");
        }
    }
}
