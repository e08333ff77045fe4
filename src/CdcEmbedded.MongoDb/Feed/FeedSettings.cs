using CdcEmbedded.MongoDb.Bson;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.Feed;

/// <summary>What a feed needs to know besides how the stream is opened.</summary>
internal sealed record FeedSettings
{
    public required ILogger Logger { get; init; }

    public bool WantsItems { get; init; }

    public int WireVersion { get; init; }

    public TimeSpan MaxAwaitTime { get; init; }

    public InvalidatePolicy OnInvalidate { get; init; }

    public OversizeEventPolicy OnOversizeEvent { get; init; }

    /// <summary>The last time to deliver; null to go on for ever.</summary>
    public BsonTimestamp? End { get; init; }
}
