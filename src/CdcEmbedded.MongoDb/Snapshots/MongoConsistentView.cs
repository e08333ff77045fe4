using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>All collections as they were at one cluster time (manual, "Read Concern "snapshot"", <c>atClusterTime</c>). No lock, and
/// nothing that a server keeps open: each part is a query of its own at that time, which any member can answer for as long as it keeps its
/// history (<c>minSnapshotHistoryWindowInSeconds</c>, 5 minutes by default).</summary>
/// <param name="flows">One for each reader.</param>
/// <param name="time">The time.</param>
/// <param name="isStrict">See <see cref="FindStatement"/>.</param>
/// <param name="clock">The clock.</param>
internal sealed class MongoConsistentView(ClusterReads[] flows, ClusterTime time, bool isStrict, TimeProvider clock) : ConsistentView
{
    /// <inheritdoc/>
    /// <remarks>The view has everything that happened at its time, so the stream begins after it, or pauses before the first change of a
    /// later time.</remarks>
    public override SourcePosition Position { get; } = flows[0].After(time);

    /// <inheritdoc/>
    public override string Lock { get; } = $"no lock: read at the cluster time {time}";

    /// <inheritdoc/>
    public override int Readers => flows.Length;

    /// <inheritdoc/>
    public override ValueTask<SnapshotCursor> OpenTableAsync(int reader, SnapshotTable table, string? condition,
        CancellationToken cancellationToken) => new(Cursor(reader, table, condition, null, null));

    /// <inheritdoc/>
    public override async ValueTask<SnapshotKey?> FindBoundAsync(int reader, SnapshotTable table, SnapshotKey? after, int rows,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return await Cursor(reader, table, null, after, null).FindBoundAsync(rows, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask<SnapshotCursor> OpenRangeAsync(int reader, SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo,
        CancellationToken cancellationToken) => new(Cursor(reader, table, null, after, upTo));

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        foreach (var flow in flows)
        {
            await flow.DisposeAsync().ConfigureAwait(false);
        }
    }

    private MongoSnapshotCursor Cursor(int reader, SnapshotTable table, string? condition, SnapshotKey? after, SnapshotKey? upTo)
    {
        var own = MongoSnapshotReader.Own(table);
        var concern = new BsonDocument { { "level", "snapshot" }, { "atClusterTime", time.ToBson() } };
        return own.ViewRefusal is { } refusal ? throw new ArgumentException(refusal, nameof(table))
            : new MongoSnapshotCursor(new RangeReader(flows[reader], own, condition, isStrict, clock), own, concern, after, upTo);
    }
}
