using System.Data.Common;

namespace CdcEmbedded.Hosting;

/// <summary>What a handler has besides the change.</summary>
public sealed class ChangeContext
{
    private readonly object? _transaction;

    internal ChangeContext(string stream, IServiceProvider services, object? transaction, int attempt)
    {
        Stream = stream;
        Services = services;
        _transaction = transaction;
        Attempt = attempt;
    }

    /// <summary>The stream's name.</summary>
    public string Stream { get; }

    /// <summary>The scope of the batch, or of the change where handlers run by key.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The transaction that the stream commits together with the offset: execute commands in it, and never end it.</summary>
    /// <value>Null if the stream's store is not a database that was passed to <c>StoreOffsetsIn</c>, or handlers run by key.</value>
    public DbTransaction? Transaction => _transaction as DbTransaction;

    /// <summary>The connection of <see cref="Transaction"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public DbConnection Connection => Transaction?.Connection
        ?? throw new InvalidOperationException(
            $"The stream '{Stream}' has no transaction: its store is no database, or handlers run by key. Pass the database of the "
            + "effects to StoreOffsetsIn, also in a test with CdcTestHost, and leave ParallelHandlers at 1.");

    /// <summary>Returns the transaction that the stream commits together with the offset, as what it is in the store's database, such as
    /// an <c>IClientSessionHandle</c> of MongoDB: write the effects in it, and never end it.</summary>
    /// <typeparam name="TTransaction">Its type.</typeparam>
    /// <exception cref="InvalidOperationException">There is no transaction, or it is of another type.</exception>
    public TTransaction GetTransaction<TTransaction>()
        where TTransaction : class
        => _transaction as TTransaction ?? throw new InvalidOperationException(_transaction is null
            ? $"The stream '{Stream}' has no transaction: its store opens none, or handlers run by key."
            : $"The transaction of the stream '{Stream}' is a {_transaction.GetType().Name}, and no {typeof(TTransaction).Name}.");

    /// <summary>The same as whatever it is.</summary>
    internal object? OpenTransaction => _transaction;

    /// <summary>The attempt to handle the batch, or the change where handlers run by key; from 1.</summary>
    public int Attempt { get; }

    /// <summary>True if a dead letter is replayed: see <see cref="CdcStreams.ReplayDeadLettersAsync"/>.</summary>
    public bool IsReplay { get; internal init; }
}
