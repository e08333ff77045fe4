using System.Text.Json;
using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>Where a change of MongoDB comes from, and how far its images can be trusted. Immutable; everything is read from
/// <see cref="Event"/> when it is asked for.</summary>
public sealed class MongoSourceInfo : SourceInfo
{
    /// <summary>The whole change event as the server sent it.</summary>
    public required RawBson Event { get; init; }

    /// <summary>The replica set's name; null behind a mongos.</summary>
    public string? ReplicaSet { get; init; }

    /// <summary>How far <see cref="ChangeEvent.After"/> can be trusted.</summary>
    public AfterState AfterState { get; init; }

    /// <summary>Why <see cref="ChangeEvent.Before"/> is there, or not.</summary>
    public BeforeState BeforeState { get; init; }

    /// <summary>Whether the event was too large and comes without its documents and update description.</summary>
    public bool IsReduced { get; init; }

    /// <summary>What happened, in MongoDB's term: <c>insert</c>, <c>update</c>, <c>replace</c>, <c>delete</c>, <c>drop</c> and so on; empty
    /// where a pipeline removed it.</summary>
    public string OperationType => Event["operationType"u8] is { Type: BsonType.String } type ? type.AsString() : "";

    /// <summary>The resume token: the event's place in the stream.</summary>
    public RawBson ResumeToken => Document("_id"u8);

    /// <summary>When it was logged, on the deployment's own clock.</summary>
    public BsonTimestamp ClusterTime => Event["clusterTime"u8] is { Type: BsonType.Timestamp } time ? time.AsTimestamp() : default;

    /// <summary>When it was logged, on the server's wall clock; null before MongoDB 6.0.</summary>
    public DateTimeOffset? WallTime => Event["wallTime"u8] is { Type: BsonType.DateTime } time
        ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(time.AsUnixMilliseconds(), BsonDates.MinMilliseconds, BsonDates.MaxMilliseconds))
        : null;

    /// <summary>The session of the transaction; no document outside of one.</summary>
    public RawBson SessionId => Document("lsid"u8);

    /// <summary>The transaction's number in its session; null outside of one.</summary>
    public long? TransactionNumber => Event["txnNumber"u8].TryGetInt64(out var number) ? number : null;

    /// <summary>The collection's UUID; null without expanded events.</summary>
    public Guid? CollectionUuid => Event["collectionUUID"u8] is { Type: BsonType.Binary, BinarySubtype: BsonBinary.UuidSubtype } uuid
        ? uuid.AsGuid()
        : null;

    /// <summary>The document's key: <c>_id</c>, after the shard key where the collection is sharded; no document where there is none.</summary>
    public RawBson DocumentKey => Document("documentKey"u8);

    /// <summary>The key as canonical extended JSON, in which no two keys of different types look alike; null where there is none.</summary>
    public string? KeyJson => DocumentKey is { HasValue: true } key ? key.ToJson(ExtendedJsonMode.Canonical) : null;

    /// <summary>What an update changed; without a value for other operations.</summary>
    public UpdateDescription UpdateDescription => new(Document("updateDescription"u8));

    /// <inheritdoc/>
    public override void WriteProperties(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteString("rs"u8, ReplicaSet);
        writer.WriteString("collection"u8, Table);
        writer.WriteNumber("ord"u8, ClusterTime.Ordinal);
        writer.WriteString("lsid"u8, SessionId is { HasValue: true } session ? session.ToJson() : null);
        if (TransactionNumber is { } number)
        {
            writer.WriteNumber("txnNumber"u8, number);
        }
        else
        {
            writer.WriteNull("txnNumber"u8);
        }

        if (WallTime is { } wall)
        {
            writer.WriteNumber("wallTime"u8, wall.ToUnixTimeMilliseconds());
        }
        else
        {
            writer.WriteNull("wallTime"u8);
        }

        writer.WriteString("operationType"u8, OperationType);
        writer.WriteString("after_state"u8, AfterState switch { AfterState.Exact => "exact", AfterState.Lookup => "lookup", _ => "none" });
        writer.WriteString("before_state"u8, BeforeState switch
        {
            BeforeState.Present => "present",
            BeforeState.NotConfigured => "not_configured",
            BeforeState.Expired => "expired",
            _ => "none",
        });
        WriteUpdate(writer);
    }

    private void WriteUpdate(Utf8JsonWriter writer)
    {
        if (UpdateDescription.Document is not { HasValue: true } update)
        {
            return;
        }

        writer.WritePropertyName("updateDescription"u8);
        ExtendedJson.Write(writer, BsonType.Document, update.Span, ExtendedJsonMode.Relaxed);
    }

    private RawBson Document(ReadOnlySpan<byte> name) => Event.TryGetDocument(name, out var document) ? document : default;
}
