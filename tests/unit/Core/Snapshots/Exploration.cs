namespace CdcEmbedded.Tests.Snapshots;

/// <summary>What was explored.</summary>
/// <param name="States">Different states.</param>
/// <param name="Steps">Steps between them.</param>
/// <param name="Ends">Ends that were reached.</param>
/// <param name="IsComplete">False if the time was over.</param>
internal sealed record Exploration(long States, long Steps, long Ends, bool IsComplete);
