using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>Makes offsets of places that people know: a cluster time, or a resume token of another program.</summary>
/// <remarks>Use with <see cref="StartPosition.At"/>. Such offsets name no scope or pipeline, so nothing checks that they
/// fit the stream.</remarks>
public static class MongoOffset
{
    /// <summary>The first event at or after a time of the deployment's clock.</summary>
    public static CdcOffset FromClusterTime(BsonTimestamp time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new OffsetDocument { Point = StreamPoint.At(ClusterTime.From(time), isAfter: false) }.ToOffset();
    }

    /// <summary>The first event after a resume token.</summary>
    /// <exception cref="ArgumentException">The token is empty.</exception>
    public static CdcOffset FromResumeToken(BsonDocument token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var raw = new RawBson(token.ToBson());
        return !raw.IsEmpty
            ? new OffsetDocument { Point = StreamPoint.After(raw, ResumeTokens.TimeOf(raw)) }.ToOffset()
            : throw new ArgumentException("The resume token is empty.", nameof(token));
    }

    /// <summary>Resumes where Debezium's MongoDB connector stopped, so that no collection has to be read again.</summary>
    /// <remarks>Where it has stored no resume token yet, but only a time, the changes of that very time come a second time.</remarks>
    /// <param name="json">The offset that the connector stored, as JSON: the stored value, or the answer of Kafka Connect's
    /// <c>GET /connectors/NAME/offsets</c>.</param>
    /// <exception cref="OffsetFormatException">It is no such offset, or was stored while a snapshot had not ended.</exception>
    public static CdcOffset FromDebezium(string json)
    {
        var offset = DebeziumOffset.Read(json);
        if (DebeziumOffset.Text(offset, "resume_token") is { Length: > 0 } token)
        {
            return FromResumeToken(new BsonDocument("_data", token));
        }

        return DebeziumOffset.Number(offset, "sec") is > 0 and var seconds
            ? FromClusterTime(new BsonTimestamp((int)seconds, (int)(DebeziumOffset.Number(offset, "ord") ?? 0)))
            : throw new OffsetFormatException("The offset of Debezium's MongoDB connector has neither a resume token nor a time "
            + $"(\"resume_token\", \"sec\"): {offset}");
    }
}
