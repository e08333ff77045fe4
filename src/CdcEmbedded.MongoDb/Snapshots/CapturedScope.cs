using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>What a source captures. Immutable.</summary>
/// <param name="Stream">What the change stream is opened on.</param>
/// <param name="Filter">The captured collections of it.</param>
/// <param name="Fingerprint">Of the application's pipeline; empty without one.</param>
/// <param name="Refusal">Why nothing of it can be read as a snapshot; null if it can.</param>
internal sealed record CapturedScope(StreamScope Stream, TableFilter Filter, string Fingerprint, string? Refusal)
{
    /// <summary>True if updates come without their documents, so that a consumer applies them to its own.</summary>
    public bool HasPartialUpdates { get; init; }
}
