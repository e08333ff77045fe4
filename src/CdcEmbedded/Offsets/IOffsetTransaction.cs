namespace CdcEmbedded.Offsets;

/// <summary>An open transaction of a store, for effects and their offset. Its disposal rolls back what is not committed. One call at a
/// time.</summary>
public interface IOffsetTransaction : IAsyncDisposable
{
    /// <summary>The database's transaction, in which effects are written: such as a <see cref="System.Data.Common.DbTransaction"/>, or an
    /// <c>IClientSessionHandle</c> of MongoDB.</summary>
    object Transaction { get; }

    /// <summary>Saves the offset after a batch in the transaction.</summary>
    /// <param name="batch">A batch that the engine of this store yielded.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <exception cref="OffsetConflictException">As <see cref="TransactionalSaves.SaveAsync{TTransaction}(
    /// ITransactionalOffsetStore{TTransaction}, ChangeBatch, TTransaction, CancellationToken)"/>.</exception>
    ValueTask SaveAsync(ChangeBatch batch, CancellationToken cancellationToken = default);

    /// <summary>Commits the effects and the offset.</summary>
    /// <param name="cancellationToken">Cancels the commit, whose outcome is not known then.</param>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);
}
