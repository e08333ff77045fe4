namespace CdcEmbedded.MongoDb;

/// <summary>An open cursor, pinned to the server that opened it.</summary>
/// <remarks>Not thread-safe: one read at a time. Disposing of it closes it at the server where that can still be reached.</remarks>
public interface IMongoCursor : IAsyncDisposable
{
    /// <summary>The server, as <c>host:port</c>.</summary>
    string Server { get; }

    /// <summary>Whether the last batch was read: the server has closed the cursor.</summary>
    bool IsExhausted { get; }

    /// <summary>The next batch: the first one without asking the server, each further one by <c>getMore</c>.</summary>
    /// <param name="cancellationToken">Ends the wait and with it the connection; the cursor can then only be disposed of.</param>
    /// <returns>The batch; on a change stream without events an empty one, after the longest wait.</returns>
    /// <exception cref="InvalidOperationException">The cursor is exhausted.</exception>
    /// <exception cref="MongoCommandException">The server refused; the cursor can then only be disposed of.</exception>
    /// <exception cref="CdcConnectionException">The connection broke; the cursor can then only be disposed of.</exception>
    ValueTask<MongoBatch> ReadAsync(CancellationToken cancellationToken = default);
}
