namespace CdcEmbedded.Sources;

/// <summary>Consecutive changes of a source's log, undecoded: <see cref="ChangeEvent"/>s point into it. Adapters derive from it.</summary>
/// <remarks>A set is what a source reads at once: the rows of one event, or a batch of documents of many collections. Immutable once
/// handed out, and safe to read from any thread. Changes are counted from 0. A set goes into one
/// <see cref="FeedBatch"/> once: reading the log again makes new sets.</remarks>
public abstract class ChangeSet : RecordSet
{
    /// <summary>The stream that delivers it; with <see cref="Sequence"/> how an acknowledged event finds its place again.</summary>
    internal object? Stream { get; private set; }

    /// <summary>The place of the first change in that stream.</summary>
    internal long Sequence { get; private set; }

    internal void Stamp(object stream, long sequence)
    {
        Stream = stream;
        Sequence = sequence;
    }

    /// <summary>The number of changes; at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>The bytes that keeping this set keeps alive, for the bound on buffered memory.</summary>
    public abstract long ByteSize { get; }

    /// <summary>The database of a change.</summary>
    public abstract string GetDatabase(int change);

    /// <summary>The table or collection of a change.</summary>
    public abstract string GetTable(int change);

    /// <summary>When the source committed or executed a change, as exactly as its log tells, in UTC.</summary>
    public abstract DateTimeOffset GetTimestamp(int change);

    /// <summary>The transaction of a change; null where the source tells none.</summary>
    public abstract TransactionInfo? GetTransaction(int change);

    /// <summary>See <see cref="ChangeEvent.IsProvisional"/>.</summary>
    public virtual bool IsProvisional => false;

    /// <summary>What a change did.</summary>
    public abstract ChangeOperation GetOperation(int change);

    /// <summary>The state before a change, or no record.</summary>
    public abstract DataRecord GetBefore(int change);

    /// <summary>The state after a change, or no record.</summary>
    public abstract DataRecord GetAfter(int change);

    /// <summary>The key of a change, or no record.</summary>
    public abstract DataRecord GetKey(int change);

    /// <summary>Where a change's other half has its key, for a primary-key change that is told as delete and create; else no record.</summary>
    public virtual DataRecord GetRelatedKey(int change) => default;

    /// <summary>The place of a change among the delivered changes of its transaction, counted from 1.</summary>
    public abstract long GetTotalOrder(int change);

    /// <summary>The place of a change among the delivered changes of its table in its transaction, counted from 1.</summary>
    public abstract long GetDataCollectionOrder(int change);

    /// <summary>Where a change comes from.</summary>
    public abstract SourceInfo GetSource(int change);

    /// <summary>A text that names a change for ever and the same at each reading of the log.</summary>
    public abstract string GetEventId(int change);

    /// <summary>Where reading goes on after a change.</summary>
    public abstract SourcePosition GetPosition(int change);
}
