using System.Runtime.CompilerServices;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>The rules of an engine, applied to what its source reads. Used by the reading flow only; what it makes may be read
/// from any thread.</summary>
internal sealed class TransformSet
{
    // Collections may be created without end: beyond this many the plans are made again.
    private const int MaxPlans = 10_000;

    private readonly TransformRules _rules;
    private readonly ConditionalWeakTable<TableSchema, TablePlan> _bySchema = [];
    private readonly Dictionary<(string Database, string Table), TablePlan> _byName = [];
    private TableSchema? _lastSchema;
    private TablePlan? _lastPlan;

    private TransformSet(TransformRules rules, IReadOnlyList<Transform> all)
    {
        _rules = rules;
        All = all;
    }

    /// <summary>All rules, as they were given.</summary>
    public IReadOnlyList<Transform> All { get; }

    /// <summary>Returns the rules of an engine's options; null if there are none.</summary>
    /// <exception cref="ArgumentException">The rules contradict each other.</exception>
    public static TransformSet? Create(IReadOnlyList<Transform> transforms)
        => transforms.Count == 0 ? null : new TransformSet(new TransformRules(transforms), transforms);

    /// <summary>True if there are rules that a source's list of tables can show to be misspelled.</summary>
    public static bool WantTables(IReadOnlyList<Transform> transforms)
        => transforms.Any(static transform => UnmatchedRules.IsChecked(transform));

    /// <summary>Applies the rules to a batch.</summary>
    public FeedBatch Apply(FeedBatch batch) => batch.Select(ViewOf, Keeps);

    /// <summary>Applies the rules to a set; null if they drop all of it.</summary>
    public ChangeSet? ViewOf(ChangeSet set) => set.HasOneTable ? ViewOfTable(set) : ViewOfTables(set);

    private bool Keeps(StreamItem item) => item is not SchemaChange { Table.Length: > 0 } change
        || _rules.KeepsTable(change.Database, change.Table, change.Schema is not null);

    private ChangeSet? ViewOfTable(ChangeSet set)
    {
        var plan = PlanOf(set, 0);
        if (plan.IsDropped)
        {
            return null;
        }

        var kept = plan.HasConditions ? Kept(set, _ => plan) : null;
        return kept is { Length: 0 } ? null : plan.IsIdentity && kept is null ? set : new TransformedSet(set, plan, null, kept);
    }

    private ChangeSet? ViewOfTables(ChangeSet set)
    {
        var plans = new TablePlan[set.Count];
        var changes = false;
        for (var i = 0; i < plans.Length; i++)
        {
            plans[i] = PlanOf(set, i);
            changes |= plans[i].IsDropped || plans[i].HasConditions || !plans[i].IsIdentity;
        }

        if (!changes)
        {
            return set;
        }

        var kept = Kept(set, i => plans[i]);
        return kept is { Length: 0 } ? null : new TransformedSet(set, plans[0], plans, kept);
    }

    /// <returns>The changes that are kept; null for all.</returns>
    private static int[]? Kept(ChangeSet set, Func<int, TablePlan> planOf)
    {
        List<int>? kept = null;
        for (var i = 0; i < set.Count; i++)
        {
            if (planOf(i).Keeps(set, i))
            {
                kept?.Add(i);
            }
            else
            {
                kept ??= [.. Enumerable.Range(0, i)];
            }
        }

        return kept?.ToArray();
    }

    private TablePlan PlanOf(ChangeSet set, int change)
    {
        if (set.GetSchema(change) is not { } schema)
        {
            return PlanOf(set.GetDatabase(change), set.GetTable(change));
        }

        if (!ReferenceEquals(schema, _lastSchema) || _lastPlan is not { } plan)
        {
            plan = _bySchema.GetValue(schema, s => new TablePlan(_rules, s.Database, s.Name, s));
            _lastSchema = schema;
            _lastPlan = plan;
        }

        return plan;
    }

    private TablePlan PlanOf(string database, string table)
    {
        if (!_byName.TryGetValue((database, table), out var plan))
        {
            if (_byName.Count >= MaxPlans)
            {
                _byName.Clear();
            }

            plan = new TablePlan(_rules, database, table, null);
            _byName.Add((database, table), plan);
        }

        return plan;
    }
}
