using CdcEmbedded.Offsets;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb;

/// <summary>Stores offsets in a collection of a MongoDB deployment, also in the transaction of the application's effects. Thread-safe; any
/// number of processes may use one collection.</summary>
/// <remarks>
/// <para>A document is <c>{_id: name, version: number, text: text}</c>. Writes are acknowledged by a majority, and reads see what a
/// majority has; in a transaction, its own options count. If the deployment is the one that is captured, the changes of
/// the collection are not delivered (<see cref="TableName"/>).</para>
/// <para>Of two transactions that save at once, the server refuses one with a transient error (WriteConflict). A retry, such as that of
/// <c>WithTransactionAsync</c>, then gets the <see cref="OffsetConflictException"/>.</para>
/// </remarks>
public sealed class MongoOffsetStore : ITransactionalOffsetStore<IClientSessionHandle>, IOffsetTransactions
{
    private const int DuplicateKey = 11000;
    private const string Transient = "TransientTransactionError";

    private static readonly TransactionOptions _transactionOptions = new(ReadConcern.Snapshot, ReadPreference.Primary,
        WriteConcern.WMajority);

    private readonly IMongoCollection<BsonDocument> _collection;

    /// <summary>Creates the store without connecting.</summary>
    /// <param name="database">The database, of a client whose sessions the application uses.</param>
    /// <param name="collection">The collection's name. The first save creates it.</param>
    public MongoOffsetStore(IMongoDatabase database, string collection = "cdc_offsets")
        => _collection = OwnCollection.Of(database, collection);

    /// <inheritdoc/>
    public string? TableName => _collection.CollectionNamespace.FullName;

    /// <inheritdoc/>
    /// <remarks>True: a transaction sees the data as of its first statement, and a write outside it waits for it.</remarks>
    public bool SavesFirst => true;

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ReadAsync(_collection.Find(Builders<BsonDocument>.Filter.Eq("_id", key)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, IClientSessionHandle transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequireTransaction(transaction);
        return ReadAsync(_collection.Find(transaction, Builders<BsonDocument>.Filter.Eq("_id", key)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
        => WriteAsync(key, text, expectedVersion, null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, IClientSessionHandle transaction,
        CancellationToken cancellationToken = default)
    {
        RequireTransaction(transaction);
        return WriteAsync(key, text, expectedVersion, transaction, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>It reads a snapshot of the primary and is acknowledged by a majority.</remarks>
    public async ValueTask<IOffsetTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        var session = await _collection.Database.Client.StartSessionAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        session.StartTransaction(_transactionOptions);
        return new SessionTransaction(this, session);
    }

    /// <inheritdoc/>
    /// <remarks>True for what the server labels <c>TransientTransactionError</c>, also as an inner exception.</remarks>
    public bool IsTransient(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is MongoException mongo && mongo.HasErrorLabel(Transient))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await _collection.DeleteOneAsync(Builders<BsonDocument>.Filter.Eq("_id", key), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>True if its sessions are those of a client.</summary>
    internal bool IsOf(IMongoClient client) => ReferenceEquals(_collection.Database.Client.Cluster, client.Cluster);

    private static void RequireTransaction(IClientSessionHandle session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!session.IsInTransaction)
        {
            throw new InvalidOperationException("The session has no open transaction: start one before the effects, and save the "
                + "offset before "
                + "you commit it.");
        }
    }

    private static async ValueTask<StoredOffset?> ReadAsync(
        IFindFluent<BsonDocument, BsonDocument> find, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await find.FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false) is { } document
            ? new StoredOffset(document["text"].AsString, document["version"].ToInt64()) : null;
    }

    private async ValueTask<long> WriteAsync(string key, string text, long expectedVersion, IClientSessionHandle? session,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(text);
        var next = expectedVersion + 1;
        if (expectedVersion == 0)
        {
            await InsertAsync(new BsonDocument { { "_id", key }, { "version", next }, { "text", text } }, session, cancellationToken)
                .ConfigureAwait(false);
            return next;
        }

        var filter = Builders<BsonDocument>.Filter.Eq("_id", key) & Builders<BsonDocument>.Filter.Eq("version", expectedVersion);
        var update = Builders<BsonDocument>.Update.Set("version", next).Set("text", text);
        var result = session is null
            ? await _collection.UpdateOneAsync(filter, update, cancellationToken: cancellationToken).ConfigureAwait(false)
            : await _collection.UpdateOneAsync(session, filter, update, cancellationToken: cancellationToken).ConfigureAwait(false);
        return result.MatchedCount == 1 ? next : throw Conflict(key, expectedVersion, null);
    }

    private async ValueTask InsertAsync(BsonDocument document, IClientSessionHandle? session, CancellationToken cancellationToken)
    {
        try
        {
            await (session is null ? _collection.InsertOneAsync(document, null, cancellationToken)
                : _collection.InsertOneAsync(session, document, null, cancellationToken)).ConfigureAwait(false);
        }
        catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            throw Conflict(document["_id"].AsString, 0, e);
        }
        catch (MongoCommandException e) when (e.Code == DuplicateKey)
        {
            // In a transaction the whole command fails.
            throw Conflict(document["_id"].AsString, 0, e);
        }
    }

    private OffsetConflictException Conflict(string key, long expected, Exception? e) => new(
        $"In {_collection.CollectionNamespace}, under '{key}', version {expected} was expected, but another version is stored: "
            + "another instance "
            + "runs under this name.", e);
}
