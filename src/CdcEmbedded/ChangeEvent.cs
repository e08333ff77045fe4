using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>One change of one row or document. Immutable; may be kept and read from any thread.</summary>
/// <remarks>Nothing is decoded until it is read. A kept event keeps its log event's chunk of received bytes alive: <see cref="DataRecord.Detach"/>
/// copies a record out.</remarks>
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

    /// <summary>The key: the primary key's columns, or the document's key; no record where there is none or it is not known.</summary>
    public DataRecord Key => _set.GetKey(_change);

    /// <summary>The state before; no record for a create. Columns that the log does not carry are absent.</summary>
    public DataRecord Before => _set.GetBefore(_change);

    /// <summary>The state after; no record for a delete. Columns that neither image carries are absent.</summary>
    public DataRecord After => _set.GetAfter(_change);

    /// <summary>For a primary-key change told as delete and create: the key of the other half. Else no record.</summary>
    public DataRecord RelatedKey => _set.GetRelatedKey(_change);

    /// <summary>The table's schema at this position; null for sources without one.</summary>
    public TableSchema? Schema => _set.GetSchema(_change);

    /// <summary>When the source committed (where its log tells that) or executed the change, in UTC.</summary>
    public DateTimeOffset Timestamp => _set.GetTimestamp(_change);

    /// <summary>Where it comes from. Built anew at each call.</summary>
    public SourceInfo Source => _set.GetSource(_change);

    /// <summary>The transaction; null where the source tells none.</summary>
    public TransactionInfo? Transaction => _set.Transaction;

    /// <summary>Whether it was delivered before it was known whether its transaction commits: because the source's options ask for that, or because the
    /// transaction is larger than they let the source hold.</summary>
    /// <remarks>Should the transaction be rolled back after all, the stream ends with a <see cref="SourceInconsistentException"/> where the source's
    /// options do not say otherwise.</remarks>
    public bool IsProvisional => _set.IsProvisional;

    /// <summary>The place among the delivered changes of the transaction, counted from 1.</summary>
    public long TotalOrder => _set.GetTotalOrder(_change);

    /// <summary>The place among the delivered changes of the same table in the transaction, counted from 1.</summary>
    public long DataCollectionOrder => _set.GetTableOrder(_change);

    /// <summary>A text that names this change, the same at each reading of the log: use it to recognise a repeated event.</summary>
    public string EventId => _set.GetEventId(_change);

    internal override StreamPlace Place => _set.PlaceAfter(_change);

    internal override IOffsetOrigin? Stream => _set.Stream;

    internal override long Sequence => _set.Sequence + _change;

    internal override TransactionInfo? EnclosingTransaction => _set.Transaction;

    internal ChangeSet Set => _set;

    internal int Change => _change;

    private protected override ref ItemState State => throw new NotSupportedException("A change keeps nothing itself: its set does.");

    internal override void Stamp(IOffsetOrigin stream, long sequence) => throw new NotSupportedException("A change is stamped through its set.");

    internal override void SetTransaction(TransactionInfo? transaction)
        => throw new ArgumentException("A single change cannot be added to a batch: add its set.", nameof(transaction));

    /// <summary>Operation, table and key, for logs; no other contents.</summary>
    public override string ToString() => $"{Operation} {Database}.{Table} {Key}";
}
