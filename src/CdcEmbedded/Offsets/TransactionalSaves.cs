namespace CdcEmbedded.Offsets;

/// <summary>Saves the offset of what a loop has processed in the transaction of its effects, so that the effects
/// happen exactly once.</summary>
/// <remarks>
/// <para>The version in the store is checked inside the transaction: of two instances that apply the same changes, the later one gets an
/// <see cref="OffsetConflictException"/> or an error of its database, and rolls its effects back.</para>
/// <para>After a rollback the same call may be made again, in another transaction. Several saves in one transaction are possible; the last
/// one counts. From the first of these calls on, the engine itself stores no offset after changes, whatever its commit policy.</para>
/// </remarks>
public static class TransactionalSaves
{
    /// <summary>Saves the offset after a batch in the transaction of the batch's effects.</summary>
    /// <typeparam name="TTransaction">The store's kind of transaction.</typeparam>
    /// <param name="store">The store with which the engine was created.</param>
    /// <param name="batch">A batch that the engine yielded.</param>
    /// <param name="transaction">The transaction that contains the effects. The caller commits it.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <exception cref="OffsetConflictException">The store has another version than this engine knows: roll back. If
    /// <see cref="OffsetConflictException.IsAlreadyStored"/> is true, the batch's effects are already committed, and the loop may go to
    /// the next batch.</exception>
    /// <exception cref="ArgumentException">No engine yielded the batch.</exception>
    public static ValueTask SaveAsync<TTransaction>(this ITransactionalOffsetStore<TTransaction> store, ChangeBatch batch,
        TTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(transaction);
        var stream = batch.Stream ?? throw new ArgumentException("The batch was not yielded by an engine.", nameof(batch));
        return stream.SaveAsync(batch, new EnlistedStore<TTransaction>(store, transaction), cancellationToken);
    }

    /// <summary>Saves the offset after a change or another item, for loops over
    /// <see cref="CdcEngine.ReadAsync"/> and <see cref="CdcEngine.ReadAllAsync"/>.</summary>
    /// <typeparam name="TTransaction">The store's kind of transaction.</typeparam>
    /// <param name="store">The store with which the engine was created.</param>
    /// <param name="item">An item that the engine yielded. Everything before it must have been processed.</param>
    /// <param name="transaction">The transaction that contains the effects. The caller commits it.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <exception cref="OffsetConflictException">The store has another version than this engine knows: roll back.</exception>
    /// <exception cref="ArgumentException">No engine yielded the item.</exception>
    public static ValueTask SaveAsync<TTransaction>(this ITransactionalOffsetStore<TTransaction> store, StreamItem item,
        TTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(transaction);
        var stream = item.Stream ?? throw new ArgumentException("The item was not yielded by an engine.", nameof(item));
        return stream.SaveAsync(item, new EnlistedStore<TTransaction>(store, transaction), cancellationToken);
    }

    /// <summary>The store as it is inside one transaction.</summary>
    private sealed class EnlistedStore<TTransaction>(ITransactionalOffsetStore<TTransaction> store, TTransaction transaction) : IOffsetStore
    {
        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
            => store.LoadAsync(key, transaction, cancellationToken);

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
            => store.SaveAsync(key, text, expectedVersion, transaction, cancellationToken);
    }
}
