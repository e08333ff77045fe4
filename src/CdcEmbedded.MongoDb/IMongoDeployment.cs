using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>The few commands that a change stream needs of a MongoDB deployment. Another driver can carry them by implementing
/// this.</summary>
/// <remarks>
/// <para>An implementation finds the servers, logs in, chooses one by read preference, adds what every command carries (<c>$db</c>,
/// session, cluster time, read preference), and tries reads that a network or state error cut short once more at a newly chosen server:
/// <c>aggregate</c>, <c>find</c>, <c>count</c>, <c>distinct</c> and the listings, which are therefore not to be used for writing.
/// <c>getMore</c> is never repeated.</para>
/// <para>Thread-safe. Errors: <see cref="MongoCommandException"/> where a server refuses, <see cref="CdcConnectionException"/> where none
/// is
/// reached, <see cref="CdcAuthenticationException"/> where the login fails, <see cref="CdcProtocolException"/> where a reply is
/// damaged, <see cref="OperationCanceledException"/> with the caller's token.</para>
/// </remarks>
public interface IMongoDeployment : IAsyncDisposable
{
    /// <summary>Runs one command.</summary>
    /// <param name="database">The database, such as <c>admin</c>.</param>
    /// <param name="command">The command; its first element is its name.</param>
    /// <param name="options">Null for the deployment's own read preference.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>The reply, <c>ok: 1</c>; safe to keep.</returns>
    ValueTask<RawBson> RunCommandAsync(
        string database, RawBson command, MongoCommandOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Runs a command that answers with a cursor, and keeps the cursor's server, connection and session for it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="command">The command, such as <c>aggregate</c> or <c>find</c>; its first element is its name.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends the command, not the cursor.</param>
    /// <returns>The cursor, whose first batch is there already. The caller disposes of it.</returns>
    ValueTask<IMongoCursor> OpenCursorAsync(
        string database, RawBson command, MongoCursorOptions? options = null, CancellationToken cancellationToken = default);
}
