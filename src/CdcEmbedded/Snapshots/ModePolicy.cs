namespace CdcEmbedded.Snapshots;

/// <summary>The rule of each <see cref="SnapshotMode"/>.</summary>
internal sealed class ModePolicy(SnapshotOptions options) : ISnapshotPolicy
{
    public SnapshotDecision Decide(SnapshotFacts facts) => new()
    {
        Tables = options.Tables,
        Mode = options.Mode switch
        {
            _ when facts.IsPositionLost => options.Mode == SnapshotMode.WhenNeeded ? SnapshotMode.Initial : SnapshotMode.Never,
            SnapshotMode.Always => facts.Offset is null ? SnapshotMode.Initial : SnapshotMode.Incremental,
            SnapshotMode.WhenNeeded when facts.Offset is null => SnapshotMode.Initial,
            _ when facts.Offset is not null => SnapshotMode.Never,
            _ => options.Mode,
        },
    };
}
