using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What a feed needs to know besides how the stream is opened.</summary>
internal sealed record FeedSettings
{
    public required ILogger Logger { get; init; }

    /// <summary>The clock of reports.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public bool WantsItems { get; init; }

    public TimeSpan MaxAwaitTime { get; init; }

    public InvalidatePolicy OnInvalidate { get; init; }

    public OversizeEventPolicy OnOversizeEvent { get; init; }

    public FaultPolicy OnUndecodableEvent { get; init; }

    /// <summary>The last time to deliver; null for no end.</summary>
    public ClusterTime? End { get; init; }
}
