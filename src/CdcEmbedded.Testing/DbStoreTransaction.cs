using System.Data.Common;

namespace CdcEmbedded.Testing;

/// <summary>A transaction of an ADO.NET provider, with a connection of its own.</summary>
internal sealed class DbStoreTransaction(DbConnection connection, DbTransaction transaction) : StoreTransaction<DbTransaction>
{
    public override DbTransaction Transaction => transaction;

    public static async ValueTask<StoreTransaction<DbTransaction>> BeginAsync(DbDataSource dataSource, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new DbStoreTransaction(connection, await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public override Task RollbackAsync(CancellationToken cancellationToken) => transaction.RollbackAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
