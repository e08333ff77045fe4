using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>A view of another set: everything is that set's unless it is overridden. Filters and transforms derive from it.</summary>
/// <remarks>
/// <para>A view that drops changes overrides <see cref="Count"/> and <see cref="InnerOf"/>, nothing else: a position after its last
/// change is the one after the inner set's last change, since nothing is left of that. Dropped changes count neither in orders nor
/// in transaction counts.</para>
/// <para>A view that changes records overrides <see cref="GetBefore"/>, <see cref="GetAfter"/> and <see cref="GetKey"/> and returns records
/// of a <see cref="RecordSet"/> of its own.</para>
/// </remarks>
public abstract class DelegatingChangeSet : ChangeSet
{
    /// <summary>Creates the view.</summary>
    /// <param name="inner">The set that it looks at.</param>
    protected DelegatingChangeSet(ChangeSet inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
    }

    /// <summary>The set that it looks at.</summary>
    protected ChangeSet Inner { get; }

    /// <inheritdoc/>
    public override int Count => Inner.Count;

    /// <inheritdoc/>
    public override long ByteSize => Inner.ByteSize;

    /// <inheritdoc/>
    public override TransactionInfo? Transaction => Inner.Transaction;

    /// <inheritdoc/>
    public override bool HasOneTable => Inner.HasOneTable;

    /// <inheritdoc/>
    public override bool IsProvisional => Inner.IsProvisional;

    /// <inheritdoc/>
    public override string GetDatabase(int change) => Inner.GetDatabase(InnerOf(change));

    /// <inheritdoc/>
    public override string GetTable(int change) => Inner.GetTable(InnerOf(change));

    /// <inheritdoc/>
    public override TableSchema? GetSchema(int change) => Inner.GetSchema(InnerOf(change));

    /// <inheritdoc/>
    public override DateTimeOffset GetTimestamp(int change) => Inner.GetTimestamp(InnerOf(change));

    /// <inheritdoc/>
    public override ChangeOperation GetOperation(int change) => Inner.GetOperation(InnerOf(change));

    /// <inheritdoc/>
    public override DataRecord GetBefore(int change) => Inner.GetBefore(InnerOf(change));

    /// <inheritdoc/>
    public override DataRecord GetAfter(int change) => Inner.GetAfter(InnerOf(change));

    /// <inheritdoc/>
    public override DataRecord GetKey(int change) => Inner.GetKey(InnerOf(change));

    /// <inheritdoc/>
    public override DataRecord GetRelatedKey(int change) => Inner.GetRelatedKey(InnerOf(change));

    /// <inheritdoc/>
    public override IReadOnlyList<string>? GetChangedColumns(int change) => Inner.GetChangedColumns(InnerOf(change));

    /// <inheritdoc/>
    public override SourceInfo GetSource(int change) => Inner.GetSource(InnerOf(change));

    /// <inheritdoc/>
    public override string GetEventId(int change) => Inner.GetEventId(InnerOf(change));

    /// <inheritdoc/>
    public override SourcePosition GetPosition(int change) => Inner.GetPosition(change == Count - 1 ? Inner.Count - 1 : InnerOf(change));

    internal override ISnapshotState? SnapshotAfter(int change)
        => Inner.SnapshotAfter(change == Count - 1 ? Inner.Count - 1 : InnerOf(change));

    /// <summary>Which change of the inner set a change of this one is; growing with it.</summary>
    /// <param name="change">Counted from 0, below <see cref="Count"/>.</param>
    protected virtual int InnerOf(int change) => change;
}
