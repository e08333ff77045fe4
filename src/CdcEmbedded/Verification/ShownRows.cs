using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.Verification;

/// <summary>The rows of the source as the engine's rules show them to the consumer, which has nothing else. One flow at a time.</summary>
internal sealed class ShownRows(SnapshotCoordinator stream, IReadOnlyList<Transform> transforms)
{
    private readonly TransformSet? _rules = TransformSet.Create(transforms);

    /// <summary>Shows the rows of a read.</summary>
    /// <returns>For each row what the consumer gets of it; no record for a row that the rules drop.</returns>
    public DataRecord[] Of(SnapshotTable table, SnapshotChunk chunk)
    {
        var shown = new DataRecord[chunk.Count];
        for (var row = 0; row < shown.Length; row++)
        {
            if (_rules is null)
            {
                shown[row] = chunk.GetRow(row);
                continue;
            }

            // A set for each row: the view of several does not say which of them it has dropped.
            var part = new EmissionPart(chunk, [row], new RowStates(SnapshotState.Empty, 0, 0, null, null, WindowRules.Default));
            shown[row] = _rules.ViewOf(new SnapshotChangeSet(stream.Name, "", table, part, 0, 1, stream.Position))?.GetAfter(0) ?? default;
        }

        return shown;
    }
}
