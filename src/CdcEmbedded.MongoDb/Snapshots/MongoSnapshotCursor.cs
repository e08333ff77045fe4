using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Reads a collection, or a range of it, at one cluster time.</summary>
internal sealed class MongoSnapshotCursor(RangeReader reader, MongoSnapshotTable table, BsonDocument concern, SnapshotKey? after,
    SnapshotKey? upTo) : SnapshotCursor
{
    private const int SnapshotTooOld = 239;
    private const int SnapshotUnavailable = 246;
    private SnapshotKey? _after = after;
    private bool _isEnded;

    /// <inheritdoc/>
    public override async ValueTask<SnapshotChunk?> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (_isEnded)
        {
            return null;
        }

        var chunk = await RunAsync(reader.ReadAsync(_after, upTo, limit, concern, cancellationToken)).ConfigureAwait(false);
        _isEnded = chunk.IsLast;
        _after = chunk.Count > 0 ? chunk.GetPlace(chunk.Count - 1) : _after;
        return chunk.Count > 0 ? chunk : null;
    }

    /// <summary>Finds the place of the document that is some documents after the beginning.</summary>
    public ValueTask<SnapshotKey?> FindBoundAsync(int documents, CancellationToken cancellationToken)
        => RunAsync(reader.ReadBoundAsync(_after, documents, concern, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => default;

    private async ValueTask<T> RunAsync<T>(ValueTask<T> read)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (MongoCommandFailedException e) when (e.Code is SnapshotTooOld or SnapshotUnavailable)
        {
            // Transient: what is missing can be read in chunks.
            throw new CdcConnectionException($"{table.FullName} can no longer be read as it was at {concern["atClusterTime"]}: "
                + $"{e.ServerMessage} To read longer at one moment, raise minSnapshotHistoryWindowInSeconds on all members.", e);
        }
    }
}
