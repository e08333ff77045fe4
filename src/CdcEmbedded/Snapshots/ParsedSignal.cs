namespace CdcEmbedded.Snapshots;

/// <summary>What a signal means: one of the three, or nothing for a signal that is meant for others.</summary>
/// <param name="Command">The command.</param>
/// <param name="Message">A text to log.</param>
/// <param name="Problem">Why it cannot be understood.</param>
internal sealed record ParsedSignal(SnapshotCommand? Command = null, string? Message = null, string? Problem = null);
