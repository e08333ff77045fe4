using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.ChangeStreams;

namespace CdcEmbedded.MongoDb;

/// <summary>Makes offsets from places that people know: a cluster time, or a resume token of another program.</summary>
/// <remarks>Use with <see cref="StartPosition.At"/>. Such offsets name no scope or pipeline, so nothing checks that they fit the stream.</remarks>
public static class MongoOffset
{
    /// <summary>The first event at or after a time of the deployment's clock.</summary>
    public static CdcOffset FromClusterTime(BsonTimestamp time) => new OffsetDocument { Point = StreamPoint.At(time, isAfter: false) }.ToOffset();

    /// <summary>The first event behind a resume token.</summary>
    /// <exception cref="ArgumentException">There is no token.</exception>
    public static CdcOffset FromResumeToken(RawBson token) => token is { HasValue: true, IsEmpty: false }
        ? new OffsetDocument { Point = StreamPoint.Behind(token, ResumeTokens.TimeOf(token)) }.ToOffset()
        : throw new ArgumentException("There is no resume token.", nameof(token));
}
