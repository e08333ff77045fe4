namespace CdcEmbedded.Offsets;

/// <summary>What an <see cref="IOffsetStore"/> holds under one key.</summary>
/// <param name="Text">The text, as it was saved.</param>
/// <param name="Version">Its version, at least 1, which grows with each save.</param>
public sealed record StoredOffset(string Text, long Version);
