using CdcEmbedded.Offsets;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb;

/// <summary>A transaction in a session of its own.</summary>
internal sealed class SessionTransaction(MongoOffsetStore store, IClientSessionHandle session) : IOffsetTransaction
{
    public object Transaction => session;

    public ValueTask SaveAsync(ChangeBatch batch, CancellationToken cancellationToken = default)
        => store.SaveAsync(batch, session, cancellationToken);

    public ValueTask CommitAsync(CancellationToken cancellationToken = default) => new(session.CommitTransactionAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (session.IsInTransaction)
            {
                // The driver hides what the server answers: a transaction that is not aborted ends by its time limit.
                await session.AbortTransactionAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            session.Dispose();
        }
    }
}
