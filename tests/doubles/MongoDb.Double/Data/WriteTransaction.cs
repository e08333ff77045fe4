using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>
/// A transaction's own view of the collections that it touched, and the operations to log when it commits. Without a session it is a batch
/// that the server writes as one operation.
/// </summary>
internal sealed class WriteTransaction(DataStore store, Doc? session, long? number) : IWriteTarget
{
    private readonly Dictionary<(string, string), StoredCollection> _copies = [];
    private readonly List<OplogEntry> _staged = [];

    public long? Number { get; } = number;

    public bool IsCommitted { get; private set; }

    public StoredCollection? Find(string database, string collection)
    {
        if (!_copies.TryGetValue((database, collection), out StoredCollection? copy) && store.Find(database, collection) is { } original)
        {
            copy = _copies[(database, collection)] = original.Copy();
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
            Find(entry.Database, entry.Collection)?.Put(entry.Key?["_id"], entry.After);
        }

        _staged.Add(entry);
    }

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
