using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Reads the collections of a deployment.</summary>
internal sealed class MongoSnapshotReader : SnapshotReader
{
    private readonly SnapshotClient _client;
    private readonly ClusterReads _reads;
    private readonly SnapshotTables _tables;
    private readonly TimeProvider _time;

    private MongoSnapshotReader(SnapshotClient client, ClusterReads reads, TimeProvider time)
    {
        _client = client;
        _reads = reads;
        _tables = new SnapshotTables(reads);
        _time = time;
    }

    /// <inheritdoc/>
    public override string Server => _reads.Facts.SetName is { } set ? $"replica set {set}" : "the sharded cluster";

    /// <summary>Connects.</summary>
    /// <param name="client">The connections, which the result then owns.</param>
    /// <param name="scope">What is captured.</param>
    /// <param name="context">What the engine says.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async ValueTask<MongoSnapshotReader> OpenAsync(SnapshotClient client, CapturedScope scope, SourceContext context,
        CancellationToken cancellationToken)
    {
        try
        {
            var deployment = client.Connect();
            var facts = await ServerFacts.ReadAsync(deployment, cancellationToken).ConfigureAwait(false);
            return new MongoSnapshotReader(client, new ClusterReads(deployment, facts, scope), context.TimeProvider);
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<SnapshotTable>> ListTablesAsync(IReadOnlyList<string> patterns,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        return await _tables.ListAsync(patterns.Count == 0 ? null : new TableFilter(patterns, []), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotTable?> FindTableAsync(string database, string table, CancellationToken cancellationToken)
        => await _tables.FindAsync(database, table, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <remarks>Several operations may have one cluster time: those of a transaction, from MongoDB 8.0 on the documents of one insert, and
    /// those of different shards. A read that waits for the time sees them all, so that it covers a stream that is anywhere inside of
    /// it.</remarks>
    public override async ValueTask<SourcePosition> GetWatermarkAsync(CancellationToken cancellationToken)
        => _reads.After(await _reads.TakeLowAsync(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    /// <remarks>The stream has reached it when it has delivered everything before that time. Events of exactly that time may follow: a
    /// token does not say if it is the last one of its time, and on an idle deployment the next time comes only after ten seconds
    /// (<c>periodicNoopIntervalSecs</c>). That is safe. A read has all operations of a time or none, so what follows leads to the very
    /// documents that were read, or to later ones: changes that the rows already had. Only where updates come without documents they would
    /// not fit the row, and through a mongos such events can follow: there the stream must have passed the time.</remarks>
    public override async ValueTask<SourcePosition> GetHighWatermarkAsync(CancellationToken cancellationToken)
    {
        var time = await _reads.TakeHighAsync(cancellationToken).ConfigureAwait(false);
        return _reads is { Scope.HasPartialUpdates: true, Facts.IsMongos: true } ? _reads.After(time) : _reads.Until(time);
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotKey?> GetLastKeyAsync(SnapshotTable table, string? condition,
        CancellationToken cancellationToken)
    {
        var concern = await _reads.ConcernAsync(cancellationToken).ConfigureAwait(false);
        return await ReaderOf(table, condition).ReadLastAsync(concern, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotChunk> ReadChunkAsync(SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo, int limit,
        string? condition, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var concern = await _reads.ConcernAsync(cancellationToken).ConfigureAwait(false);
        return await ReaderOf(table, condition).ReadAsync(after, upTo, limit, concern, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<SnapshotChunk> ReadKeysAsync(SnapshotTable table, IReadOnlyList<SnapshotKey> keys, string? condition,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var concern = await _reads.ConcernAsync(cancellationToken).ConfigureAwait(false);
        return await ReaderOf(table, condition).ReadKeysAsync(keys, concern, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<ConsistentView> OpenConsistentViewAsync(IReadOnlyList<SnapshotTable> tables, int readers,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentOutOfRangeException.ThrowIfLessThan(readers, 1);
        foreach (var table in tables)
        {
            if (Own(table).ViewRefusal is { } refusal)
            {
                throw new ArgumentException(refusal, nameof(tables));
            }
        }

        if (!_reads.Facts.ReadsAtTimes)
        {
            throw new NotSupportedException($"MongoDB {_reads.Facts.Version} cannot read collections as they were at one moment, which a "
                + "consistent snapshot needs: MongoDB 5.0 and later can. Use SnapshotMode.Incremental.");
        }

        var time = await _reads.TakeLowAsync(cancellationToken).ConfigureAwait(false);
        var flows = new ClusterReads[_client.IsParallel ? readers : 1];
        for (var i = 0; i < flows.Length; i++)
        {
            flows[i] = new ClusterReads(_client.Connect(), _reads.Facts, _reads.Scope);
        }

        return new MongoConsistentView(flows, time, _client.IsStrict, _time);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _reads.DisposeAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A table of this source.</summary>
    internal static MongoSnapshotTable Own(SnapshotTable table)
        => table as MongoSnapshotTable ?? throw new ArgumentException($"{table} is not a collection of this source.", nameof(table));

    private RangeReader ReaderOf(SnapshotTable table, string? condition) => Own(table) is { ChunkRefusal: null } own
        ? new RangeReader(_reads, own, condition, _client.IsStrict, _time)
        : throw new ArgumentException(table.ChunkRefusal, nameof(table));
}
