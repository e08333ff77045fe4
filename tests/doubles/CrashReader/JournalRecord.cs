namespace CdcEmbedded.CrashReader;

/// <summary>What <see cref="EffectJournal"/> stores at once.</summary>
/// <param name="Key">The key of the text.</param>
/// <param name="Text">The text, such as an offset.</param>
/// <param name="Version">The text's version.</param>
/// <param name="Effects">The effects that belong to it.</param>
public sealed record JournalRecord(string Key, string Text, long Version, string[] Effects);
