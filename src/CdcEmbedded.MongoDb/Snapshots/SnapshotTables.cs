using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Transforms;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Finds the captured collections, and says which of them can be read.</summary>
internal sealed class SnapshotTables(ClusterReads reads)
{
    private static readonly Version SnapshotsOfCapped = new(8, 0, 0);

    /// <summary>Lists the captured collections that match, in the order of their names.</summary>
    /// <param name="filter">Selects among them; null for all.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<IReadOnlyList<MongoSnapshotTable>> ListAsync(TableFilter? filter, CancellationToken cancellationToken)
    {
        var facts = await CollectionFacts.ReadAsync(reads.Deployment, reads.Scope.Stream, reads.Scope.Filter, cancellationToken)
            .ConfigureAwait(false);
        if (!facts.IsComplete)
        {
            throw new ServerMisconfiguredException("The user may not list the collections that a snapshot is to read. Remedy: grant "
                + "listDatabases and listCollections, as the role readAnyDatabase does.", []);
        }

        var tables = new List<MongoSnapshotTable>();
        foreach (var fact in facts.Collections.OrderBy(static fact => fact.FullName, StringComparer.Ordinal))
        {
            if (filter?.Matches(fact.Database, fact.Name) != false)
            {
                tables.Add(await DescribeAsync(fact, cancellationToken).ConfigureAwait(false));
            }
        }

        return tables;
    }

    /// <summary>Looks up one captured collection.</summary>
    /// <returns>Null if there is none.</returns>
    public async ValueTask<MongoSnapshotTable?> FindAsync(string database, string name, CancellationToken cancellationToken)
    {
        if ((reads.Scope.Stream.Database ?? database) != database || (reads.Scope.Stream.Collection ?? name) != name
            || !reads.Scope.Filter.Matches(database, name))
        {
            return null;
        }

        var fact = await CollectionFacts.FindAsync(reads.Deployment, database, name, cancellationToken).ConfigureAwait(false);
        return fact is null ? null : await DescribeAsync(fact, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<MongoSnapshotTable> DescribeAsync(CollectionFact fact, CancellationToken cancellationToken)
    {
        if (fact.Type != "collection")
        {
            var kind = fact.Type == "timeseries" ? "a time series" : $"a {fact.Type}";
            return Refused(fact, $"{fact.FullName} is {kind}, of which there are no changes: a copy of it would never be updated. Read it "
                + "in another way, or exclude it.");
        }

        if (reads.Scope.Refusal is { } refusal)
        {
            return Refused(fact, refusal);
        }

        var key = await ReadShardKeyAsync(fact, cancellationToken).ConfigureAwait(false);
        if (key is null)
        {
            return Refused(fact, $"{fact.FullName} may be sharded, and the user may not read by which key, so that its documents cannot "
                + "be distinguished. Grant find on { db: \"config\", collection: \"collections\" }.");
        }

        if (fact.Collation is not null && key.Count > 0 && !(key is ["_id"]))
        {
            return Refused(fact, $"{fact.FullName} is sharded by another key than _id and has a collation, under which the _id of "
                + "documents on different shards may be equal. Read it in another way, or exclude it.");
        }

        return new MongoSnapshotTable(fact.Database, fact.Name, key)
        {
            Estimate = await CountAsync(fact, cancellationToken).ConfigureAwait(false),
            Collation = fact.Collation,
            ViewReason = fact.IsCapped && reads.Facts.Version < SnapshotsOfCapped
                ? $"{fact.FullName} is capped: before MongoDB 8.0 such collections cannot be read at a moment of the past. Read it in "
                    + "chunks beside the stream."
                : null,
        };
    }

    private static MongoSnapshotTable Refused(CollectionFact fact, string reason)
        => new(fact.Database, fact.Name, []) { ChunkReason = reason, ViewReason = reason };

    /// <returns>Empty where it is not sharded; null where that cannot be read.</returns>
    private async ValueTask<IReadOnlyList<string>?> ReadShardKeyAsync(CollectionFact fact, CancellationToken cancellationToken)
    {
        if (!reads.Facts.IsMongos)
        {
            return [];
        }

        var command = new BsonDocument
        {
            { "find", "collections" },
            { "filter", new BsonDocument("_id", fact.FullName) },
            { "limit", 1 },
            { "singleBatch", true },
            { "readConcern", new BsonDocument("level", "majority") },
        };
        try
        {
            var reply = await reads.Deployment.RunCommandAsync("config", command, cancellationToken).ConfigureAwait(false);
            foreach (var element in new MongoBatch(reply).Documents)
            {
                // Up to 4.4 a dropped collection stays in the list.
                var entry = RawBson.InArray(element);
                return entry.IsTrue("dropped"u8) || !entry.TryGetDocument("key"u8, out var key) ? []
                    : [.. key.Select(static field => field.Name)];
            }

            return [];
        }
        catch (MongoCommandFailedException e) when (!e.IsTransient)
        {
            return null;
        }
    }

    private async ValueTask<long?> CountAsync(CollectionFact fact, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await reads.Deployment.RunCommandAsync(fact.Database, new BsonDocument("count", fact.Name), cancellationToken)
                .ConfigureAwait(false);
            return reply.TryGetInt64("n"u8, out var count) ? count : null;
        }
        catch (MongoCommandFailedException e) when (!e.IsTransient)
        {
            // Only an estimate: a strict Stable API may not have it.
            return null;
        }
    }
}
