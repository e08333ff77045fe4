namespace CdcEmbedded.Offsets;

/// <summary>A lease as a row holds it.</summary>
/// <param name="Owner">The instance; null after a release.</param>
/// <param name="Fence">Grows with each take-over.</param>
/// <param name="Duration">How long it lasts after it was written.</param>
/// <param name="Until">The end by the owner's clock: for operators, nothing depends on it.</param>
internal sealed record LeaseRecord(string? Owner, long Fence, TimeSpan Duration, DateTimeOffset Until);
