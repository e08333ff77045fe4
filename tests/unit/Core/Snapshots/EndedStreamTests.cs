using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A stream that has ended, as a file does, waits for its snapshots unless they need more of it.</summary>
public sealed class EndedStreamTests : SnapshotEngineTest
{
    [Theory]
    [InlineData(SnapshotKind.Blocking)]
    [InlineData(SnapshotKind.Incremental)]
    public async Task What_comes_right_after_a_look_at_the_output_keeps_the_stream_open(SnapshotKind kind)
    {
        var source = Tables(4);
        await using var context = new SourceContext
        {
            Name = "test",
            LoggerFactory = NullLoggerFactory.Instance,
            TimeProvider = TimeProvider.System,
            MaxBatchSize = 10,
        };
        await using var coordinator = new SnapshotCoordinator(source, context, new SnapshotOptions(), SnapshotState.Empty, null, false,
            new SnapshotBoard(TimeProvider.System), NullLogger.Instance);
        await using var connection = await source.ConnectAsync(context, StartPosition.Earliest, Timeout);
        await using var feed = coordinator.Attach(await connection.OpenAsync(Timeout));
        Assert.Null(coordinator.TakeOutput());
        Assert.True(coordinator.IsStuck);

        coordinator.Post(new SnapshotCommand(SnapshotCommandKind.Request, "1") { Number = 1, Reads = kind });
        Assert.False(coordinator.IsStuck, "A command waits.");

        coordinator.TakeOutput();
        if (kind == SnapshotKind.Blocking)
        {
            // The reader opens the view while nobody looks at the output.
            await UntilAsync(() => coordinator.Use(static machine => machine.HasView), "the view is open");
            Assert.False(coordinator.IsStuck, "A view waits.");
        }
    }
}
