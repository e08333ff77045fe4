using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Faults;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>Errors of a server while it is read: the snapshot has every document, and the stream continues (R68).</summary>
public sealed class SnapshotFaultTests
{
    private const int Documents = 200;

    public static MatrixTheoryData<string, int, SnapshotMode> Faults
        => new(["hello", "listCollections", "count", "find"], [262, 43, 246], [SnapshotMode.Initial, SnapshotMode.Incremental]);

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_snapshot_whose_commands_fail_for_a_while_has_every_document(string command, int code, SnapshotMode mode)
    {
        await using var fixture = new SnapshotFixture(new() { Nodes = 2 });
        await fixture.InsertAsync("a", Enumerable.Range(0, Documents).Select(static id => new Doc { { "_id", id } }));
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "test",
            Snapshot = new SnapshotOptions { Mode = mode, ChunkSize = 40 },
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(10), MaxDelay = TimeSpan.FromMilliseconds(20) },
        });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var seen = new HashSet<long>();
        var isFaulty = false;
        await foreach (var change in engine.ReadAsync(patience.Token))
        {
            seen.Add(change.Key["_id"].AsInt64());
            if (!isFaulty)
            {
                isFaulty = true;
                fixture.Double.Inject(new CommandFault(command) { Times = 3, ErrorCode = code });
                await fixture.InsertAsync("a", new Doc { { "_id", 1000 } });
            }

            if (seen.Count == Documents + 1)
            {
                break;
            }
        }

        Assert.Equal([.. Enumerable.Range(0, Documents).Select(static id => (long)id), 1000L], seen.Order());
    }
}
