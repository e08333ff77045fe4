using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>One change of one row or document. Immutable; may be kept and read from any thread.</summary>
/// <remarks>Nothing is decoded until it is read. A kept event keeps the received bytes of its log event in memory:
/// <see cref="DataRecord.Detach"/> copies a record out of them.</remarks>
public sealed class ChangeEvent : StreamItem
{
    private readonly ChangeSet _set;
    private readonly int _change;

    internal ChangeEvent(ChangeSet set, int change)
    {
        _set = set;
        _change = change;
    }

    /// <summary>What happened.</summary>
    public ChangeOperation Operation => _set.GetOperation(_change);

    /// <summary>The database.</summary>
    public string Database => _set.GetDatabase(_change);

    /// <summary>The table or collection.</summary>
    public string Table => _set.GetTable(_change);

    /// <summary>The key: the primary key's columns, or the document's key; no record if there is none or it is unknown.</summary>
    public DataRecord Key => _set.GetKey(_change);

    /// <summary>The state before the change; no record for a create. Columns that the log omits are absent.</summary>
    public DataRecord Before => _set.GetBefore(_change);

    /// <summary>The state after the change; no record for a delete. Columns that neither image has are absent.</summary>
    public DataRecord After => _set.GetAfter(_change);

    /// <summary>For a primary-key change that is delivered as delete and create: the key of the other half. Otherwise no record.</summary>
    public DataRecord RelatedKey => _set.GetRelatedKey(_change);

    /// <summary>The columns, or top-level fields, that an update changed: those whose values differ before and after it, and those that the
    /// log has after it only. Empty for other operations; null if the log has neither the state before nor a description of the change.
    /// A new list at each call.</summary>
    public IReadOnlyList<string>? ChangedColumns => _set.GetChangedColumns(_change);

    /// <summary>The table's schema at this position; null for sources without one.</summary>
    public TableSchema? Schema => _set.GetSchema(_change);

    /// <summary>When the source committed the change (if its log says so) or executed it, in UTC.</summary>
    public DateTimeOffset Timestamp => _set.GetTimestamp(_change);

    /// <summary>Where the change comes from. Built at each call.</summary>
    public SourceInfo Source => _set.GetSource(_change);

    /// <summary>The transaction; null if the source gives none.</summary>
    public TransactionInfo? Transaction => _set.Transaction;

    /// <summary>True if the change was delivered before it was known that its transaction commits, because the source's options
    /// ask for that.</summary>
    /// <remarks>If the transaction is rolled back, the stream ends with a <see cref="SourceInconsistentException"/>, unless the source's
    /// options say otherwise.</remarks>
    public bool IsProvisional => _set.IsProvisional;

    /// <summary>The number of the change among the delivered changes of the transaction, from 1.</summary>
    public long TotalOrder => _set.GetTotalOrder(_change);

    /// <summary>The number of the change among the delivered changes of the same table in the transaction, from 1.</summary>
    public long DataCollectionOrder => _set.GetTableOrder(_change);

    /// <summary>A text that identifies this change, the same each time the log is read: use it to recognize a repeated change.</summary>
    public string EventId => _set.GetEventId(_change);

    internal override StreamPlace Place => _set.PlaceAfter(_change);

    internal override IOffsetOrigin? Stream => _set.Stream;

    internal override long Sequence => _set.Sequence + _change;

    internal override TransactionInfo? EnclosingTransaction => _set.Transaction;

    internal ChangeSet Set => _set;

    internal int Change => _change;

    private protected override ref ItemState State => throw new NotSupportedException("A change keeps nothing itself: its set does.");

    internal override void Stamp(IOffsetOrigin stream, long sequence)
        => throw new NotSupportedException("A change is stamped through its set.");

    internal override void SetTransaction(TransactionInfo? transaction)
        => throw new ArgumentException("A single change cannot be added to a batch: add its set.", nameof(transaction));

    /// <summary>Returns operation, table and key, for logs; no other content.</summary>
    public override string ToString() => $"{Operation} {Database}.{Table} {Key}";
}
