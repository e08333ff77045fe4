using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Reads documents in the order of <c>_id</c>, a part at a time.</summary>
internal sealed class RangeReader(ClusterReads reads, MongoSnapshotTable table, string? condition, bool isStrict, TimeProvider time)
{
    private const int MinNotBeforeMax = 51175;
    private const int MostShards = 1000;
    private readonly FindStatement _statement = new(table, condition, isStrict);

    /// <summary>Reads the last document's place.</summary>
    /// <returns>Null if there is no document.</returns>
    public ValueTask<SnapshotKey?> ReadLastAsync(BsonDocument concern, CancellationToken cancellationToken)
        => ReadPlaceAsync(_statement.Last(concern), cancellationToken);

    /// <summary>Reads the place of the document that is some documents after another one.</summary>
    /// <returns>Null if there are fewer.</returns>
    public ValueTask<SnapshotKey?> ReadBoundAsync(SnapshotKey? after, int documents, BsonDocument concern,
        CancellationToken cancellationToken)
        => ReadPlaceAsync(_statement.Bound(IdOf(after), documents, concern), cancellationToken);

    private async ValueTask<SnapshotKey?> ReadPlaceAsync(BsonDocument command, CancellationToken cancellationToken)
    {
        var (documents, _) = await reads.ReadAsync(table.Database, command, cancellationToken).ConfigureAwait(false);
        foreach (var element in documents)
        {
            return DocumentKeys.PlaceOf(RawBson.InArray(element)["_id"u8]);
        }

        return null;
    }

    /// <summary>Reads the documents with these keys.</summary>
    public async ValueTask<MongoSnapshotChunk> ReadKeysAsync(IReadOnlyList<SnapshotKey> keys, BsonDocument concern,
        CancellationToken cancellationToken)
    {
        var ids = new BsonArray(keys.Select(DocumentKeys.IdOf));
        var blocks = await reads.ReadAllAsync(table, _statement.WithIds(ids, concern), cancellationToken).ConfigureAwait(false);
        return new MongoSnapshotChunk(table, blocks, true, time.GetUtcNow());
    }

    /// <summary>Reads the next documents.</summary>
    /// <param name="after">Documents after this place; null for the first ones.</param>
    /// <param name="upTo">Documents up to this place, inclusive; null for no bound.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="concern">What the read sees.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<MongoSnapshotChunk> ReadAsync(SnapshotKey? after, SnapshotKey? upTo, int limit, BsonDocument concern,
        CancellationToken cancellationToken)
    {
        if (after is not null && after == upTo)
        {
            return new MongoSnapshotChunk(table, [], true, time.GetUtcNow());
        }

        var (block, isAll) = await ReadRangeAsync(after, upTo, limit, concern, cancellationToken).ConfigureAwait(false);
        if (!isAll || upTo is null || block.Count >= limit)
        {
            return new MongoSnapshotChunk(table, [block], isAll && upTo is null, time.GetUtcNow());
        }

        // The upper bound of an index is exclusive: the last document is read by its key.
        var last = await reads.ReadAllAsync(table, _statement.WithIds([DocumentKeys.IdOf(upTo)], concern), cancellationToken)
            .ConfigureAwait(false);
        return new MongoSnapshotChunk(table, [block, .. last], true, time.GetUtcNow());
    }

    private async ValueTask<(DocumentBlock Block, bool IsAll)> ReadRangeAsync(SnapshotKey? after, SnapshotKey? upTo, int limit,
        BsonDocument concern, CancellationToken cancellationToken)
    {
        var fetched = table.MayRepeatIds ? limit + 1 : limit;
        var command = _statement.Range(IdOf(after), IdOf(upTo), fetched, concern);
        try
        {
            var (documents, isWhole) = await reads.ReadAsync(table.Database, command, cancellationToken).ConfigureAwait(false);
            var block = DocumentBlock.Of(table, documents, fetched);
            var isAll = isWhole && block.Count < fetched;
            return !table.MayRepeatIds ? (block, isAll)
                : await CutAsync(block, isAll, command, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandFailedException e) when (e.Code == MinNotBeforeMax)
        {
            // Nothing is between the two, as between 1 and 1.0: the same key, stored again as another type.
            return (DocumentBlock.Of(table, RawBson.Empty, 0), true);
        }
    }

    /// <summary>Cuts documents of a sharded collection between two values of <c>_id</c>: the next read skips all documents with the last
    /// one.</summary>
    private async ValueTask<(DocumentBlock Block, bool IsAll)> CutAsync(DocumentBlock block, bool isAll, BsonDocument command, int limit,
        CancellationToken cancellationToken)
    {
        var end = isAll ? block.Count : StartOfGroup(block, block.Count - 1);
        if (end == 0 && !isAll)
        {
            // One value of _id fills the reply. No more documents have it than there are shards.
            command["limit"] = MostShards;
            command["batchSize"] = MostShards + 1;
            var blocks = await reads.ReadAllAsync(table, command, cancellationToken).ConfigureAwait(false);
            (block, isAll) = (DocumentBlock.Join(blocks), blocks.Sum(static part => part.Count) < MostShards);
            end = isAll ? block.Count : StartOfGroup(block, block.Count - 1);
        }

        if (end > limit)
        {
            var start = StartOfGroup(block, limit);
            end = start > 0 ? start : EndOfGroup(block);
        }

        return (block.Slice(0, end), isAll && end == block.Count);
    }

    private static int StartOfGroup(DocumentBlock block, int index)
    {
        var id = IdentityAt(block, index);
        while (index > 0 && IdentityAt(block, index - 1) == id)
        {
            index--;
        }

        return index;
    }

    private static int EndOfGroup(DocumentBlock block)
    {
        var end = 1;
        while (end < block.Count && IdentityAt(block, end) == IdentityAt(block, 0))
        {
            end++;
        }

        return end;
    }

    private static string IdentityAt(DocumentBlock block, int index) => DocumentKeys.IdentityOf(block[index]["_id"u8]);

    private static BsonValue? IdOf(SnapshotKey? place) => place is null ? null : DocumentKeys.IdOf(place);
}
