using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Consecutive changes of one batch that belong to one transaction, or to none. Nothing but places is kept of them.</summary>
internal sealed class MongoChangeSet : ChangeSet
{
    private const int FixedSize = 128;

    private readonly EventBatch _batch;
    private readonly int _first;
    private readonly int _count;
    private readonly MongoTransaction? _transaction;
    private readonly IReadOnlyCollection<TransactionProgress> _open;

    /// <param name="batch">The batch.</param>
    /// <param name="first">The first of its events.</param>
    /// <param name="transaction">The transaction; null outside of one.</param>
    /// <param name="open">The transactions that are open, this one among them.</param>
    public MongoChangeSet(EventBatch batch, int first, MongoTransaction? transaction, IReadOnlyCollection<TransactionProgress> open)
    {
        _batch = batch;
        _first = first;
        _count = batch.Count - first;
        _transaction = transaction;
        _open = open;
        ref readonly var last = ref batch[^1];
        ByteSize = FixedSize + (_count * 40L) + last.Event - batch[first].Event + batch.EventAt(last).Bytes.Length;
    }

    public override int Count => _count;

    public override long ByteSize { get; }

    public override TableSchema? GetSchema(int change) => null;

    public override string GetDatabase(int change) => _batch.NamesOf(Places(change)).Database;

    public override string GetTable(int change) => _batch.NamesOf(Places(change)).Collection;

    public override DateTimeOffset GetTimestamp(int change) => _batch.TimestampOf(Places(change));

    public override TransactionInfo? Transaction => _transaction;

    public override ChangeOperation GetOperation(int change) => Places(change).Kind switch
    {
        EventKind.Insert => ChangeOperation.Create,
        EventKind.Delete => ChangeOperation.Delete,
        _ => ChangeOperation.Update,
    };

    public override DataRecord GetBefore(int change) => _batch.RecordAt(Places(change).Before);

    public override DataRecord GetAfter(int change) => _batch.RecordAt(Places(change).After);

    public override DataRecord GetKey(int change) => _batch.RecordAt(Places(change).Key);

    // A replaced document has no description; its states are compared, if the server keeps the one before.
    public override IReadOnlyList<string>? GetChangedColumns(int change)
        => GetSource(change) is MongoSourceInfo { UpdateDescription: { HasValue: true } update } ? update.ChangedFields()
            : base.GetChangedColumns(change);

    public override SourceInfo GetSource(int change)
        => EventSource.Create(_batch, Places(change), GetDatabase(change), GetTable(change));

    public override string GetEventId(int change) => ResumeTokens.TextOf(_batch.DocumentAt(Places(change).Token));

    public override SourcePosition GetPosition(int change)
    {
        ref readonly var places = ref Places(change);
        var point = StreamPoint.After(_batch.DocumentAt(places.Token), places.ClusterTime > 0 ? _batch.TimeOf(places) : null);
        return new MongoPosition(_batch.Stream, point,
            _transaction is null ? _open : [.. _open.Where(open => !ReferenceEquals(open.Transaction, _transaction)),
                new TransactionProgress(_transaction, _batch.TimeOf(places), [])]);
    }

    private ref readonly EventPlaces Places(int change)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)change, (uint)_count, nameof(change));
        return ref _batch[_first + change];
    }
}
