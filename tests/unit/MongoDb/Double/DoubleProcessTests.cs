using System.Diagnostics;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>The double as a process of its own.</summary>
public sealed class DoubleProcessTests
{
    [Fact]
    public async Task Process_produces_what_its_seed_says_and_ends_with_its_input()
    {
        await using DoubleProcess process = await DoubleProcess.StartAsync(
            "--nodes", "2", "--produce", "0", "--count", "500", "--seed", "7", "--transactions", "20");
        Assert.StartsWith("mongodb://127.0.0.1:", process.ConnectionString, StringComparison.Ordinal);
        int written = await process.WaitUntilDoneAsync(TestContext.Current.CancellationToken);
        Assert.InRange(written, 500, 502);
        using RawClient client = await RawClient.ConnectAsync(process.FirstPort);
        Doc stage = new() { { "startAtOperationTime", new DocTimestamp(Started, 1) } };
        long cursor = await DoubleStreamTests.OpenAsync(client, stage);
        List<Doc> events = DoubleStreamTests.Batch(await client.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 1000)), "nextBatch");
        Assert.Equal(written, events.Count);
        Assert.Contains(events, change => change.Has("txnNumber"));
    }

    private static uint Started => (uint)new DateTimeOffset(Process.GetCurrentProcess().StartTime.ToUniversalTime()).ToUnixTimeSeconds();
}
