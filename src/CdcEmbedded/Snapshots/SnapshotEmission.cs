using System.Collections.Immutable;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The rows of a closed window, to be delivered at the stream's place, in the order of <see cref="Parts"/>.</summary>
/// <param name="JobId">The snapshot.</param>
/// <param name="Table">The table.</param>
/// <param name="Parts">The reads whose rows are left.</param>
/// <param name="After">The state after the last row.</param>
internal sealed record SnapshotEmission(string JobId, SnapshotTable Table, ImmutableArray<EmissionPart> Parts, SnapshotState After)
{
    /// <summary>Makes the emission of a closed window: first the rows that were read again, then the chunk.</summary>
    /// <param name="window">The window.</param>
    /// <param name="state">The state before it.</param>
    /// <param name="job">The snapshot.</param>
    /// <param name="table">The table in it.</param>
    /// <param name="rules">The rules.</param>
    public static SnapshotEmission Of(ChunkWindow window, SnapshotState state, int job, int table, WindowRules rules)
    {
        var progress = state.Jobs[job].Tables[table];
        var again = window.AgainRows is { } read ? LeftOf(read) : [];
        var rows = window.Rows is { } fresh ? LeftOf(fresh) : [];

        // Of each row of the chunk, what must be read again is already known: also rows after it, which do no harm there.
        var between = progress with { Again = OwedAfter(window, progress), Rows = progress.Rows + again.Length };
        var after = state.With(job, table, Advance(window, between with { Rows = between.Rows + rows.Length }));
        var parts = ImmutableArray.CreateBuilder<EmissionPart>(2);
        if (window.AgainRows is { } first && again.Length > 0)
        {
            parts.Add(new EmissionPart(first.Chunk, again,
                new RowStates(state, job, table, null, rows.Length == 0 ? after : null, rules)));
        }

        if (window.Rows is { } second && rows.Length > 0)
        {
            parts.Add(new EmissionPart(second.Chunk, rows,
                new RowStates(state.With(job, table, between), job, table, second.Chunk, after, rules)));
        }

        return new SnapshotEmission(state.Jobs[job].Id, window.Table, parts.ToImmutable(), after);
    }

    private static TableProgress Advance(ChunkWindow window, TableProgress progress)
    {
        if (window.Rows is not { Chunk: var chunk })
        {
            return progress.IsKeysOnly && progress.Again.IsEmpty ? progress.AsCompleted : progress;
        }

        progress = progress with { After = chunk.Count > 0 ? chunk.GetPlace(chunk.Count - 1) : progress.After };
        return chunk.IsLast && progress.Again.IsEmpty ? progress.AsCompleted : progress;
    }

    private static ImmutableArray<SnapshotKey> OwedAfter(ChunkWindow window, TableProgress progress)
    {
        var left = progress.Again.RemoveRange(window.AgainKeys);
        foreach (var key in window.Owed)
        {
            left = left.Contains(key) ? left : left.Add(key);
        }

        return left;
    }

    private static int[] LeftOf(WindowRows rows)
    {
        var result = new int[rows.Left];
        for (int i = 0, at = 0; at < result.Length; i++)
        {
            if (rows.IsLeft(i))
            {
                result[at++] = i;
            }
        }

        return result;
    }
}
