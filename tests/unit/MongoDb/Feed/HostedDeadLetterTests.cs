using System.Collections.Concurrent;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Dead letters of hosted streams over MongoDB, and their replay.</summary>
public sealed class HostedDeadLetterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_replayed_change_has_the_documents_of_the_first_one_and_the_order_of_its_key(int handlers)
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        var isPoison = true;
        var seen = new ConcurrentQueue<(ChangeEvent Change, bool IsReplay)>();
        var letters = new InMemoryDeadLetterStore();
        using var host = Create(fixture, letters, (change, context, _) =>
        {
            seen.Enqueue((change, context.IsReplay));
            return isPoison && change.Key["_id"].AsInt64() == 2 ? throw new InvalidOperationException("Poison.") : default;
        }, handlers);
        await host.StartAsync(Cancellation);
        await fixture.InsertAsync("""{"_id":1,"n":1}""");
        await fixture.InsertAsync("""{"_id":2,"n":{"deep":[1,{"$numberLong":"9"},{"$date":"2026-01-02T03:04:05.006Z"},2.5,null]}}""");
        await fixture.WriteAsync(StreamFixture.Update(2, """{"$set":{"m":7}}"""));
        await fixture.WriteAsync("""{"delete":"orders","deletes":[{"q":{"_id":2},"limit":1}]}""");
        await fixture.InsertAsync("""{"_id":3,"n":1}""");
        await HostedStream.UntilAsync(() => letters.Letters.Count == 3 && seen.Any(one => one.Change.Key["_id"].AsInt64() == 3));
        Assert.Equal(["shop.orders", "shop.orders", "shop.orders"], letters.Letters.Select(letter => letter.Table));
        Assert.Equal([1, 0, 0], letters.Letters.Select(letter => letter.Attempts));

        var first = seen.Single(one => one.Change.Key["_id"].AsInt64() == 2).Change;
        var streams = host.Services.GetRequiredService<CdcStreams>();
        Assert.Equal(new DeadLetterReplay(0, 1, 2), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));
        isPoison = false;
        seen.Clear();
        Assert.Equal(new DeadLetterReplay(3, 0, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));

        var again = seen.Select(one => one.Change).ToList();
        Assert.All(seen, one => Assert.True(one.IsReplay));
        Assert.Equal([ChangeOperation.Create, ChangeOperation.Update, ChangeOperation.Delete], again.Select(change => change.Operation));
        Assert.Equal((first.EventId, first.Timestamp, first.Database, first.Table),
            (again[0].EventId, again[0].Timestamp, again[0].Database, again[0].Table));
        Assert.Equal(first.After.ToBsonDocument(), again[0].After.ToBsonDocument());
        Assert.Equal(first.Key.ToBsonDocument(), again[0].Key.ToBsonDocument());
        Assert.Equal((false, 7L), (again[1].Before.ToBsonDocument().Contains("m"), again[1].After["m"].AsInt64()));
        Assert.Equal(again[1].After.ToBsonDocument(), again[2].Before.ToBsonDocument());
        Assert.False(again[2].After.HasValue);
        Assert.Empty(letters.Letters);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_collection_of_dead_letters_in_the_captured_deployment_is_not_delivered()
    {
        await using var fixture = new StreamFixture();
        var seen = new ConcurrentQueue<string>();
        using var host = Create(fixture, new NamedLetters("shop.letters"), (change, _, _) =>
        {
            seen.Enqueue(change.Table);
            return default;
        });
        await host.StartAsync(Cancellation);
        await fixture.InsertAsync("""{"_id":1}""", "letters");
        await fixture.InsertAsync("""{"_id":1}""");
        await HostedStream.UntilAsync(() => !seen.IsEmpty);
        Assert.Equal(["orders"], seen);
        await host.StopAsync(Cancellation);
    }

    private static IHost Create(StreamFixture fixture, IDeadLetterStore letters,
        Func<ChangeEvent, ChangeContext, CancellationToken, ValueTask> handle, int handlers = 1)
    {
        var store = new InMemoryOffsetStore();
        var start = MongoOffsets.Now(fixture.Double);
        store.SaveAsync("test", start.Offset!.ToString(), 0, Cancellation).AsTask().Wait(Cancellation);
        return HostedStream.Create(fixture.Double.ConnectionString, stream => stream.FromMongoDb("mongo", text => new MongoSourceOptions
        {
            ConnectionString = text, Include = ["shop.*"], HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        }).StoreOffsetsIn(_ => store), letters, handlers, handle);
    }

    /// <summary>A store of the application's own, that says where it stores.</summary>
    private sealed class NamedLetters(string name) : IDeadLetterStore
    {
        private readonly InMemoryDeadLetterStore _inner = new();

        public string? TableName => name;

        public ValueTask ParkAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
            => _inner.ParkAsync(letter, transaction, cancellationToken);

        public IAsyncEnumerable<DeadLetter> ReadAsync(string stream, CancellationToken cancellationToken)
            => _inner.ReadAsync(stream, cancellationToken);

        public ValueTask<bool> HasAsync(string stream, string handler, string table, IReadOnlyList<string> keys,
            object? transaction, CancellationToken cancellationToken)
            => _inner.HasAsync(stream, handler, table, keys, transaction, cancellationToken);

        public ValueTask<bool> RemoveAsync(DeadLetter letter, object? transaction,
            CancellationToken cancellationToken) => _inner.RemoveAsync(letter, transaction, cancellationToken);
    }
}
