using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>Consecutive changes of a source's log, undecoded: <see cref="ChangeEvent"/>s point into it. Adapters derive from it; filters
/// and transforms derive from <see cref="DelegatingChangeSet"/>.</summary>
/// <remarks>A set is what a source reads at once: the rows of one event, or a batch of documents of many collections. All of its changes
/// belong to one transaction, or to none. Immutable once handed out, and safe to read from any thread. Changes are counted from 0. A set
/// goes into one <see cref="FeedBatch"/> once: reading the log again makes new sets. The records that it hands out belong to a
/// <see cref="RecordSet"/>, which is another object.</remarks>
public abstract class ChangeSet
{
    private TransactionRuns? _runs;
    private PlaceState _state = PlaceState.None;
    private long _before;
    private int _run;

    /// <summary>The stream that delivers it; with <see cref="Sequence"/> how an acknowledged event finds its place again.</summary>
    internal IOffsetOrigin? Stream { get; private set; }

    /// <summary>The place of the first change in that stream.</summary>
    internal long Sequence { get; private set; }

    /// <summary>The end of the transaction, where the last change is the last one of it and no item reports the end; else null.</summary>
    internal SourcePosition? End { get; set; }

    /// <summary>The number of changes; at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>The bytes that keeping this set keeps alive, for the bound on buffered memory.</summary>
    public abstract long ByteSize { get; }

    /// <summary>The transaction of all of its changes; null where the source has none.</summary>
    public abstract TransactionInfo? Transaction { get; }

    /// <summary>True if all changes are known to be of the same table, so that one look-up of its name serves for all.</summary>
    /// <value>The default is false.</value>
    public virtual bool HasOneTable => false;

    /// <summary>See <see cref="ChangeEvent.IsProvisional"/>.</summary>
    /// <value>The default is false.</value>
    public virtual bool IsProvisional => false;

    /// <summary>The database of a change.</summary>
    public abstract string GetDatabase(int change);

    /// <summary>The table or collection of a change.</summary>
    public abstract string GetTable(int change);

    /// <summary>The schema of a change's table; null for sources without one.</summary>
    public abstract TableSchema? GetSchema(int change);

    /// <summary>When the source committed or executed a change, as exactly as its log says, in UTC.</summary>
    public abstract DateTimeOffset GetTimestamp(int change);

    /// <summary>What a change did.</summary>
    public abstract ChangeOperation GetOperation(int change);

    /// <summary>The state before a change, or no record.</summary>
    public abstract DataRecord GetBefore(int change);

    /// <summary>The state after a change, or no record.</summary>
    public abstract DataRecord GetAfter(int change);

    /// <summary>The key of a change, or no record.</summary>
    public abstract DataRecord GetKey(int change);

    /// <summary>The key of a change's other half, for a primary-key change that is reported as delete and create; else no record.</summary>
    public virtual DataRecord GetRelatedKey(int change) => default;

    /// <summary>See <see cref="ChangeEvent.ChangedColumns"/>. Sources whose log names the columns override it.</summary>
    /// <value>The default compares the states before and after an update.</value>
    public virtual IReadOnlyList<string>? GetChangedColumns(int change)
        => GetOperation(change) != ChangeOperation.Update ? [] : ChangedFields.Of(GetBefore(change), GetAfter(change));

    /// <summary>Where a change comes from.</summary>
    public abstract SourceInfo GetSource(int change);

    /// <summary>The row of a change, if it is all in which <see cref="GetSource"/> differs between the changes of the set, and is in the
    /// JSON of the source as the member <c>row</c>: writers then make that JSON once for the set. Sources override it.</summary>
    /// <value>The default is null: the source of each change is made for itself.</value>
    public virtual int? GetSourceRow(int change) => null;

    /// <summary>A text that names a change for ever and is the same at each reading of the log.</summary>
    public abstract string GetEventId(int change);

    /// <summary>The position to resume from after a change.</summary>
    public abstract SourcePosition GetPosition(int change);

    /// <summary>A change as the application sees it. Each call makes a new object.</summary>
    /// <param name="change">Which one, counted from 0.</param>
    public ChangeEvent ToEvent(int change)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)change, (uint)Count, nameof(change));
        return new ChangeEvent(this, change);
    }

    /// <summary>Sets the order of the first change in its transaction, for sets that no engine delivers, as those of test doubles. An
    /// engine counts itself.</summary>
    /// <param name="order">From 1.</param>
    protected void StartAt(long order) => _before = order - 1;

    internal void Stamp(IOffsetOrigin stream, long sequence)
    {
        Stream = stream;
        Sequence = sequence;
    }

    /// <summary>Gives the set its place in its transaction; before it is handed over.</summary>
    /// <param name="before">The delivered changes of the transaction before the set.</param>
    /// <param name="runs">Which tables they concern; null where they, and those of the set, are all of one table.</param>
    /// <param name="run">The run of the first change in it.</param>
    /// <param name="state">The other transactions that are open at the same time, and the state of snapshots.</param>
    internal void Place(long before, TransactionRuns? runs, int run, PlaceState state)
    {
        _before = before;
        _runs = runs;
        _run = run;
        _state = state;
    }

    /// <summary>The state of snapshots after a change, if the change moves it: a row that a snapshot read.</summary>
    internal virtual ISnapshotState? SnapshotAfter(int change) => null;

    private int MostRuns => HasOneTable ? 1 : Count;

    internal long GetTotalOrder(int change) => Transaction is null ? 1 : _before + change + 1;

    internal long GetTableOrder(int change) => ToTableOrder(GetTotalOrder(change));

    /// <summary>The order of a change among those of its table.</summary>
    /// <param name="total">Its order in the transaction.</param>
    internal long ToTableOrder(long total)
        => _runs is { } runs && Transaction is not null ? runs.GetTableOrder(total, _run, MostRuns) : total;

    /// <summary>The position to resume from after a change: the end of the transaction after its last one.</summary>
    internal SourcePosition PositionAfter(int change) => End is { } end && change == Count - 1 ? end : GetPosition(change);

    /// <summary>The same with the counters of the open transactions.</summary>
    internal StreamPlace PlaceAfter(int change)
    {
        if (End is { } end && change == Count - 1)
        {
            return new StreamPlace(end, _state);
        }

        var position = GetPosition(change);
        if (Transaction is not { } transaction || position.IsTransactionEnd)
        {
            return new StreamPlace(position, SnapshotAfter(change) is { } snapshot ? _state.With(snapshot) : _state);
        }

        var total = GetTotalOrder(change);
        var counters = _runs is { } runs ? runs.GetCounters(transaction.Id, total, _run, MostRuns)
            : new TransactionCounters(transaction.Id, total, [new TableCount(GetDatabase(change), GetTable(change), total)]);
        return new StreamPlace(position, _state.And(counters));
    }
}
