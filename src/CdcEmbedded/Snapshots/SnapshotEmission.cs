using System.Collections.Immutable;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The rows of a closed window, to be delivered at the stream's place, in the order of <see cref="Parts"/>.</summary>
/// <param name="JobId">The snapshot.</param>
/// <param name="Table">The table.</param>
/// <param name="Parts">The reads whose rows are left.</param>
/// <param name="Last">The state after the last row.</param>
/// <param name="After">The same, after the item that says that the table is complete.</param>
internal sealed record SnapshotEmission(string JobId, SnapshotTable Table, ImmutableArray<EmissionPart> Parts, SnapshotState Last,
    SnapshotState After)
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
        var next = Advance(window, between with { Rows = between.Rows + rows.Length });

        // The table is complete after its last item, not before it: a stop between them must not lose the item.
        var last = state.With(job, table, next);
        var after = IsComplete(window, next, rules) ? state.With(job, table, next.AsCompleted) : last;
        var parts = ImmutableArray.CreateBuilder<EmissionPart>(2);
        if (window.AgainRows is { } first && again.Length > 0)
        {
            parts.Add(new EmissionPart(first.Chunk, again,
                new RowStates(state, job, table, null, rows.Length == 0 ? last : null, rules)));
        }

        if (window.Rows is { } second && rows.Length > 0)
        {
            parts.Add(new EmissionPart(second.Chunk, rows,
                new RowStates(state.With(job, table, between), job, table, second.Chunk, last, rules)));
        }

        return new SnapshotEmission(state.Jobs[job].Id, window.Table, parts.ToImmutable(), last, after);
    }

    private static TableProgress Advance(ChunkWindow window, TableProgress progress) => window.Rows is { Chunk: { Count: > 0 } chunk }
        ? progress with { After = chunk.GetPlace(chunk.Count - 1) } : progress;

    private static bool IsComplete(ChunkWindow window, TableProgress progress, WindowRules rules)
        => (progress.Again.IsEmpty || !rules.WaitsForAgain) && (window.Rows?.Chunk.IsLast ?? progress.IsKeysOnly);

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
