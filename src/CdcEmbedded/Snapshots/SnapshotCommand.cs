using System.Collections.Immutable;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Something that the application or a signal asked for.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Id">The snapshot; null for all.</param>
internal sealed record SnapshotCommand(SnapshotCommandKind Kind, string? Id)
{
    /// <summary>Its number: the state knows the last one that was carried out.</summary>
    public long Number { get; init; }

    /// <summary>True if it asks for rows.</summary>
    public bool IsRequest => Kind is SnapshotCommandKind.Request or SnapshotCommandKind.Repair;

    /// <summary>Of a request: how the tables are read.</summary>
    public SnapshotKind Reads { get; init; }

    /// <summary>The tables; empty for all, unless there are expressions.</summary>
    public ImmutableArray<string> Patterns { get; init; } = [];

    /// <summary>The tables as <see cref="TableExpression"/>s.</summary>
    public ImmutableArray<string> Expressions { get; init; } = [];

    /// <summary>Of a request: the source's own condition.</summary>
    public string? Condition { get; init; }

    /// <summary>Of a request: the column by which rows are read before their key; null for the key alone.</summary>
    public string? SurrogateKey { get; init; }

    /// <summary>Of a repair: the keys of the rows to read, all of the one table in <see cref="Patterns"/>.</summary>
    public ImmutableArray<SnapshotKey> Keys { get; init; } = [];

    /// <summary>Of a repair: what the keys consist of.</summary>
    public string KeyShape { get; init; } = "";

    /// <summary>Of a request: conditions of some of the tables.</summary>
    public ImmutableArray<TableCondition> Conditions { get; init; } = [];

    /// <summary>Carries it out.</summary>
    public SnapshotState ApplyTo(SnapshotState state)
    {
        var changed = Kind switch
        {
            SnapshotCommandKind.Request => state.Accept(new SnapshotJob(Id ?? "", Reads)
            {
                Patterns = Patterns,
                Expressions = Expressions,
                Condition = Condition,
                Conditions = Conditions,
                SurrogateKey = SurrogateKey,
            }),
            SnapshotCommandKind.Repair => state.Accept(Repair()),
            SnapshotCommandKind.Pause => state.Pause(Id),
            SnapshotCommandKind.Resume => state.Resume(Id),
            _ => state.Stop(Id, [.. Patterns.Select(TableExpression.Literal), .. Expressions]),
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
