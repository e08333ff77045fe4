using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Reads documents of a deployment, and knows which cluster times the reads have seen. Used by one flow at a time.</summary>
/// <remarks>
/// <para>LOW is a time of the deployment's clock. Every later read waits for it (<c>afterClusterTime</c>) and sees only what a majority has
/// (R62), which no failover takes back: so it sees everything up to LOW, and everything that the stream has delivered up to LOW
/// (R63).</para>
/// <para>HIGH is the latest time of the servers' replies. A server takes <c>operationTime</c> of a majority read after the read, from the
/// same snapshot or a later one (computeOperationTime in service_entry_point_common.cpp); a mongos takes the latest of its shards.
/// Secondaries that lag may answer in turn: therefore the latest of all replies, not the last one.</para>
/// </remarks>
internal sealed class ClusterReads(IMongoDeployment deployment, ServerFacts facts, CapturedScope scope) : IAsyncDisposable
{
    private ClusterTime? _low;
    private ClusterTime _seen;

    /// <summary>What the server said of itself.</summary>
    public ServerFacts Facts => facts;

    /// <summary>The deployment.</summary>
    public IMongoDeployment Deployment => deployment;

    /// <summary>What is captured.</summary>
    public CapturedScope Scope => scope;

    /// <summary>Asks for the deployment's time: later reads see everything up to it.</summary>
    /// <exception cref="CdcProtocolException">The server gives none.</exception>
    public async ValueTask<ClusterTime> TakeLowAsync(CancellationToken cancellationToken)
    {
        var reply = await deployment.RunCommandAsync("admin", Commands.Simple("hello"), cancellationToken).ConfigureAwait(false);
        var time = reply.TryGetTimestamp("operationTime"u8, out var operationTime) ? operationTime
            : throw new CdcProtocolException("The server gives no operation time, without which a snapshot does not know what it has "
                + "read.", "hello");

        // Another server may lag, and not have what was read already.
        return (_low = time > _seen ? time : _seen).Value;
    }

    /// <summary>The latest time that reads may have seen.</summary>
    public async ValueTask<ClusterTime> TakeHighAsync(CancellationToken cancellationToken)
        => _seen != default ? _seen : await TakeLowAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The read concern of a read beside the stream.</summary>
    public async ValueTask<BsonDocument> ConcernAsync(CancellationToken cancellationToken)
    {
        var low = _low ?? await TakeLowAsync(cancellationToken).ConfigureAwait(false);
        return new BsonDocument { { "level", "majority" }, { "afterClusterTime", low.ToBson() } };
    }

    /// <summary>Reads the first batch of a query.</summary>
    /// <returns>The documents, and whether they are all.</returns>
    public async ValueTask<(RawBson Documents, bool IsAll)> ReadAsync(string database, BsonDocument command,
        CancellationToken cancellationToken)
    {
        var cursor = await deployment.OpenCursorAsync(database, command, new CursorOptions { IsLong = true }, cancellationToken)
            .ConfigureAwait(false);
        await using (cursor.ConfigureAwait(false))
        {
            return (await NextAsync(cursor, cancellationToken).ConfigureAwait(false), cursor.IsExhausted);
        }
    }

    /// <summary>Reads all batches of a query.</summary>
    public async ValueTask<List<DocumentBlock>> ReadAllAsync(MongoSnapshotTable table, BsonDocument command,
        CancellationToken cancellationToken)
    {
        var blocks = new List<DocumentBlock>();
        var cursor = await deployment.OpenCursorAsync(table.Database, command, new CursorOptions { IsLong = true }, cancellationToken)
            .ConfigureAwait(false);
        await using (cursor.ConfigureAwait(false))
        {
            while (!cursor.IsExhausted)
            {
                blocks.Add(DocumentBlock.Of(table, await NextAsync(cursor, cancellationToken).ConfigureAwait(false), 0));
            }
        }

        return blocks;
    }

    /// <summary>A position of the stream that includes everything up to a time.</summary>
    public MongoPosition After(ClusterTime time) => At(time, isAfter: true);

    /// <summary>A position that a stream has reached when everything before a time was delivered, and perhaps not yet what happened at that
    /// very time.</summary>
    public MongoPosition Until(ClusterTime time) => At(time, isAfter: false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => deployment.DisposeAsync();

    private MongoPosition At(ClusterTime time, bool isAfter) => new(new OffsetDocument
    {
        Scope = scope.Stream.ToString(),
        Set = facts.SetName,
        Pipeline = scope.Fingerprint,
        Point = StreamPoint.At(time, isAfter),
    });

    private async ValueTask<RawBson> NextAsync(IMongoCursor cursor, CancellationToken cancellationToken)
    {
        var batch = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (batch.OperationTime is not { } time)
        {
            throw new CdcProtocolException("The server gives no operation time, without which a snapshot does not know what it has read.",
                "find");
        }

        _seen = time > _seen ? time : _seen;
        return batch.Documents;
    }
}
