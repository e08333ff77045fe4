using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Reads a collection at one cluster time.</summary>
internal sealed class MongoSnapshotCursor(RangeReader reader, MongoSnapshotTable table, BsonDocument concern) : SnapshotCursor
{
    private const int SnapshotTooOld = 239;
    private const int SnapshotUnavailable = 246;
    private SnapshotKey? _after;
    private bool _isEnded;

    /// <inheritdoc/>
    public override async ValueTask<SnapshotChunk?> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (_isEnded)
        {
            return null;
        }

        try
        {
            var chunk = await reader.ReadAsync(_after, null, limit, concern, cancellationToken).ConfigureAwait(false);
            _isEnded = chunk.IsLast;
            _after = chunk.Count > 0 ? chunk.GetPlace(chunk.Count - 1) : _after;
            return chunk.Count > 0 ? chunk : null;
        }
        catch (MongoCommandFailedException e) when (e.Code is SnapshotTooOld or SnapshotUnavailable)
        {
            // Transient: what is missing can be read in chunks.
            throw new CdcConnectionException($"{table.FullName} can no longer be read as it was at {concern["atClusterTime"]}: "
                + $"{e.ServerMessage} To read longer at one moment, raise minSnapshotHistoryWindowInSeconds on all members.", e);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => default;
}
