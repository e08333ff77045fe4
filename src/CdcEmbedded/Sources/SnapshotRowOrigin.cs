namespace CdcEmbedded.Sources;

/// <summary>What the engine knows of a row that a snapshot read, for its <see cref="SourceInfo"/>.</summary>
/// <param name="Engine">The engine's name.</param>
/// <param name="Position">The stream's position at which the row is delivered.</param>
/// <param name="ReadAt">When it was read, in UTC.</param>
/// <param name="Marker">Its place in the snapshot.</param>
public readonly record struct SnapshotRowOrigin(string Engine, SourcePosition Position, DateTimeOffset ReadAt, SnapshotMarker Marker);
