namespace CdcEmbedded.Offsets;

/// <summary>A store that opens the transactions itself in which effects and offset are committed together, for those who call handlers,
/// such as the hosted streams of CdcEmbedded.Hosting.</summary>
/// <remarks>Applications that open their transactions themselves need only <see cref="ITransactionalOffsetStore{TTransaction}"/>.</remarks>
public interface IOffsetTransactions : ITransactionalOffsetStore
{
    /// <summary>True if the offset is to be saved at the beginning of a transaction, before the effects.</summary>
    /// <value>False, the default: after the effects, so that others are kept from the stored offset as briefly as possible. True for
    /// databases whose transactions see the data as of their beginning, and refuse to write what was changed since: there, each renewal of
    /// the engine's lease would undo the transaction.</value>
    bool SavesFirst => false;

    /// <summary>Opens a transaction.</summary>
    /// <param name="cancellationToken">Cancels the opening.</param>
    ValueTask<IOffsetTransaction> BeginAsync(CancellationToken cancellationToken = default);

    /// <summary>Says that a failure was the transaction's and not that of what was done in it, so that all of it is to be done again:
    /// for example a write conflict.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <value>The default is false for every failure.</value>
    bool IsTransient(Exception failure) => false;
}
