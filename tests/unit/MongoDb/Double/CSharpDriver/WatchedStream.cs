using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>A change stream of the driver, read one event at a time.</summary>
internal sealed class WatchedStream(IChangeStreamCursor<ChangeStreamDocument<BsonDocument>> cursor) : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly Queue<ChangeStreamDocument<BsonDocument>> _received = new();

    /// <summary>New options under which an idle stream answers five times a second.</summary>
    public static ChangeStreamOptions Options => new() { MaxAwaitTime = TimeSpan.FromMilliseconds(200) };

    public IChangeStreamCursor<ChangeStreamDocument<BsonDocument>> Cursor { get; } = cursor;

    public static async Task<WatchedStream> OpenAsync(IMongoCollection<BsonDocument> collection, ChangeStreamOptions? options = null) =>
        new(await collection.WatchAsync(options ?? Options, TestContext.Current.CancellationToken));

    /// <summary>Waits for the next event; fails after half a minute.</summary>
    public async Task<ChangeStreamDocument<BsonDocument>> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_limit);
        while (_received.Count == 0)
        {
            if (!await Cursor.MoveNextAsync(limit.Token))
            {
                throw new InvalidOperationException("The change stream has ended.");
            }

            foreach (ChangeStreamDocument<BsonDocument> change in Cursor.Current)
            {
                _received.Enqueue(change);
            }
        }

        return _received.Dequeue();
    }

    /// <summary>Waits for the next events.</summary>
    public async Task<ChangeStreamDocument<BsonDocument>[]> NextAsync(int count)
    {
        var taken = new ChangeStreamDocument<BsonDocument>[count];
        for (int i = 0; i < count; i++)
        {
            taken[i] = await NextAsync();
        }

        return taken;
    }

    public void Dispose() => Cursor.Dispose();
}
