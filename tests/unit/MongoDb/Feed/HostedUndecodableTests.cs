using System.Collections.Concurrent;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Tests.ChangeStreams;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Damaged documents and the failure policies of hosted streams.</summary>
public sealed class HostedUndecodableTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("note", "note", 1)]
    [InlineData("flag", "flag", 4)]
    [InlineData("text", "lines.1.text", 1)]
    [InlineData("length", "lines.1.len", 1)]
    public async Task A_damaged_document_becomes_a_dead_letter_with_its_collection_field_and_position(string part, string path,
        int parallel)
    {
        var deployment = new FixedDeployment(
            DamagedEvents.Update("none", 1), DamagedEvents.Update(part, 2), DamagedEvents.Update("none", 3));
        var (letters, seen, reads) = (new InMemoryDeadLetterStore(), new ConcurrentQueue<long>(), true);
        using var host = Create(deployment, letters, FaultPolicy.Fail, parallel, (change, _, _) =>
        {
            if (reads)
            {
                _ = change.After.ToExtendedJson();
                new Formats.EnvelopeJson().ToJson(change);
            }

            seen.Enqueue(change.Key.GetInt64("_id"));
            return default;
        });
        await host.StartAsync(Cancellation);
        await HostedStream.UntilAsync(() => seen.Count == 2 && letters.Letters.Count == 1);
        var letter = Assert.Single(letters.Letters);
        Assert.Equal([1L, 3L], seen.Order());
        Assert.Equal(("shop.orders", DamagedEvents.Token(2)), (letter.Table, letter.EventId));
        Assert.Contains($"Field '{path}' of shop.orders (", letter.Error, StringComparison.Ordinal);
        Assert.Contains($"at {DamagedEvents.Token(2)}", letter.Error, StringComparison.Ordinal);
        Assert.Contains("\"$undecodable\":{\"error\":", letter.Event, StringComparison.Ordinal);
        Assert.Contains("\"last\":7", letter.Event, StringComparison.Ordinal);

        var streams = host.Services.GetRequiredService<CdcStreams>();
        Assert.Equal(new DeadLetterReplay(0, 1, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));
        reads = false;
        Assert.Equal(new DeadLetterReplay(1, 0, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));
        Assert.Equal(2L, seen.Last());
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_damaged_event_is_skipped_if_the_source_says_so()
    {
        var deployment = new FixedDeployment(DamagedEvents.Update("none", 1), DamagedEvents.Torn(2), DamagedEvents.Update("none", 3));
        var seen = new ConcurrentQueue<long>();
        using var host = Create(deployment, new InMemoryDeadLetterStore(), FaultPolicy.Skip, 1, (change, _, _) =>
        {
            seen.Enqueue(change.Key.GetInt64("_id"));
            return default;
        });
        await host.StartAsync(Cancellation);
        await HostedStream.UntilAsync(() => seen.Count == 2);
        Assert.Equal([1L, 3L], seen);
        await host.StopAsync(Cancellation);
    }

    private static IHost Create(FixedDeployment deployment, IDeadLetterStore letters, FaultPolicy policy, int parallel,
        Func<ChangeEvent, ChangeContext, CancellationToken, ValueTask> handle)
    {
        var options = new MongoSourceOptions { ConnectionString = "mongodb://unused", OnUndecodableEvent = policy };
        return HostedStream.Create(options.ConnectionString, stream => stream.From(_ => new MongoSource(options, _ => new(deployment)))
            .StoreOffsetsIn(_ => new InMemoryOffsetStore()), letters, parallel, handle);
    }
}
