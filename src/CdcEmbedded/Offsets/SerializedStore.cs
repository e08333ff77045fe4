namespace CdcEmbedded.Offsets;

/// <summary>The application's store as one engine calls it: the reading flow stores source state and the consuming flow offsets, but a
/// store is promised one call at a time.</summary>
#pragma warning disable CA1001 // Never disposed: a call may still be in the store when the engine is.
internal sealed class SerializedStore(IOffsetStore store) : IOffsetStore
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>True if the application can save offsets in its own transactions.</summary>
    public bool IsTransactional => store is ITransactionalOffsetStore;

    public string? TableName => store.TableName;

    public async ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await store.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await store.SaveAsync(key, text, expectedVersion, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await store.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
