using System.Threading.Channels;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>A range of a table, which one reader reads.</summary>
/// <param name="Number">Its number in the order of the table, from 0.</param>
/// <param name="After">Its rows are after this place; null for the first range.</param>
/// <param name="UpTo">The place of its last row; null for the last range.</param>
internal sealed record TableRange(int Number, SnapshotKey? After, SnapshotKey? UpTo)
{
    /// <summary>The rows that were read and not yet delivered.</summary>
    public Channel<SnapshotChunk> Rows { get; } = Channel.CreateUnbounded<SnapshotChunk>();
}
