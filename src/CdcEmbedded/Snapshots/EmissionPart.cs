using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Rows of one read that are delivered.</summary>
/// <param name="Chunk">The read.</param>
/// <param name="Rows">The rows that are left of it.</param>
/// <param name="States">Gives the state at each of them.</param>
internal sealed record EmissionPart(SnapshotChunk Chunk, int[] Rows, RowStates States);
