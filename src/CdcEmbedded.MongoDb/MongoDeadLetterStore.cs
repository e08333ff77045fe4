using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Offsets;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb;

/// <summary>Stores dead letters in a collection of a MongoDB deployment: with a <see cref="MongoOffsetStore"/> of the same client in the
/// transaction of the batch. Thread-safe; any number of processes may use one collection.</summary>
/// <remarks>A document is a letter: <c>{_id: number, stream, handler, table, key, formerKey, eventId, event, content, error, attempts,
/// parkedAt}</c>. Writes are acknowledged by a majority, and reads see what a majority has; in a transaction, its own options count. There
/// is no index but that of <c>_id</c>: the collection is made for thousands of letters, not for millions.</remarks>
public sealed class MongoDeadLetterStore : IDeadLetterStore
{
    // A document has 16 MiB at most.
    private const int MaxEventBytes = 4 * 1024 * 1024;

    private static readonly FilterDefinitionBuilder<BsonDocument> _filter = Builders<BsonDocument>.Filter;
    private static readonly SortDefinition<BsonDocument> _oldestFirst = Builders<BsonDocument>.Sort.Ascending("_id");
    private static readonly SortDefinition<BsonDocument> _newestFirst = Builders<BsonDocument>.Sort.Descending("_id");

    private readonly IMongoCollection<BsonDocument> _collection;

    /// <summary>Creates the store without connecting.</summary>
    /// <param name="database">The database, of the client whose sessions the stream's store of offsets opens.</param>
    /// <param name="collection">The collection's name. The first letter creates it.</param>
    public MongoDeadLetterStore(IMongoDatabase database, string collection = "cdc_dead_letters")
        => _collection = OwnCollection.Of(database, collection);

    /// <inheritdoc/>
    public string? TableName => _collection.CollectionNamespace.FullName;

    /// <inheritdoc/>
    /// <remarks>True for a <see cref="MongoOffsetStore"/> of the same client.</remarks>
    public bool SharesTransactionsOf(IOffsetTransactions offsets)
        => offsets is MongoOffsetStore store && store.IsOf(_collection.Database.Client);

    /// <inheritdoc/>
    /// <remarks>The readable form of a change of more than 4 MiB is omitted; what a replay needs is stored.</remarks>
    public async ValueTask ParkAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var document = new BsonDocument
        {
            { "_id", 0L }, { "stream", letter.Stream }, { "handler", letter.Handler }, { "table", letter.Table }, { "key", letter.Key },
            { "formerKey", letter.FormerKey }, { "eventId", letter.EventId }, { "event", Shortened(letter.Event) },
            { "content", letter.Content }, { "error", letter.Error }, { "attempts", letter.Attempts },
            { "parkedAt", TimeOf(letter) },
        };
        var session = (IClientSessionHandle?)transaction;
        while (!await TryInsertAsync(document, session, cancellationToken).ConfigureAwait(false))
        {
            // Another letter has got this number.
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DeadLetter> ReadAsync(string stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var cursor = await _collection.Find(_filter.Eq("stream", stream)).Sort(_oldestFirst).ToCursorAsync(cancellationToken)
            .ConfigureAwait(false);
        while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var document in cursor.Current)
            {
                yield return Read(document);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> HasAsync(string stream, string handler, string table, IReadOnlyList<string> keys, object? transaction,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var filter = _filter.Eq("stream", stream) & _filter.Eq("handler", handler) & _filter.Eq("table", table);
        if (keys.Count > 0)
        {
            filter &= _filter.In("key", keys) | _filter.In("formerKey", keys);
        }

        return await Find((IClientSessionHandle?)transaction, filter).Limit(1).AnyAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);

        // Numbers are used again: this must not remove a letter that was stored since.
        var filter = _filter.Eq("_id", letter.Id) & _filter.Eq("stream", letter.Stream) & _filter.Eq("handler", letter.Handler)
            & _filter.Eq("eventId", letter.EventId) & _filter.Eq("parkedAt", TimeOf(letter));
        var result = transaction is IClientSessionHandle session
            ? await _collection.DeleteOneAsync(session, filter, cancellationToken: cancellationToken).ConfigureAwait(false)
            : await _collection.DeleteOneAsync(filter, cancellationToken).ConfigureAwait(false);
        return result.DeletedCount > 0;
    }

    private static DeadLetter Read(BsonDocument document) => new()
    {
        Id = document["_id"].ToInt64(),
        Stream = document["stream"].AsString,
        Handler = document["handler"].AsString,
        Table = document["table"].AsString,
        Key = document["key"].AsString,
        FormerKey = document["formerKey"].AsString,
        EventId = document["eventId"].AsString,
        Event = document["event"].AsString,
        Content = document["content"].AsString,
        Error = document["error"].AsString,
        Attempts = document["attempts"].ToInt32(),
        ParkedAt = DateTimeOffset.Parse(document["parkedAt"].AsString, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
    };

    private static string TimeOf(DeadLetter letter) => letter.ParkedAt.ToString("O", CultureInfo.InvariantCulture);

    private static string Shortened(string text) => Encoding.UTF8.GetByteCount(text) is > MaxEventBytes and var bytes
        ? string.Create(CultureInfo.InvariantCulture, $"{{\"error\":\"The change has {bytes} bytes as JSON.\"}}") : text;

    private IFindFluent<BsonDocument, BsonDocument> Find(IClientSessionHandle? session, FilterDefinition<BsonDocument> filter)
        => session is null ? _collection.Find(filter) : _collection.Find(session, filter);

    /// <returns>False if another letter was stored meanwhile. In a transaction the server ends it: all of it is done again.</returns>
    private async ValueTask<bool> TryInsertAsync(BsonDocument document, IClientSessionHandle? session, CancellationToken cancellationToken)
    {
        // What a majority does not have yet takes a number too: without it, this would try the same one again and again.
        var all = session is null ? _collection.WithReadConcern(ReadConcern.Local).Find(_filter.Empty)
            : _collection.Find(session, _filter.Empty);
        var last = await all.Sort(_newestFirst).Limit(1).Project(new BsonDocument("_id", 1))
            .FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        document["_id"] = (last?["_id"].ToInt64() ?? 0) + 1;
        try
        {
            await (session is null ? _collection.InsertOneAsync(document, null, cancellationToken)
                : _collection.InsertOneAsync(session, document, null, cancellationToken)).ConfigureAwait(false);
            return true;
        }
        catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }
}
