using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>How the stream is opened at its point. Immutable.</summary>
internal readonly record struct StreamOpening
{
    /// <summary>The maximum number of events of each batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The time to start at in place of the point's token; null to start after the token.</summary>
    public ClusterTime? Time { get; init; }

    /// <summary>True if the events up to the point's token are to be skipped, because reading starts at the token's time.</summary>
    public bool SkipsToToken { get; init; }

    /// <summary>True for <c>resumeAfter</c> in place of <c>startAfter</c>.</summary>
    public bool ResumesAfter { get; init; }

    /// <summary>True to omit what may be too large.</summary>
    public bool WithoutDocuments { get; init; }

    /// <summary>True to omit everything except what identifies an event.</summary>
    public bool OnlyIdentity { get; init; }
}
