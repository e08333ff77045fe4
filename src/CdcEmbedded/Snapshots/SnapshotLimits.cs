namespace CdcEmbedded.Snapshots;

/// <summary>The numbers by which a snapshot reads.</summary>
/// <param name="ChunkSize">Rows of a chunk.</param>
/// <param name="Attempts">Failures in a row after which a table is given up.</param>
/// <param name="TransientAttempts">The same for failures that another attempt may cure.</param>
/// <param name="MaxAgain">Rows to read again that an offset lists; with more the table is read from its start.</param>
/// <param name="MaxTouched">Changed keys that a window remembers until HIGH is taken; with more its chunk is read again later.</param>
internal sealed record SnapshotLimits(int ChunkSize, int Attempts = 3, int TransientAttempts = 20, int MaxAgain = 10_000,
    int MaxTouched = 100_000);
