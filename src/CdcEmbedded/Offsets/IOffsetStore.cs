namespace CdcEmbedded.Offsets;

/// <summary>Stores offsets across restarts, where the application wants. The application implements it, or uses
/// an existing implementation.</summary>
/// <remarks>Two methods over a table of three columns (key, text, version) are enough. The engine calls them one at a time.</remarks>
public interface IOffsetStore
{
    /// <summary>The table or collection in which offsets are stored, perhaps in the server that is captured: as <c>database.table</c>, or
    /// as <c>table</c> of any database. A source does not deliver its changes unless its options name the table without wildcards, and
    /// transactions that only store offsets are no reason to store another one.</summary>
    /// <value>Null, the default, for none: then exclude the table from what is captured, if it is in the same server.</value>
    string? TableName => null;

    /// <summary>Reads what is stored under a key.</summary>
    /// <param name="key">The engine's name, or that name with a suffix for state of the source.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Null if nothing was ever stored. A store that does not know must throw: null means a first start.</returns>
    ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Stores a text under a key, if nothing else was stored since <paramref name="expectedVersion"/> was
    /// loaded or saved.</summary>
    /// <param name="key">The engine's name, or that name with a suffix for state of the source.</param>
    /// <param name="text">The text, usually of at most a few KB.</param>
    /// <param name="expectedVersion">The version that is stored now; 0 if nothing is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The version stored, greater than <paramref name="expectedVersion"/>. When it returns, the text has
    /// reached durable storage.</returns>
    /// <exception cref="OffsetConflictException">Another version is stored: another instance runs under this name.</exception>
    ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>Removes what is stored under a key, if anything is: state of a source that no stored offset needs any more.</summary>
    /// <remarks>The default does nothing. Then old state of sources remains in the store: with MySQL and without
    /// <c>binlog_row_metadata=FULL</c>, the tables' schemas again after some hundred schema changes.</remarks>
    /// <param name="key">The engine's name with a suffix.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => default;
}
