namespace CdcEmbedded.CrashReader;

/// <summary>A transaction of <see cref="EffectJournal"/>: effects, and the text that is stored with them.</summary>
/// <param name="effects">The effects.</param>
public sealed class JournalTransaction(IReadOnlyList<string> effects)
{
    /// <summary>The effects.</summary>
    public IReadOnlyList<string> Effects { get; } = effects;

    /// <summary>Key, text and version of what is saved in the transaction.</summary>
    public (string Key, string Text, long ExpectedVersion)? Save { get; set; }
}
