using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Consecutive changes of one batch that belong to one transaction, or to none. Nothing but places is kept of them.</summary>
internal sealed class MongoChangeSet : ChangeSet
{
    private const int FixedSize = 128;

    private readonly EventBatch _batch;
    private readonly int _first;
    private readonly int _count;
    private readonly TransactionProgress? _before;
    private readonly TransactionProgress[] _others;
    private readonly long[]? _orders;

    /// <param name="batch">The batch.</param>
    /// <param name="first">The first of its events.</param>
    /// <param name="before">The transaction as it was before the first; null outside of one.</param>
    /// <param name="others">Other transactions that are open.</param>
    /// <param name="orders">For each change its place among those of its collection in the transaction; null outside of one.</param>
    public MongoChangeSet(EventBatch batch, int first, TransactionProgress? before, TransactionProgress[] others, long[]? orders)
    {
        _batch = batch;
        _first = first;
        _count = batch.Count - first;
        _before = before;
        _others = others;
        _orders = orders;
        ref readonly var last = ref batch[^1];
        ByteSize = FixedSize + (_count * 40L) + last.Event - batch[first].Event + batch.EventAt(last).Bytes.Length;
    }

    public override int Count => _count;

    public override long ByteSize { get; }

    public override TableSchema? Schema => null;

    public override string GetDatabase(int change) => _batch.NameOf(Places(change), "db"u8);

    public override string GetTable(int change) => _batch.NameOf(Places(change), "coll"u8);

    public override DateTimeOffset GetTimestamp(int change) => _batch.TimestampOf(Places(change));

    public override TransactionInfo? GetTransaction(int change) => _before?.Transaction;

    public override ChangeOperation GetOperation(int change) => Places(change).Kind switch
    {
        EventKind.Insert => ChangeOperation.Create,
        EventKind.Delete => ChangeOperation.Delete,
        _ => ChangeOperation.Update,
    };

    public override DataRecord GetBefore(int change) => _batch.RecordAt(Places(change).Before);

    public override DataRecord GetAfter(int change) => _batch.RecordAt(Places(change).After);

    public override DataRecord GetKey(int change) => _batch.RecordAt(Places(change).Key);

    public override long GetTotalOrder(int change) => (_before?.Events ?? 0) + (_before is null ? 1 : change + 1);

    public override long GetDataCollectionOrder(int change) => _orders?[change] ?? 1;

    public override SourceInfo GetSource(int change)
        => EventSource.Create(_batch, Places(change), GetDatabase(change), GetTable(change), _before is null ? 0 : GetTotalOrder(change));

    public override string GetEventId(int change) => ResumeTokens.TextOf(_batch.DocumentAt(Places(change).Token));

    public override SourcePosition GetPosition(int change)
    {
        ref readonly var places = ref Places(change);
        var point = StreamPoint.Behind(_batch.DocumentAt(places.Token), places.ClusterTime > 0 ? _batch.TimeOf(places) : null);
        return new MongoPosition(_batch.Stream, point, _before is null ? _others : [.. _others, ProgressAfter(_before, change)]);
    }

    // The records are those of the batch.
    public override int GetFieldCount(int record) => 0;

    public override string GetFieldName(int record, int field) => throw new ArgumentOutOfRangeException(nameof(field));

    public override int IndexOf(int record, string name) => -1;

    public override DataValue GetValue(int record, int field) => throw new ArgumentOutOfRangeException(nameof(field));

    private ref readonly EventPlaces Places(int change)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)change, (uint)_count, nameof(change));
        return ref _batch[_first + change];
    }

    private TransactionProgress ProgressAfter(TransactionProgress before, int change)
    {
        var open = new OpenTransaction(before);
        for (var i = 0; i <= change; i++)
        {
            open.Add(GetDatabase(i), GetTable(i), _batch.TimeOf(Places(i)));
        }

        return open.ToProgress();
    }
}
