namespace CdcEmbedded;

/// <summary>How busy a source is. Immutable.</summary>
/// <param name="RunningThreads">Number of statements that run now; null if the source cannot say.</param>
/// <param name="ReplicaLag">How far the source, which is a replica, is after its own source; null if it is none, or cannot say.</param>
public sealed record SourceLoad(int? RunningThreads, TimeSpan? ReplicaLag);
