using System.Collections.Immutable;
using CdcEmbedded.Sources;

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

    /// <summary>Of a repair: the keys of the rows to read, all of the one table in <see cref="Patterns"/>.</summary>
    public ImmutableArray<SnapshotKey> Keys { get; init; } = [];

    /// <summary>Of a repair: what the keys consist of.</summary>
    public string KeyShape { get; init; } = "";

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
            SnapshotCommandKind.Repair => state.Accept(Repair()),
            SnapshotCommandKind.Pause => state.Pause(Id),
            SnapshotCommandKind.Resume => state.Resume(Id),
            _ => state.Stop(Id, table => Patterns.IsEmpty || Patterns.Contains(table.FullName)),
        };
        return changed with { Commands = Math.Max(Number, changed.Commands) };
    }

    private SnapshotJob Repair()
    {
        var (database, table) = TableName.Split(Patterns[0]);
        return new SnapshotJob(Id ?? "", SnapshotKind.Incremental)
        {
            IsListed = true,
            Tables = [new TableProgress(database, table)
            {
                Status = SnapshotTableStatus.Reading,
                Again = Keys,
                KeyShape = KeyShape,
                IsKeysOnly = true,
            }],
        };
    }
}
