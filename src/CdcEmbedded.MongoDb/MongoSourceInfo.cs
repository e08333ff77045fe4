using System.Text.Json;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>Where a change of MongoDB comes from, and how far its images can be trusted. Immutable; everything is read from
/// <see cref="Event"/> when it is asked for.</summary>
public sealed class MongoSourceInfo : SourceInfo
{
    private RawBson _event;

    /// <summary>The whole change event as the server sent it. <see cref="BsonRecords"/> makes the driver's documents of it.</summary>
    /// <exception cref="ArgumentException">The record has no BSON.</exception>
    public required DataRecord Event
    {
        get;
        init
        {
            field = value;
            _event = RawBson.Of(value);
        }
    }

    /// <summary>Knows where the event's bytes come from; null where nobody does.</summary>
    internal IDocumentOrigin? Origin { get; init; }

    /// <summary>The replica set's name; null for a mongos.</summary>
    public string? ReplicaSet { get; init; }

    /// <summary>How far <see cref="ChangeEvent.After"/> can be trusted.</summary>
    public AfterState AfterState { get; init; }

    /// <summary>Why <see cref="ChangeEvent.Before"/> exists, or not.</summary>
    public BeforeState BeforeState { get; init; }

    /// <summary>True if the event was too large and has neither its documents nor its update description.</summary>
    public bool IsReduced { get; init; }

    /// <summary>What happened, in MongoDB's term: <c>insert</c>, <c>update</c>, <c>replace</c>, <c>delete</c>, <c>drop</c> and so on; empty
    /// where a pipeline removed it.</summary>
    public string OperationType => _event["operationType"u8] is { Type: ElementType.String } type ? type.AsString() : "";

    /// <summary>The resume token: the event's place in the stream. A new document at each call, as
    /// <c>ChangeStreamOptions.ResumeAfter</c> takes it.</summary>
    public BsonDocument ResumeToken => Document("_id"u8).ToRecord().ToBsonDocument();

    /// <summary>The time at which the event was logged, on the deployment's own clock; 0 where a pipeline removed it.</summary>
    public BsonTimestamp ClusterTime => Time.ToBson();

    /// <summary>The time at which the event was logged, on the server's wall clock; null before MongoDB 6.0.</summary>
    public DateTimeOffset? WallTime => _event["wallTime"u8] is { Type: ElementType.DateTime } time
        ? DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Clamp(time.AsUnixMilliseconds(), BsonDates.MinMilliseconds, BsonDates.MaxMilliseconds))
        : null;

    /// <summary>The session of the transaction; no record outside of one.</summary>
    public DataRecord SessionId => Document("lsid"u8).ToRecord();

    /// <summary>The transaction's number in its session; null outside of one.</summary>
    public long? TransactionNumber => _event["txnNumber"u8].TryGetInt64(out var number) ? number : null;

    /// <summary>The collection's UUID; null without expanded events.</summary>
    public Guid? CollectionUuid => _event["collectionUUID"u8] is { IsUuid: true } uuid ? uuid.AsGuid() : null;

    /// <summary>The document's key: <c>_id</c>, after the shard key where the collection is sharded; no record where the
    /// event has none.</summary>
    public DataRecord DocumentKey => Document("documentKey"u8).ToRecord();

    /// <summary>The key as canonical extended JSON, in which no two keys of different types look alike; null where the
    /// event has none.</summary>
    public string? KeyJson => Document("documentKey"u8) is { HasValue: true } key ? key.ToJson(ExtendedJsonMode.Canonical) : null;

    /// <summary>What an update changed; without a value for other operations.</summary>
    public UpdateDescription UpdateDescription => new(Document("updateDescription"u8), Origin);

    private ClusterTime Time => _event["clusterTime"u8] is { Type: ElementType.Timestamp } time ? time.AsTimestamp() : default;

    /// <summary>Returns the same, where <see cref="Event"/> has neither documents nor key, update description or token.</summary>
    public override SourceInfo WithoutValues()
    {
        var builder = new DocumentBuilder(256);
        foreach (var element in _event)
        {
            if (!HoldsValues(element.NameUtf8))
            {
                builder.Add(element.NameUtf8, element.Value);
            }
        }

        return new MongoSourceInfo
        {
            Connector = Connector,
            Name = Name,
            Timestamp = Timestamp,
            Database = Database,
            Table = Table,
            Snapshot = Snapshot,
            Event = builder.ToDocument().ToRecord(),
            ReplicaSet = ReplicaSet,
            AfterState = AfterState,
            BeforeState = BeforeState,
            IsReduced = IsReduced,
        };
    }

    // What a pipeline adds is unknown, so only the server's own fields without values remain. The token has the key in it.
    private static bool HoldsValues(ReadOnlySpan<byte> name) => !(name.SequenceEqual("operationType"u8) || name.SequenceEqual("ns"u8)
        || name.SequenceEqual("clusterTime"u8) || name.SequenceEqual("wallTime"u8) || name.SequenceEqual("lsid"u8)
        || name.SequenceEqual("txnNumber"u8) || name.SequenceEqual("collectionUUID"u8));

    /// <inheritdoc/>
    public override void WriteProperties(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteString("rs"u8, ReplicaSet);
        writer.WriteString("collection"u8, Table);
        writer.WriteNumber("ord"u8, Time.Ordinal);
        writer.WriteString("lsid"u8, Document("lsid"u8) is { HasValue: true } session ? session.ToJson() : null);
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
        if (UpdateDescription.Raw is not { HasValue: true } update)
        {
            return;
        }

        writer.WritePropertyName("updateDescription"u8);
        ExtendedJson.Write(writer, ElementType.Document, update.Span, ExtendedJsonMode.Relaxed);
    }

    private RawBson Document(ReadOnlySpan<byte> name) => _event.TryGetDocument(name, out var document) ? document : default;
}
