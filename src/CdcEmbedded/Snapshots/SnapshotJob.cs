using System.Collections.Immutable;

namespace CdcEmbedded.Snapshots;

/// <summary>One accepted snapshot and its tables. Immutable.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">How it relates to the stream.</param>
internal sealed record SnapshotJob(string Id, SnapshotKind Kind)
{
    /// <summary>Patterns of the tables; empty for all, unless there are expressions.</summary>
    public ImmutableArray<string> Patterns { get; init; } = [];

    /// <summary>The tables as <see cref="TableExpression"/>s; then there are no patterns.</summary>
    public ImmutableArray<string> Expressions { get; init; } = [];

    /// <summary>The source's own condition; null for all rows.</summary>
    public string? Condition { get; init; }

    /// <summary>Conditions of some of the tables, instead of <see cref="Condition"/>.</summary>
    public ImmutableArray<TableCondition> Conditions { get; init; } = [];

    /// <summary>The column by which rows are read before their key; null for the key alone.</summary>
    public string? SurrogateKey { get; init; }

    /// <summary>Tables that were stopped before they were listed, as <see cref="TableExpression"/>s.</summary>
    public ImmutableArray<string> Stopped { get; init; } = [];

    /// <summary>True if only tables are read that were not captured before: <see cref="SnapshotOptions.ReadsNewTables"/>.</summary>
    public bool IsForNewTables { get; init; }

    public bool IsPaused { get; init; }

    /// <summary>False until the tables that match the patterns are known.</summary>
    public bool IsListed { get; init; }

    public ImmutableArray<TableProgress> Tables { get; init; } = [];

    /// <summary>Why the tables could not be listed; else null.</summary>
    public string? Reason { get; init; }

    /// <summary>True if nothing is left to do, unless somebody resumes what failed.</summary>
    public bool IsOver
    {
        get
        {
            if (!IsListed)
            {
                return Reason is not null;
            }

            foreach (var table in Tables)
            {
                if (table.IsOpen)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>True if it is over without a failure, so that nothing of it needs to be remembered but its id.</summary>
    public bool IsFinished
    {
        get
        {
            foreach (var table in Tables)
            {
                if (table.Status == SnapshotTableStatus.Failed)
                {
                    return false;
                }
            }

            return IsOver && Reason is null;
        }
    }

    /// <summary>The same job if it is not over; else without the tables that have not failed, which nobody needs any more.</summary>
    public SnapshotJob OnlyFailed => IsOver && Tables.Any(static table => table.Status != SnapshotTableStatus.Failed)
        ? this with { Tables = Tables.RemoveAll(static table => table.Status != SnapshotTableStatus.Failed) } : this;

    /// <summary>True if a table that matches the patterns is read.</summary>
    public bool Selects(string table)
        => Expressions.IsEmpty || Expressions.Any(expression => TableExpression.Matches(expression, table));

    /// <summary>True if a table was stopped before it was listed.</summary>
    public bool IsStopped(string table) => Stopped.Any(expression => TableExpression.Matches(expression, table));

    /// <summary>The condition of one table alone; null for that of the snapshot.</summary>
    public string? ConditionOf(string table)
        => Conditions.FirstOrDefault(each => TableExpression.Matches(each.Tables, table))?.Condition;

    public SnapshotJob With(int table, TableProgress progress) => this with { Tables = Tables.SetItem(table, progress) };
}
