using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>Changes seen through the rules.</summary>
internal sealed class TransformedSet : DelegatingChangeSet
{
    private readonly TablePlan _plan;
    private readonly TablePlan[]? _plans;
    private readonly int[]? _kept;
    private Mapped? _last;

    /// <param name="inner">The changes.</param>
    /// <param name="plan">What to do with all of them.</param>
    /// <param name="plans">What to do with each of them; null if it is the same for all.</param>
    /// <param name="kept">The changes that are kept; null for all.</param>
    public TransformedSet(ChangeSet inner, TablePlan plan, TablePlan[]? plans, int[]? kept)
        : base(inner)
    {
        _plan = plan;
        _plans = plans;
        _kept = kept;
    }

    public override int Count => _kept?.Length ?? base.Count;

    public override string GetDatabase(int change)
        => PlanOf(change) is { IsIdentity: false } plan ? plan.Database : base.GetDatabase(change);

    public override string GetTable(int change)
        => PlanOf(change) is { IsIdentity: false } plan ? plan.Table : base.GetTable(change);

    public override TableSchema? GetSchema(int change) => PlanOf(change).Schema ?? base.GetSchema(change);

    public override DataRecord GetBefore(int change) => Map(change, base.GetBefore(change));

    public override DataRecord GetAfter(int change) => Map(change, base.GetAfter(change));

    public override DataRecord GetKey(int change) => Map(change, base.GetKey(change));

    public override DataRecord GetRelatedKey(int change) => Map(change, base.GetRelatedKey(change));

    public override IReadOnlyList<string>? GetChangedColumns(int change) => PlanOf(change).MapNames(base.GetChangedColumns(change));

    public override SourceInfo GetSource(int change)
        => PlanOf(change).HidesValues ? base.GetSource(change).WithoutValues() : base.GetSource(change);

    // Where the tables' plans differ, so may what the sources of two changes show.
    public override int? GetSourceRow(int change) => _plans is null ? Inner.GetSourceRow(InnerOf(change)) : null;

    // The source's own text may hold the key.
    public override string GetEventId(int change)
    {
        var plan = PlanOf(change);
        var id = base.GetEventId(change);
        return plan is { HidesKey: true, Salt: { } salt } ? salt.Apply(id) : id;
    }

    protected override int InnerOf(int change)
    {
        if (_kept is not { } kept)
        {
            return change;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)change, (uint)kept.Length, nameof(change));
        return kept[change];
    }

    private TablePlan PlanOf(int change) => _plans is { } plans ? plans[InnerOf(change)] : _plan;

    private DataRecord Map(int change, DataRecord record)
    {
        var plan = PlanOf(change);
        if (record.Records is not { } set || plan.IsIdentity)
        {
            return record;
        }

        // Most records of a set are of one record set: its view is made once.
        var last = Volatile.Read(ref _last);
        if (last is null || !ReferenceEquals(last.Inner, set) || !ReferenceEquals(last.Plan, plan))
        {
            last = new Mapped(plan, set, plan.Map(set, record.Number));
            Volatile.Write(ref _last, last);
        }

        return new DataRecord(last.View, record.Number);
    }

    private sealed record Mapped(TablePlan Plan, RecordSet Inner, RecordSet View);
}
