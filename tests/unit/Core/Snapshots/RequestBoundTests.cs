using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>More requests than may wait (R72): the new one is refused by name, and none that was accepted is dropped for it.</summary>
public sealed class RequestBoundTests : SnapshotEngineTest
{
    private const int Most = 1024;

    [Fact]
    public async Task None_that_was_accepted_is_dropped_for_another()
    {
        long? stored = null;
        long carriedOut = 0;
        using var log = new CommandLog(Slot(), _ => new(stored));
        for (var i = 1; i <= Most; i++)
        {
            Assert.Equal(CommandOutcome.Accepted, await SendAsync(log, $"r{i}", new SignalMark("c", $"r{i}", $"{i}")));
        }

        Assert.Equal(CommandOutcome.Refused, await SendAsync(log, "more", new SignalMark("c", "more", "1025")));
        Assert.Equal(CommandOutcome.Accepted, await log.AppendAsync(new SnapshotCommand(SnapshotCommandKind.Stop, "r7"), null, default));

        // Other signals let the ids of the first be forgotten, but not while they wait.
        for (var i = 0; i < Most; i++)
        {
            await log.AppendAsync(null, new SignalMark(null, $"log{i}", null), default);
        }

        Assert.Equal(CommandOutcome.Repeated, await SendAsync(log, "r1", new SignalMark(null, "r1", null)));

        // The next process gets all of them, and the position of the channel, which does not send the refused one again.
        using var next = new CommandLog(Slot(), _ => new(stored));
        var received = new List<SnapshotCommand>();
        await next.ConnectAsync(0, static () => 0, () => carriedOut, received.Add, default);
        Assert.Equal("1025", await next.PositionOfAsync("c", default));
        Assert.Equal([.. Enumerable.Range(1, Most).Select(i => $"r{i}"), "r7"], received.Select(command => command.Id));

        // Room is what the stored offset says; without one, what was carried out. The refused id was not taken.
        Assert.Equal(CommandOutcome.Refused, await SendAsync(next, "more", null));
        carriedOut = 2;
        Assert.Equal(CommandOutcome.Accepted, await SendAsync(next, "more", new SignalMark(null, "more", null)));
        stored = 2;
        carriedOut = 5;
        Assert.Equal(CommandOutcome.Refused, await SendAsync(next, "last", null));
        stored = 3;
        Assert.Equal(CommandOutcome.Accepted, await SendAsync(next, "last", null));

        StoreSlot Slot() => new(Store, "test/snapshots", NullLogger.Instance);

        static async Task<CommandOutcome> SendAsync(CommandLog log, string id, SignalMark? mark)
            => await log.AppendAsync(new SnapshotCommand(SnapshotCommandKind.Request, id) { Patterns = ["shop.orders"] }, mark, default);
    }

    [Fact]
    public async Task The_one_too_many_is_refused_as_a_call_and_as_a_signal()
    {
        var source = new ScriptedSource();
        source.Table("shop.orders", Row(1, "o1"));
        await using (var early = new CdcEngine(source, Store, With(SnapshotMode.Never)))
        {
            for (var i = 0; i < Most; i++)
            {
                await early.Snapshots.RequestAsync(RequestOf($"r{i}"));
            }

            // Another instance may have a lease before there is an offset.
            await Store.SaveAsync("test", """{"v":2,"lease":{"fence":1,"ms":3000}}""", 0);
            var refused = await Assert.ThrowsAsync<SnapshotRefusedException>(async ()
                => await early.Snapshots.RequestAsync(RequestOf("more")));
            Assert.Equal(("more", false), (refused.Snapshot, refused.IsTransient));
            Assert.Contains("'more' was refused: 1,024 requests wait", refused.Message, StringComparison.Ordinal);
        }

        // No offset ever says that they were carried out.
        var channel = new MemorySignalChannel();
        await using var engine = new CdcEngine(source, Store, new CdcEngineOptions
        {
            Name = "test",
            CommitPolicy = CommitPolicy.Never,
            Snapshot = new SnapshotOptions { Signals = [channel] },
        });
        var (loop, copy, stop) = Run(engine);
        channel.Send("""{"id":"more","type":"execute-snapshot","data":{"data-collections":["shop.orders"]}}""");
        await UntilAsync(() => copy.Notices.Count == 1, "the signal was rejected");
        await stop.CancelAsync();
        await loop;
        Assert.Equal(NoticeKind.SignalRejected, copy.Notices[0].Kind);
        Assert.Contains("The signal 'more' from memory was rejected: 1,024 requests wait", copy.Notices[0].Message,
            StringComparison.Ordinal);
        Assert.Equal(1, engine.Snapshots.RejectedSignals);
    }

    private static SnapshotRequest RequestOf(string id) => new() { Id = id, Tables = ["shop.orders"] };
}
