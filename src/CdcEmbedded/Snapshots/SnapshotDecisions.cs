namespace CdcEmbedded.Snapshots;

/// <summary>Which tables are read, and how: what the application's policy decides, as snapshots with ids.</summary>
/// <param name="options">The application's options.</param>
/// <param name="time">The engine's clock.</param>
internal sealed class SnapshotDecisions(SnapshotOptions options, TimeProvider time)
{
    /// <summary>The id of the snapshot at the first start.</summary>
    public const string InitialId = "initial";

    private readonly ISnapshotPolicy _policy = options.Policy ?? new ModePolicy(options);

    /// <summary>True if the stream is for nothing but the tables.</summary>
    public bool EndsStream { get; private set; }

    /// <summary>Decides at a start.</summary>
    /// <param name="state">The state of the stored offset.</param>
    /// <param name="offset">The stored offset; null if there is none.</param>
    /// <param name="unfinished">The snapshots of the state.</param>
    /// <returns>The state with what is read beside the stream, and what is read in a consistent view before it; null for none.</returns>
    public (SnapshotState State, SnapshotJob? View) Start(SnapshotState state, CdcOffset? offset, IReadOnlyList<SnapshotStatus> unfinished)
    {
        var decision = Decide(new SnapshotFacts { Offset = offset, Unfinished = unfinished });
        if (decision.Mode == SnapshotMode.Incremental)
        {
            state = state.Accept(JobOf(decision, offset is null ? InitialId : NewId("always"), SnapshotKind.Incremental));
        }

        if (LooksForNewTables(decision, isFirst: offset is null))
        {
            state = state.AcceptNewTables(new SnapshotJob(NewId("new-tables"), SnapshotKind.Incremental)
            {
                Patterns = [.. options.Tables],
                IsForNewTables = true,
            });
        }

        return (state, ViewOf(decision, offset is null ? InitialId : NewId("initial")));
    }

    /// <summary>Asks the policy.</summary>
    /// <exception cref="InvalidOperationException">It has decided what cannot be decided.</exception>
    public SnapshotDecision Decide(SnapshotFacts facts)
    {
        var decision = _policy.Decide(facts) ?? SnapshotDecision.None;
        EndsStream = decision.Mode == SnapshotMode.InitialOnly || options.Mode == SnapshotMode.InitialOnly;
        return decision.Mode is SnapshotMode.Never or SnapshotMode.Initial or SnapshotMode.InitialOnly or SnapshotMode.Incremental
            ? decision
            : throw new InvalidOperationException($"The snapshot policy has decided {decision.Mode}; allowed is Never, Initial, "
                + "InitialOnly or Incremental.");
    }

    /// <summary>The tables that are read in a consistent view; null if the decision asks for none.</summary>
    public static SnapshotJob? ViewOf(SnapshotDecision decision, string id)
        => decision.Mode is SnapshotMode.Initial or SnapshotMode.InitialOnly ? JobOf(decision, id, SnapshotKind.Initial) : null;

    /// <summary>Makes the id of a snapshot that nobody has named.</summary>
    public string NewId(string word) => $"{word}-{time.GetUtcNow():yyyyMMddHHmmssfff}";

    /// <summary>False also where all tables are read in any case: a view records them, and what reads them at every start has the new
    /// ones.</summary>
    private bool LooksForNewTables(SnapshotDecision decision, bool isFirst) => options.ReadsNewTables
        && (options.Policy is not null || decision.Mode == SnapshotMode.Never || (decision.Mode == SnapshotMode.Incremental && isFirst));

    private static SnapshotJob JobOf(SnapshotDecision decision, string id, SnapshotKind kind)
        => new(id, kind) { Patterns = [.. decision.Tables] };
}
