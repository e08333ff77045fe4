using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Rows, states and items on their way into the stream, in their order. Used by the reading flow only.</summary>
internal sealed class SnapshotOutput(string engine, int maxBatchSize, SnapshotBoard? board)
{
    private readonly Queue<(ChangeSet? Rows, ISnapshotState? State, SourcePosition? Position, StreamItem? Item)> _entries = new();
    private readonly Queue<(AcknowledgementProbe Probe, SourcePosition Position)> _probes = new();

    public bool IsEmpty => _entries.Count == 0 && _probes.Count == 0;

    /// <summary>Adds rows, in sets that fit into batches.</summary>
    /// <param name="id">The snapshot.</param>
    /// <param name="table">The table.</param>
    /// <param name="part">The rows.</param>
    /// <param name="position">The stream's place.</param>
    /// <param name="markers">The markers of most rows, of the first one and of the last one.</param>
    public void Add(string id, SnapshotTable table, EmissionPart part, SourcePosition position,
        (SnapshotMarker Each, SnapshotMarker? First, SnapshotMarker? Last) markers)
    {
        for (var start = 0; start < part.Rows.Length; start += maxBatchSize)
        {
            var count = Math.Min(maxBatchSize, part.Rows.Length - start);
            var rows = new SnapshotChangeSet(engine, id, table, part, start, count, position)
            {
                Marker = markers.Each,
                FirstMarker = start == 0 ? markers.First : null,
                LastMarker = start + count == part.Rows.Length ? markers.Last : null,
            };
            _entries.Enqueue((rows, null, null, null));
        }
    }

    /// <summary>Adds the state for everything that follows.</summary>
    public void Add(SnapshotState state, SourcePosition position) => _entries.Enqueue((null, state, position, null));

    /// <summary>Adds a probe after everything else.</summary>
    public void Add(AcknowledgementProbe probe, SourcePosition position) => _probes.Enqueue((probe, position));

    /// <summary>Adds an item.</summary>
    public void Add(StreamItem item) => _entries.Enqueue((null, null, null, item));

    /// <summary>Adds the items for what has changed, if the consumer wants any.</summary>
    public void Add(IReadOnlyList<(string Id, TableProgress Table)> changes, SourcePosition position)
    {
        if (board is null)
        {
            return;
        }

        foreach (var (id, table) in changes)
        {
            _entries.Enqueue((null, null, null, new SnapshotProgress(id, board.StatusOf(id, table), position)));
        }
    }

    /// <summary>Takes what fits into one batch.</summary>
    public FeedBatch Take()
    {
        var batch = new FeedBatch();
        while (_entries.TryPeek(out var entry)
            && (entry.Rows is not { } rows || batch.ChangeCount == 0 || batch.ChangeCount + rows.Count <= maxBatchSize))
        {
            _entries.Dequeue();
            if (entry.Rows is { } changes)
            {
                batch.Add(changes);
            }
            else if (entry is { State: { } state, Position: { } position })
            {
                batch.Add(state, position);
            }
            else if (entry.Item is { } item)
            {
                batch.Add(item);
            }
        }

        // More entries may have come since: a probe may ask for more than it must, never for less.
        while (_entries.Count == 0 && _probes.TryDequeue(out var asked))
        {
            batch.Add(asked.Probe, asked.Position);
        }

        return batch;
    }
}
