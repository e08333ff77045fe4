using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>
/// The data of a deployment: databases, oplog and clock. Everything happens under <see cref="Gate"/>; all nodes see the same state at once,
/// as if every write were majority-committed on arrival.
/// </summary>
internal sealed class DataStore(TimeProvider time) : IWriteTarget
{
    private readonly SortedDictionary<string, SortedDictionary<string, StoredCollection>> _databases = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Lock Gate { get; } = new();

    public Oplog Oplog { get; } = new();

    /// <summary>The time of the newest operation, no-ops among them.</summary>
    public DocTimestamp LastTime { get; private set; } = new((uint)time.GetUtcNow().ToUnixTimeSeconds(), 1);

    /// <summary>How long the deployment may be idle before a no-op moves its time on.</summary>
    public TimeSpan NoopInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Nothing before it can be read at its time any more.</summary>
    public DocTimestamp OldestSnapshot { get; set; }

    /// <summary>Number of shards.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Runs after each shard's part of a transaction, so that other writes come between the parts.</summary>
    public Action? BetweenShards { get; set; }

    /// <summary>After how many seconds images expire; null for never.</summary>
    public long? ImageExpiry { get; set; }

    public IEnumerable<string> Databases => _databases.Where(database => database.Value.Count > 0).Select(database => database.Key);

    /// <summary>Ends when something is logged after the call.</summary>
    public Task Changed => _changed.Task;

    public DateTimeOffset Now => time.GetUtcNow();

    public IEnumerable<StoredCollection> Collections(string database) =>
        _databases.GetValueOrDefault(database)?.Values.AsEnumerable() ?? [];

    public StoredCollection? Find(string database, string collection) =>
        _databases.GetValueOrDefault(database)?.GetValueOrDefault(collection);

    public void Write(OplogEntry entry) => Commit([entry], null, null);

    /// <summary>Applies and logs operations under one new time for each shard that they touch.</summary>
    public void Commit(IReadOnlyList<OplogEntry> entries, Doc? session, long? number)
    {
        foreach (IGrouping<int, OplogEntry> part in entries.GroupBy(entry => ShardOf(entry.Key)).OrderBy(part => part.Key))
        {
            CommitPart([.. part], session, number);
            BetweenShards?.Invoke();
        }
    }

    // Where a document's shard is no matter of ranges, its key's digest spreads it.
    public int ShardOf(Doc? key) => Shards <= 1 || key is null
        ? 0
        : System.Security.Cryptography.SHA256.HashData(DocWriter.ToBytes(key))[0] % Shards;

    private void CommitPart(List<OplogEntry> entries, Doc? session, long? number)
    {
        DocTimestamp at = Tick();
        int index = 0;
        foreach (OplogEntry entry in entries)
        {
            entry.Stamp(at, Now, index++, session, number);
            Apply(entry);
            Oplog.Append(entry);
        }

        Wake();
    }

    /// <summary>Moves the clock on, as the next operation does.</summary>
    public DocTimestamp Tick()
    {
        var second = new DocTimestamp((uint)Now.ToUnixTimeSeconds(), 1);
        return LastTime = second > LastTime ? second : new DocTimestamp(LastTime.Value + 1);
    }

    /// <summary>The time that a reply carries; an idle deployment's no-op writer may have moved it on.</summary>
    public DocTimestamp Observe() =>
        NoopInterval != Timeout.InfiniteTimeSpan && Now.ToUnixTimeSeconds() - LastTime.Seconds >= NoopInterval.TotalSeconds
            ? Tick()
            : LastTime;

    /// <summary>Lets every waiting cursor look again.</summary>
    public void Wake()
    {
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    public bool ImagesOf(OplogEntry entry) =>
        entry.HasImages && (ImageExpiry is not { } seconds || entry.Wall.Milliseconds + (seconds * 1000) > Now.ToUnixTimeMilliseconds());

    /// <summary>A collection as it was at a time, from today's state back through the oplog.</summary>
    public StoredCollection AsOf(StoredCollection collection, DocTimestamp at)
    {
        if (at >= LastTime)
        {
            return collection;
        }

        StoredCollection past = collection.Copy();
        for (long number = Oplog.End - 1; number >= Oplog.Start && Oplog[number].Time > at; number--)
        {
            OplogEntry entry = Oplog[number];
            if (entry.CollectionId == collection.Id && entry.Key is not null)
            {
                past.Put(entry.After, entry.Before);
            }
        }

        return past;
    }

    private void Apply(OplogEntry entry)
    {
        switch (entry.Operation)
        {
            case var _ when entry.IsPhantom:
                break;
            case "create":
                Database(entry.Database)[entry.Collection] =
                    new StoredCollection(
                        entry.Database, entry.Collection, entry.CollectionId ?? Guid.NewGuid(), entry.Description?.Clone() ?? []);
                break;
            case "drop":
                Database(entry.Database).Remove(entry.Collection);
                break;
            case "dropDatabase":
                _databases.Remove(entry.Database);
                break;
            case "rename" when entry.To is { } to && Find(entry.Database, entry.Collection) is { } renamed:
                Database(entry.Database).Remove(entry.Collection);
                Database(to.Database)[to.Collection] = renamed.As(to.Database, to.Collection);
                break;
            case "insert" or "update" or "replace" or "delete":
                Find(entry.Database, entry.Collection)?.Put(entry.Before, entry.After);
                break;
        }
    }

    private SortedDictionary<string, StoredCollection> Database(string name)
    {
        if (!_databases.TryGetValue(name, out SortedDictionary<string, StoredCollection>? database))
        {
            database = _databases[name] = new SortedDictionary<string, StoredCollection>(StringComparer.Ordinal);
        }

        return database;
    }
}
