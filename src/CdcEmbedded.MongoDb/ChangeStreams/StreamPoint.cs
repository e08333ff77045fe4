using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Where a stream begins or goes on: behind a token, or at a time.</summary>
/// <param name="Token">The token; without a value where only the time is known.</param>
/// <param name="Time">The cluster time; null where it is not known.</param>
/// <param name="IsAfter">Whether events of exactly that time are left out: they were before.</param>
internal readonly record struct StreamPoint(RawBson Token, BsonTimestamp? Time, bool IsAfter)
{
    /// <summary>Behind a token.</summary>
    public static StreamPoint Behind(RawBson token, BsonTimestamp? time) => new(token, time, false);

    /// <summary>From a time on.</summary>
    public static StreamPoint At(BsonTimestamp time, bool isAfter) => new(default, time, isAfter);
}
