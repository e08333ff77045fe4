namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>An open cursor.</summary>
/// <remarks>Not thread-safe: one read at a time. Disposing of it closes it at the server where the server can still be reached.</remarks>
internal interface IMongoCursor : IAsyncDisposable
{
    /// <summary>The server, as <c>host:port</c>.</summary>
    string Server { get; }

    /// <summary>True if the last batch was read and the server has closed the cursor.</summary>
    bool IsExhausted { get; }

    /// <summary>Reads the next batch: the first one came with the cursor, each further one takes a <c>getMore</c>.</summary>
    /// <param name="cancellationToken">Ends the wait; the cursor can then only be disposed of.</param>
    /// <returns>The batch; on a change stream without events an empty one, after the longest wait.</returns>
    /// <exception cref="InvalidOperationException">The cursor is exhausted.</exception>
    /// <exception cref="MongoCommandFailedException">The server refused; the cursor can then only be disposed of.</exception>
    /// <exception cref="CdcConnectionException">The connection broke; the cursor can then only be disposed of.</exception>
    ValueTask<MongoBatch> ReadAsync(CancellationToken cancellationToken = default);
}
