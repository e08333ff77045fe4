using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>A collection as it is read. Immutable.</summary>
internal sealed class MongoSnapshotTable : SnapshotTable
{
    private readonly KeyField[] _fields;

    /// <summary>Creates it.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="name">Its name.</param>
    /// <param name="shardKey">The fields of the shard key; empty where the collection is not sharded.</param>
    public MongoSnapshotTable(string database, string name, IReadOnlyList<string> shardKey)
        : base(database, name)
    {
        _fields = [.. shardKey.Select(static path => new KeyField(path))];
        if (!shardKey.Contains(KeyField.Id.Path))
        {
            _fields = [.. _fields, KeyField.Id];
        }
    }

    /// <summary>The fields of <c>documentKey</c>, in its order: those of the shard key, then <c>_id</c> if it is not one of them.</summary>
    public IReadOnlyList<KeyField> KeyFields => _fields;

    /// <summary>True if two documents of it may have the same <c>_id</c>, on two shards.</summary>
    public bool MayRepeatIds => _fields.Length > 1;

    /// <summary>About how many documents it has.</summary>
    public long? Estimate { get; init; }

    /// <summary>Why it cannot be read beside the stream.</summary>
    public string? ChunkReason { get; init; }

    /// <summary>Why it cannot be read in a view.</summary>
    public string? ViewReason { get; init; }

    /// <summary>Its own order of texts, as <c>listCollections</c> has it; null for that of their bytes.</summary>
    public string? Collation { get; init; }

    /// <inheritdoc/>
    public override long? EstimatedRows => Estimate;

    /// <inheritdoc/>
    public override string? ChunkRefusal => ChunkReason;

    /// <inheritdoc/>
    public override string? ViewRefusal => ViewReason;

    /// <inheritdoc/>
    public override string KeyShape => Collation is null ? "_id" : $"_id {Collation}";

    /// <inheritdoc/>
    public override SnapshotKey? KeyOf(DataRecord record)
    {
        // A key that was taken out of its document, to be compared with a copy, has fields but no bytes.
        if (!record.HasValue)
        {
            return null;
        }

        if (!RawBson.TryFrom(record, out var document))
        {
            document = RawBson.Of(new BsonDocument(record.Select(static field => new BsonElement(field.Name, field.Value.ToBsonValue())))
                .ToDataRecord());
        }

        if (document["_id"u8] is not { Exists: true } id)
        {
            return null;
        }

        var identity = DocumentKeys.IdentityOf(id);
        if (!MayRepeatIds)
        {
            return new SnapshotKey(identity);
        }

        foreach (var field in _fields)
        {
            // The server takes a field of the shard key that is missing for null.
            identity = field.IsId ? identity : $"{identity},{DocumentKeys.IdentityOf(field.In(document))}";
        }

        return new SnapshotKey($"[{identity}]");
    }

    /// <inheritdoc/>
    /// <remarks>Documents of several shards with one <c>_id</c> cannot be counted apart.</remarks>
    public override bool IsDivisible => ViewRefusal is null && !MayRepeatIds;

    /// <inheritdoc/>
    public override SourceInfo DescribeRow(in SnapshotRowOrigin row)
    {
        var read = new BsonDocument { { "operationType", "read" }, { "ns", new BsonDocument { { "db", Database }, { "coll", Name } } } };
        var position = row.Position as MongoPosition;
        if (position?.Time is { } time)
        {
            read.Add("clusterTime", time.ToBson());
        }

        return new MongoSourceInfo
        {
            Connector = MongoSource.ConnectorName,
            Name = row.Engine,
            Timestamp = row.ReadAt,
            Database = Database,
            Table = Name,
            Snapshot = row.Marker,
            Event = read.ToDataRecord(),
            ReplicaSet = position?.SourceId,
            AfterState = AfterState.Exact,
        };
    }
}
