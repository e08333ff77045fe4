namespace CdcEmbedded.Snapshots;

/// <summary>What is remembered of a signal, so that it is accepted once.</summary>
/// <param name="Channel">The channel's name; null for the signal table, whose position is the stream's.</param>
/// <param name="Id">Its id; null if it has none, or was rejected.</param>
/// <param name="Position">The channel's position after it; null for none.</param>
internal sealed record SignalMark(string? Channel, string? Id, string? Position);
