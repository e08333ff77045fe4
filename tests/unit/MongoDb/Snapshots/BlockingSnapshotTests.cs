using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>Snapshots for which the stream pauses exactly at the time of their view, in the middle of a batch where it must.</summary>
public sealed class BlockingSnapshotTests(ITestOutputHelper output)
{
    private const int Seed = 7;
    private const int Rounds = 4;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(DoubleTopology.ReplicaSet, 1, 0)]
    [InlineData(DoubleTopology.ReplicaSet, 200, 0)]
    [InlineData(DoubleTopology.ReplicaSet, 200, 10)]
    [InlineData(DoubleTopology.Sharded, 200, 0)]
    [InlineData(DoubleTopology.Sharded, 20, 10)]
    public async Task Rows_are_exactly_what_the_changes_before_them_lead_to(DoubleTopology topology, int maxBatch, int lag)
    {
        await using var fixture = new SnapshotFixture(new() { Topology = topology });

        // A collection that was dropped since the view's time has no documents there, which the stream then says too.
        var writer = new DocumentWriter(new Random(Seed), fixture) { Drops = false };
        var copy = new DocumentCopy(appliesUpdates: true);
        await using var engine = new CdcEngine(fixture.Source(FullDocumentMode.Off), new InMemoryOffsetStore(), Options(maxBatch));
        var opened = new TaskCompletionSource();
        Task<(int Rows, int Tables)> reading = Task.Run(() => ReadAsync(engine, copy, opened));
        await Task.WhenAny(opened.Task, reading).WaitAsync(_patience);
        await writer.BeginAsync(60, topology == DoubleTopology.Sharded);
        fixture.Double.ReadLag = lag;
        for (int round = 0; round < Rounds; round++)
        {
            SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Kind = SnapshotKind.Blocking });
            while (!handle.Completion.IsCompleted && !reading.IsCompleted)
            {
                await writer.StepAsync();
                await Task.Delay(writer.Commands > copy.Changes + 100 ? 10 : 0);
            }

            if (reading.IsCompleted)
            {
                break;
            }

            SnapshotStatus status = await handle.Completion;
            Assert.True(status.IsComplete, $"{status.Reason} {string.Join(' ', status.Tables)}");
        }

        fixture.Double.ReadLag = 0;
        await writer.EndAsync();
        (int rows, int tables) = await reading.WaitAsync(_patience);
        Assert.True(tables >= Rounds * KeyKinds.All.Count, $"Only {tables} collections were read.");
        Assert.True(rows > 60 * Rounds, $"Only {rows} documents were read.");
        Assert.Empty(await copy.DifferencesAsync(fixture));
        output.WriteLine($"{writer.Commands} commands, {copy.Changes} changes, {rows} rows of {tables} collections");
    }

    [Fact]
    public async Task An_idle_stream_pauses_and_reads_again_afterwards()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("a", Enumerable.Range(0, 50).Select(static id => new Doc { { "_id", id } }));
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), Options(100));
        using var patience = new CancellationTokenSource(_patience);
        await using IAsyncEnumerator<ChangeEvent> changes = engine.ReadAsync(patience.Token).GetAsyncEnumerator();
        SnapshotHandle handle = await engine.Snapshots.RequestAsync(new SnapshotRequest
        {
            Kind = SnapshotKind.Blocking, Condition = """{"_id":{"$gte":20}}""",
        });
        for (int id = 20; id < 50; id++)
        {
            Assert.True(await changes.MoveNextAsync());
            Assert.Equal((id, SnapshotMarker.Blocking), (changes.Current.Key["_id"].AsInt64(), changes.Current.Source.Snapshot));
        }

        Task<bool> reading = changes.MoveNextAsync().AsTask();
        Assert.True((await handle.Completion.WaitAsync(_patience)).IsComplete);
        await fixture.InsertAsync("a", new Doc { { "_id", 100 } });
        Assert.True(await reading.WaitAsync(_patience));
        Assert.Equal((ChangeOperation.Create, 100), (changes.Current.Operation, changes.Current.Key["_id"].AsInt64()));
    }

    [Fact]
    public async Task A_view_that_is_lost_while_the_stream_is_paused_is_completed_in_chunks()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("a", Enumerable.Range(0, 200).Select(static id => new Doc { { "_id", id } }));
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), Options(10));
        using var patience = new CancellationTokenSource(_patience);
        await engine.Snapshots.RequestAsync(new SnapshotRequest { Kind = SnapshotKind.Blocking });
        var seen = new HashSet<long>();
        var markers = new HashSet<SnapshotMarker>();
        await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
        {
            if (seen.Count == 0)
            {
                fixture.Double.ExpireSnapshots();
            }

            seen.Add(change.Key["_id"].AsInt64());
            markers.Add(change.Source.Snapshot);
            if (seen.Count == 200)
            {
                break;
            }
        }

        Assert.Equal([SnapshotMarker.Incremental, SnapshotMarker.Blocking], markers.Order());
    }

    private static async Task<(int Rows, int Tables)> ReadAsync(CdcEngine engine, DocumentCopy copy, TaskCompletionSource opened)
    {
        using var patience = new CancellationTokenSource(_patience);
        (int rows, int tables) = (0, 0);
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            opened.TrySetResult();
            switch (item)
            {
                case ChangeEvent { Operation: ChangeOperation.Read } row:
                    rows++;
                    Assert.Equal(SnapshotMarker.Blocking, row.Source.Snapshot);
                    Assert.Equal(copy.Find(row), Reading.Json(row.After));
                    break;
                case SnapshotProgress { Progress: { Status: SnapshotTableStatus.Completed } table }:
                    tables++;
                    Assert.Equal(copy.CountOf(table.Table), table.Rows);
                    break;
                default:
                    copy.Apply(item);
                    break;
            }

            if (item is ChangeEvent { Table: DocumentWriter.Marks })
            {
                break;
            }
        }

        return (rows, tables);
    }

    private static CdcEngineOptions Options(int maxBatch) => new()
    {
        Name = "blocking",
        MaxBatchSize = maxBatch,
        Reconnect = ReconnectPolicy.None,
        Snapshot = new SnapshotOptions { ChunkSize = 15 },
    };
}
