using CdcEmbedded.Offsets;

namespace CdcEmbedded.DeadLetters;

/// <summary>Stores changes that could not be handled. Called by several flows at once where handlers run by key.</summary>
public interface IDeadLetterStore
{
    /// <summary>The table or collection of the letters, perhaps in the server that is captured: as <c>database.table</c>, or as
    /// <c>table</c> of any database. Its changes are not delivered, unless the source's options name it without wildcards.</summary>
    /// <value>Null, the default, for none: then exclude the table from what is captured, if it is in the same server.</value>
    string? TableName => null;

    /// <summary>Asks if letters can be stored and removed in the transactions of a store of offsets: then a batch of a stream and its
    /// letters are committed together.</summary>
    /// <param name="offsets">The stream's store of offsets.</param>
    /// <value>The default is false.</value>
    bool SharesTransactionsOf(IOffsetTransactions offsets) => false;

    /// <summary>Stores a letter. The same change of the same handler may be stored again after a crash.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="transaction">The batch's transaction, as <see cref="IOffsetTransaction.Transaction"/>, if the stream has one and the
    /// store shares it (<see cref="SharesTransactionsOf"/>); null for none.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    ValueTask ParkAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken);

    /// <summary>Reads the letters of a stream, the oldest first.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<DeadLetter> ReadAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Asks if there is a letter of a handler that concerns a table, or certain keys of it.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="table">As <see cref="DeadLetter.Table"/>.</param>
    /// <param name="keys">Letters count whose <see cref="DeadLetter.Key"/> or <see cref="DeadLetter.FormerKey"/> is one of these; empty
    /// for all of the table.</param>
    /// <param name="transaction">The batch's transaction, likewise.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    ValueTask<bool> HasAsync(string stream, string handler, string table, IReadOnlyList<string> keys, object? transaction,
        CancellationToken cancellationToken);

    /// <summary>Removes a letter that was replayed, or is not wanted.</summary>
    /// <param name="letter">A letter that was read.</param>
    /// <param name="transaction">The transaction of the replay, likewise.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>False if it was removed before.</returns>
    ValueTask<bool> RemoveAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken);
}
