namespace CdcEmbedded.Hosting;

/// <summary>What a replay of dead letters has done.</summary>
/// <param name="Replayed">Number of letters that were handled and removed.</param>
/// <param name="Failed">Number of letters whose handler has failed again, or that cannot be replayed. They remain.</param>
/// <param name="Held">Number of letters that remain because an earlier letter of their key does.</param>
public sealed record DeadLetterReplay(int Replayed, int Failed, int Held);
