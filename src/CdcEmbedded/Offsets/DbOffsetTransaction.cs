using System.Data.Common;

namespace CdcEmbedded.Offsets;

/// <summary>A transaction on a connection of its own.</summary>
internal sealed class DbOffsetTransaction : IOffsetTransaction
{
    private readonly DbOffsetStore _store;
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private SqliteWriters.Turn _turn;
    private ChangeBatch? _saved;

    private DbOffsetTransaction(DbOffsetStore store, DbConnection connection, DbTransaction transaction, SqliteWriters.Turn turn)
    {
        _store = store;
        _connection = connection;
        _transaction = transaction;
        _turn = turn;
    }

    public object Transaction => _transaction;

    public static async ValueTask<IOffsetTransaction> BeginAsync(DbOffsetStore store, DbTable table, CancellationToken cancellationToken)
    {
        var turn = await SqliteWriters.EnterAsync(table, cancellationToken).ConfigureAwait(false);
        DbConnection? connection = null;
        try
        {
            connection = await table.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            return new DbOffsetTransaction(store, connection, transaction, turn);
        }
        catch
        {
            using (turn)
            {
                if (connection is not null)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                }
            }

            throw;
        }
    }

    public async ValueTask SaveAsync(ChangeBatch batch, CancellationToken cancellationToken = default)
    {
        await _store.SaveAsync(batch, _transaction, cancellationToken).ConfigureAwait(false);
        _saved = batch;
    }

    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        await _transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        if (_saved is { } batch)
        {
            batch.Stream?.OnCommitted(batch);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Disposing of it twice ends the turn once.
        using var leaving = _turn;
        _turn = default;
        await using var closing = _connection.ConfigureAwait(false);
        await _transaction.DisposeAsync().ConfigureAwait(false);
    }
}
