using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Commands;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>
/// A transaction's own view of the collections that it touched, and the operations to log when it commits. Without a session it is a batch
/// that the server writes as one operation.
/// </summary>
/// <param name="store">The data.</param>
/// <param name="session">The session, as events show it.</param>
/// <param name="number">Its number in the session.</param>
/// <param name="open">All transactions in progress.</param>
internal sealed class WriteTransaction(DataStore store, Doc? session, long? number, IReadOnlyCollection<WriteTransaction>? open = null)
    : IWriteTarget
{
    // As the transaction first saw them.
    private readonly Dictionary<(string, string), StoredCollection> _seen = [];
    private readonly Dictionary<(string, string), StoredCollection> _copies = [];
    private readonly List<OplogEntry> _staged = [];

    public long? Number { get; } = number;

    public bool IsCommitted { get; private set; }

    public StoredCollection? Find(string database, string collection)
    {
        if (!_copies.TryGetValue((database, collection), out StoredCollection? copy) && store.Find(database, collection) is { } original)
        {
            copy = _copies[(database, collection)] = original.Copy();
            _seen.TryAdd((database, collection), original.Copy());
        }

        return copy;
    }

    public void Write(OplogEntry entry)
    {
        if (entry.Operation == "create")
        {
            _copies[(entry.Database, entry.Collection)] = new StoredCollection(
                entry.Database, entry.Collection, entry.CollectionId ?? Guid.NewGuid(), []);
        }
        else
        {
            RequireUnchanged(entry);
            Find(entry.Database, entry.Collection)?.Put(entry.Before, entry.After);
        }

        _staged.Add(entry);
    }

    /// <summary>The first writer of a document wins, as under snapshot isolation: a second one ends at once, and may try again.</summary>
    private void RequireUnchanged(OplogEntry entry)
    {
        if (open is null || Find(entry.Database, entry.Collection) is null
            || !_seen.TryGetValue((entry.Database, entry.Collection), out StoredCollection? seen))
        {
            return;
        }

        Doc? key = entry.Key;
        bool isMine = HasWritten(entry.Database, entry.Collection, key);
        if ((!isMine && !ReferenceEquals(seen.Find(key), store.Find(entry.Database, entry.Collection)?.Find(key)))
            || open.Any(other => other != this && other.HasWritten(entry.Database, entry.Collection, key)))
        {
            throw new CommandError(112, "Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your "
                + "operation or multi-document transaction.", "TransientTransactionError");
        }
    }

    /// <summary>True if it has written the document of an operation, and is not committed.</summary>
    public bool HasWritten(OplogEntry entry) => HasWritten(entry.Database, entry.Collection, entry.Key);

    private bool HasWritten(string database, string collection, Doc? key) => key is not null
        && _staged.Any(entry => entry.Database == database && entry.Collection == collection
            && entry.Operation != "create" && entry.Key is { } written && DocOrder.Same(written, key));

    /// <summary>Logs all operations under one time.</summary>
    public void Commit()
    {
        if (!IsCommitted)
        {
            IsCommitted = true;
            store.Commit([.. _staged], session, Number);
            _staged.Clear();
            _copies.Clear();
        }
    }
}
