using System.Collections.Immutable;

namespace CdcEmbedded.Snapshots;

/// <summary>Something that the application asked for.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Id">The snapshot; null for all.</param>
internal sealed record SnapshotCommand(SnapshotCommandKind Kind, string? Id)
{
    /// <summary>Its number: the state knows the last one that was carried out.</summary>
    public long Number { get; init; }

    /// <summary>The tables; empty for all.</summary>
    public ImmutableArray<string> Patterns { get; init; } = [];

    /// <summary>Of a request: the source's own condition.</summary>
    public string? Condition { get; init; }

    /// <summary>Carries it out.</summary>
    public SnapshotState ApplyTo(SnapshotState state)
    {
        var changed = Kind switch
        {
            SnapshotCommandKind.Request => state.Accept(new SnapshotJob(Id ?? "", SnapshotKind.Incremental)
            {
                Patterns = Patterns,
                Condition = Condition,
            }),
            SnapshotCommandKind.Pause => state.Pause(Id),
            SnapshotCommandKind.Resume => state.Resume(Id),
            _ => state.Stop(Id, table => Patterns.IsEmpty || Patterns.Contains(table.FullName)),
        };
        return changed with { Commands = Math.Max(Number, changed.Commands) };
    }
}
