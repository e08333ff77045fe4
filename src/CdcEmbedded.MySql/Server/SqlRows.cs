using MySqlConnector;

namespace CdcEmbedded.MySql.Server;

/// <summary>The rows of a query, read in parts, each within the session's limit of time. One flow at a time.</summary>
/// <param name="session">The session, which runs no other query meanwhile.</param>
/// <param name="command">The query.</param>
/// <param name="reader">Its answer.</param>
internal sealed class SqlRows(SqlSession session, MySqlCommand command, MySqlDataReader reader) : IAsyncDisposable
{
    private bool _isRead;
    private bool _isBroken;
    private bool _isDisposed;

    /// <summary>Reads rows until one is the last of a part, or of the answer.</summary>
    /// <param name="onRow">Gets the reader at each row, and returns false at the last row of the part.</param>
    /// <param name="cancellationToken">Ends the wait, and the session.</param>
    /// <returns>False if there are no more rows.</returns>
    /// <exception cref="CdcServerException">The server answered with an error.</exception>
    /// <exception cref="CdcConnectionException">The connection broke, or the rows did not come in time.</exception>
    public async ValueTask<bool> ReadAsync(Func<MySqlDataReader, bool> onRow, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isRead)
        {
            return false;
        }

        return await session.WaitForRowsAsync(ReadPartAsync(onRow), command, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the query, also before its last row.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (session.IsGivenUp)
        {
            // The part that is being read ends it.
            return;
        }

        if (_isRead && !_isBroken)
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            await session.StopAsync(command, reader).ConfigureAwait(false);
        }

        await command.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<bool> ReadPartAsync(Func<MySqlDataReader, bool> onRow)
    {
        try
        {
            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                if (session.IsGivenUp)
                {
                    await session.StopAsync(command, reader).ConfigureAwait(false);
                    return false;
                }

                if (!onRow(reader))
                {
                    return true;
                }
            }

            if (await reader.NextResultAsync().ConfigureAwait(false))
            {
                throw new CdcProtocolException($"{session.Host} answered '{command.CommandText}' with more than one result.",
                    isTransient: true);
            }

            _isRead = true;
            return false;
        }
        catch (Exception e) when (SqlErrors.IsFailure(e) || e is CdcException)
        {
            _isBroken = true;
            throw e as CdcException ?? SqlErrors.OfQuery(e, session.Host.ToString(), command.CommandText);
        }
    }
}
