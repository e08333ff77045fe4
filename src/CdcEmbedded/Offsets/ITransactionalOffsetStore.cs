namespace CdcEmbedded.Offsets;

/// <summary>A store that can save an offset in a transaction of the application, together with the effects of the
/// changes: see <see cref="ITransactionalOffsetStore{TTransaction}"/>.</summary>
/// <remarks>With <see cref="CommitPolicy.Never"/> the engine stores in such a store, by itself, only positions that have
/// moved without changes.</remarks>
public interface ITransactionalOffsetStore : IOffsetStore
{
}

/// <summary>A store that can save an offset in a transaction of the application, together with the effects of the changes: then both
/// happen, or neither.</summary>
/// <remarks>Applications call <see cref="TransactionalSaves.SaveAsync{TTransaction}(ITransactionalOffsetStore{TTransaction}, ChangeBatch,
/// TTransaction, CancellationToken)"/>, which knows key, text and version. The methods here use the caller's connection, so they may run at
/// the same time as those of <see cref="IOffsetStore"/>.</remarks>
/// <typeparam name="TTransaction">The transaction, such as <see cref="System.Data.Common.DbTransaction"/>.</typeparam>
public interface ITransactionalOffsetStore<in TTransaction> : ITransactionalOffsetStore
{
    /// <summary>Reads what is stored under a key as the transaction sees it, and keeps others from changing it until the transaction ends
    /// if the database can.</summary>
    /// <param name="key">The engine's name.</param>
    /// <param name="transaction">An open transaction.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Null if nothing is stored.</returns>
    ValueTask<StoredOffset?> LoadAsync(string key, TTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Stores a text under a key in the transaction, if <paramref name="expectedVersion"/> is stored. It counts once the
    /// transaction is committed, and never if it is rolled back.</summary>
    /// <param name="key">The engine's name.</param>
    /// <param name="text">The offset's text.</param>
    /// <param name="expectedVersion">The version that is stored now; 0 if nothing is stored.</param>
    /// <param name="transaction">An open transaction.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The new version, greater than <paramref name="expectedVersion"/>.</returns>
    /// <exception cref="OffsetConflictException">Another version is stored. Roll the transaction back.</exception>
    ValueTask<long> SaveAsync(string key, string text, long expectedVersion, TTransaction transaction,
        CancellationToken cancellationToken = default);
}
