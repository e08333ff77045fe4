using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The states at the places of consecutive rows, each made when it is asked for: only when an offset is stored.</summary>
/// <param name="Base">The state before the first row, with everything that does not differ from row to row.</param>
/// <param name="Job">The snapshot.</param>
/// <param name="Table">The table.</param>
/// <param name="Chunk">The rows; null if their places do not move the state.</param>
/// <param name="Last">The state after the last row; null if it is like those of the others.</param>
/// <param name="Rules">The rules.</param>
internal sealed record RowStates(SnapshotState Base, int Job, int Table, SnapshotChunk? Chunk, SnapshotState? Last,
    WindowRules Rules)
{
    /// <summary>The state after a row.</summary>
    /// <param name="rows">The rows' places in the chunk.</param>
    /// <param name="index">Which one of them.</param>
    public ISnapshotState After(int[] rows, int index)
    {
        if ((index == rows.Length - 1 || !Rules.StateFollowsRows) && Last is { } last)
        {
            return last;
        }

        var progress = Base.Jobs[Job].Tables[Table];
        return Base.With(Job, Table, progress with
        {
            After = Chunk?.GetPlace(rows[index]) ?? progress.After,
            Rows = progress.Rows + index + 1,
        });
    }
}
