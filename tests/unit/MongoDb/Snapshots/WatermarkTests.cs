using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>What reads see, and which positions say so.</summary>
public sealed class WatermarkTests
{
    [Fact]
    public async Task A_read_sees_everything_up_to_LOW_on_a_server_that_lags_and_HIGH_has_everything_that_it_saw()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("orders", new Doc { { "_id", 0 } });
        SnapshotReader reader = await fixture.OpenAsync();
        SnapshotTable table = await reader.TableAsync("orders");
        fixture.Double.ReadLag = 30;
        CancellationToken token = TestContext.Current.CancellationToken;
        for (int i = 1; i < 60; i++)
        {
            await fixture.InsertAsync("orders", new Doc { { "_id", i } });
            MongoPositionOf(await reader.GetWatermarkAsync(token), out DocTimestamp low);
            Assert.True(low >= fixture.Double.ClusterTime);
            Task writing = Task.Run(() => fixture.InsertAsync("more", new Doc { { "_id", i } }), token);
            SnapshotChunk chunk = await reader.ReadChunkAsync(table, null, null, 1000, null, token);
            Assert.Equal(i + 1, chunk.Count);
            await writing;
            MongoPositionOf(await reader.GetHighWatermarkAsync(token), out DocTimestamp high);
            Assert.True(high >= low);
        }
    }

    [Theory]
    [InlineData(DoubleTopology.ReplicaSet)]
    [InlineData(DoubleTopology.Sharded)]
    public async Task An_idle_deployment_whose_clock_does_not_move_completes_a_snapshot(DoubleTopology topology)
    {
        await using var fixture = new SnapshotFixture(new() { Topology = topology, NoopInterval = Timeout.InfiniteTimeSpan });
        await fixture.InsertAsync("orders", Enumerable.Range(0, 100).Select(static id => new Doc { { "_id", id } }));
        await using var engine = new CdcEngine(fixture.Source(), new Offsets.InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "idle", Snapshot = new SnapshotOptions { Mode = SnapshotMode.Incremental, ChunkSize = 10 },
        });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        int rows = 0;
        await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
        {
            Assert.Equal(ChangeOperation.Read, change.Operation);
            if (++rows == 100)
            {
                break;
            }
        }

        Assert.Equal(100, rows);
    }

    [Fact]
    public async Task LOW_covers_a_stream_inside_of_its_time_and_a_stream_covers_HIGH_from_its_time_on()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("orders", new Doc { { "_id", 1 } });
        SnapshotReader reader = await fixture.OpenAsync();
        CancellationToken token = TestContext.Current.CancellationToken;
        SourcePosition low = await reader.GetWatermarkAsync(token);
        await reader.ReadChunkAsync(await reader.TableAsync("orders"), null, null, 10, null, token);
        SourcePosition high = await reader.GetHighWatermarkAsync(token);
        MongoPositionOf(high, out DocTimestamp time);
        SourcePosition Event(DocTimestamp at) => fixture.Source().ReadPosition(MongoOffset.FromResumeToken(
            new MongoDB.Bson.BsonDocument("_data", $"82{at.Value:X16}2B042C0100296E04")));
        SourcePosition Start(DocTimestamp at) => fixture.Source().ReadPosition(MongoOffset.FromClusterTime(
            new MongoDB.Bson.BsonTimestamp((long)at.Value)));
        DocTimestamp before = new(time.Value - 1), after = new(time.Value + 1);
        MongoPositionOf(low, out DocTimestamp lowTime);
        Assert.True(low.IsTransactionEnd && high.IsTransactionEnd);
        Assert.True(low.Covers(Event(lowTime)));
        Assert.False(low.Covers(Event(new DocTimestamp(lowTime.Value + 1))));
        Assert.True(Event(time).Covers(high));
        Assert.True(Event(after).Covers(high));
        Assert.False(Event(before).Covers(high));
        Assert.False(Start(before).Covers(high));
    }

    private static void MongoPositionOf(SourcePosition position, out DocTimestamp time)
        => time = new DocTimestamp(Assert.IsType<MongoPosition>(position).Time!.Value.Packed);
}
