using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A transaction that may have further changes, with the counts of those delivered.</summary>
internal sealed class OpenTransaction
{
    private readonly List<CollectionCount> _counts = new(2);

    public OpenTransaction(MongoTransaction transaction, BsonTimestamp time)
    {
        Transaction = transaction;
        LastTime = time;
    }

    /// <summary>Goes on inside a transaction.</summary>
    public OpenTransaction(TransactionProgress progress)
        : this(progress.Transaction, progress.LastTime)
    {
        Events = progress.Events;
        _counts.AddRange(progress.Collections);
    }

    public MongoTransaction Transaction { get; }

    public BsonTimestamp LastTime { get; private set; }

    public long Events { get; private set; }

    /// <summary>Counts a change.</summary>
    /// <returns>Its place among those of its collection, from 1.</returns>
    public long Add(string database, string collection, BsonTimestamp time)
    {
        Events++;
        LastTime = time;
        for (var i = 0; i < _counts.Count; i++)
        {
            var known = _counts[i];
            if (known.Collection == collection && known.Database == database)
            {
                _counts[i] = known with { Count = known.Count + 1 };
                return known.Count + 1;
            }
        }

        _counts.Add(new CollectionCount(database, collection, 1));
        return 1;
    }

    public TransactionProgress ToProgress() => new(Transaction, LastTime, Events, [.. _counts]);

    public List<KeyValuePair<string, long>> DataCollections
        => _counts.ConvertAll(static count => new KeyValuePair<string, long>($"{count.Database}.{count.Collection}", count.Count));
}
