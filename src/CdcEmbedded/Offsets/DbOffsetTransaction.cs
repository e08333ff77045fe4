using System.Data.Common;

namespace CdcEmbedded.Offsets;

/// <summary>A transaction on a connection of its own.</summary>
internal sealed class DbOffsetTransaction : IOffsetTransaction
{
    private readonly DbOffsetStore _store;
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;

    private DbOffsetTransaction(DbOffsetStore store, DbConnection connection, DbTransaction transaction)
    {
        _store = store;
        _connection = connection;
        _transaction = transaction;
    }

    public object Transaction => _transaction;

    public static async ValueTask<IOffsetTransaction> BeginAsync(DbOffsetStore store, DbDataSource dataSource,
        CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            return new DbOffsetTransaction(store, connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask SaveAsync(ChangeBatch batch, CancellationToken cancellationToken = default)
        => _store.SaveAsync(batch, _transaction, cancellationToken);

    public ValueTask CommitAsync(CancellationToken cancellationToken = default) => new(_transaction.CommitAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await using var closing = _connection.ConfigureAwait(false);
        await _transaction.DisposeAsync().ConfigureAwait(false);
    }
}
