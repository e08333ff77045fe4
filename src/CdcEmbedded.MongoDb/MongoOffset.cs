using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;
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
}
