using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The few commands that a source needs of a deployment. The driver runs them; tests script them.</summary>
/// <remarks>One caller at a time. Errors: <see cref="MongoCommandFailedException"/> where a server refuses,
/// <see cref="CdcConnectionException"/> where none is reached, <see cref="CdcAuthenticationException"/> where the login fails,
/// <see cref="CdcProtocolException"/> where a reply is damaged,
/// <see cref="OperationCanceledException"/> with the caller's token.</remarks>
internal interface IMongoDeployment : IAsyncDisposable
{
    /// <summary>Runs a command that only reads. It is repeated once where a network or state error ends it.</summary>
    /// <param name="database">The database, such as <c>admin</c>.</param>
    /// <param name="command">The command; its first element is its name.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The reply, <c>ok: 1</c>; safe to keep.</returns>
    ValueTask<RawBson> RunCommandAsync(string database, BsonDocument command, CancellationToken cancellationToken);

    /// <summary>Runs a command that writes, on the primary. It is never repeated.</summary>
    /// <param name="database">The database.</param>
    /// <param name="command">The command; its first element is its name.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The reply, <c>ok: 1</c>; it may have <c>writeErrors</c>.</returns>
    ValueTask<RawBson> WriteAsync(string database, BsonDocument command, CancellationToken cancellationToken);

    /// <summary>Runs a command that answers with a cursor, such as <c>aggregate</c>, and keeps the cursor's server and
    /// session for it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="command">The command; its first element is its name.</param>
    /// <param name="options">How the cursor is read.</param>
    /// <param name="cancellationToken">Ends the command, not the cursor.</param>
    /// <returns>The cursor, with its first batch. The caller disposes of it.</returns>
    ValueTask<IMongoCursor> OpenCursorAsync(string database, BsonDocument command, CursorOptions options,
        CancellationToken cancellationToken);
}
