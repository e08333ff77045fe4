namespace CdcEmbedded.Testing;

/// <summary>A transaction that <see cref="OffsetStoreConformance"/> ends. Its disposal rolls it back if it is still open.</summary>
/// <typeparam name="TTransaction">The store's kind of transaction.</typeparam>
public abstract class StoreTransaction<TTransaction> : IAsyncDisposable
{
    /// <summary>The transaction, as the store takes it.</summary>
    public abstract TTransaction Transaction { get; }

    /// <summary>Commits it.</summary>
    /// <param name="cancellationToken">Cancels the commit.</param>
    public abstract Task CommitAsync(CancellationToken cancellationToken);

    /// <summary>Rolls it back.</summary>
    /// <param name="cancellationToken">Cancels the rollback.</param>
    public abstract Task RollbackAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
