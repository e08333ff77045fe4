using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>Signals that others insert into a collection of the source.</summary>
public sealed class SignalCollectionTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Signals =>
    [
        """{"_id":"one","type":"execute-snapshot","data":{"data-collections":["shop.a"],"type":"incremental"}}""",
        """{"_id":"one","type":"execute-snapshot","data":{"data-collections":["shop.a"],"type":"blocking"}}""",
        """{"_id":{"$oid":"0123456789abcdef01234567"},"type":"execute-snapshot","data":{"data-collections":["shop.a"]}}""",
        """{"_id":7,"id":"one","type":"execute-snapshot","data":"{\"data-collections\":[\"shop.a\"]}"}""",
    ];

    [Theory]
    [MemberData(nameof(Signals))]
    public async Task A_document_in_the_signal_collection_starts_a_snapshot_and_is_not_delivered(string signal)
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("a", Enumerable.Range(0, 40).Select(static id => new Doc { { "_id", id } }));
        await fixture.InsertAsync("b", new Doc { { "_id", 1 } });
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), Options());
        using var patience = new CancellationTokenSource(_patience);
        var rows = new List<long>();
        bool isSent = false;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (!isSent)
            {
                isSent = true;
                await fixture.InsertAsync("signals", DocJson.Parse(signal));
            }

            if (item is ChangeEvent change)
            {
                Assert.Equal("a", change.Table);
                rows.Add(change.Key["_id"].AsInt64());
            }

            Assert.False(item is Notice, $"{item}");
            if (item is SnapshotProgress { Progress.Status: SnapshotTableStatus.Completed })
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(static id => (long)id), rows);
        Assert.Equal(0, engine.Snapshots.RejectedSignals);
    }

    [Fact]
    public async Task A_document_that_is_no_signal_is_reported_and_the_stream_continues()
    {
        await using var fixture = new SnapshotFixture();
        await using var engine = new CdcEngine(fixture.Source(), new InMemoryOffsetStore(), Options());
        using var patience = new CancellationTokenSource(_patience);
        bool isSent = false;
        string? notice = null;
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (!isSent)
            {
                isSent = true;
                await fixture.InsertAsync("signals", new Doc { { "_id", "odd" }, { "type", "dance" } });
                await fixture.InsertAsync("a", new Doc { { "_id", 1 } });
            }

            notice = item is Notice { Kind: NoticeKind.SignalRejected } rejected ? rejected.Message : notice;
            if (notice is not null && item is not Notice)
            {
                break;
            }
        }

        Assert.Contains("'dance' is unknown", notice, StringComparison.Ordinal);
        Assert.Equal(1, engine.Snapshots.RejectedSignals);
    }

    private static CdcEngineOptions Options() => new()
    {
        Name = "signals",
        Reconnect = ReconnectPolicy.None,
        Snapshot = new SnapshotOptions { ChunkSize = 15, SignalTable = "shop.signals" },
    };
}
