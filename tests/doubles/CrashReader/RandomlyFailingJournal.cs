using CdcEmbedded.Offsets;

namespace CdcEmbedded.CrashReader;

/// <summary>A journal that fails at random, also when a transaction is committed.</summary>
/// <param name="journal">The journal.</param>
/// <param name="random">Decides.</param>
/// <param name="percent">How many of a hundred calls fail.</param>
/// <param name="onLoad">Gets key, text and version of each load that succeeds.</param>
public sealed class RandomlyFailingJournal(EffectJournal journal, Random random, int percent, Action<string, string?, long> onLoad)
    : RandomlyFailingStore(journal, random, percent, onLoad), ITransactionalOffsetStore<JournalTransaction>
{
    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, JournalTransaction transaction, CancellationToken cancellationToken = default) =>
        journal.LoadAsync(key, transaction, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(
        string key, string text, long expectedVersion, JournalTransaction transaction, CancellationToken cancellationToken = default) =>
        journal.SaveAsync(key, text, expectedVersion, transaction, cancellationToken);

    /// <summary>Commits, or fails before or after the commit.</summary>
    public async ValueTask CommitAsync(JournalTransaction transaction) =>
        await SaveAsync(() => new ValueTask<long>(journal.Commit(transaction)));
}
