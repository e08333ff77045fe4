namespace CdcEmbedded.Offsets;

/// <summary>Keeps offsets across restarts, in a place of the application's choice. The application implements it, or takes one that is here.</summary>
/// <remarks>Two methods over a table of three columns (key, text, version) are enough. The engine calls them one at a time. An offset store
/// in the same server that is captured should keep its table out of the captured tables: each save would be a change.</remarks>
public interface IOffsetStore
{
    /// <summary>Reads what is stored under a key.</summary>
    /// <param name="key">The engine's name, or that with a suffix for a source's own notes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where nothing was ever stored. A store that cannot tell must throw: null means a first start.</returns>
    ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Stores a text under a key, if nobody else has since <paramref name="expectedVersion"/> was loaded or saved.</summary>
    /// <param name="key">The engine's name, or that with a suffix for a source's own notes.</param>
    /// <param name="text">The text, usually of at most a few KB.</param>
    /// <param name="expectedVersion">The version that is stored now; 0 where nothing is.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The version stored, greater than <paramref name="expectedVersion"/>. When it returns, the text has reached durable storage.</returns>
    /// <exception cref="OffsetConflictException">Another version is stored: another instance runs under this name.</exception>
    ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default);
}
