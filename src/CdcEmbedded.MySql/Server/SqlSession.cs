using System.Globalization;
using System.Text;
using CdcEmbedded.MySql.Replication;
using MySqlConnector;

namespace CdcEmbedded.MySql.Server;

/// <summary>An open SQL connection to one server, for queries with small answers, and for one large answer at a time.</summary>
/// <remarks>One flow at a time. A query has one limit of time for its whole answer. A query that was cancelled or broke off ends
/// the session: it can only be disposed of then. No caller waits for a server that does not answer: MySqlConnector closes the
/// socket of a pending read only when the command's time is over, so the session ends such a query, and then its connection,
/// without its caller.</remarks>
internal sealed class SqlSession : IAsyncDisposable
{
    /// <summary>How long a server may continue an answer that nobody wants any more.</summary>
    private static readonly TimeSpan _longestEnd = TimeSpan.FromSeconds(5);

    private readonly MySqlConnection _connection;
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private Task? _query;
    private Task? _ending;
    private Task? _closing;
    private volatile bool _isGivenUp;
    private bool _isLetGo;

    /// <summary>Takes over an open connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="host">The host as the settings name it.</param>
    /// <param name="limit">The longest that one query may take; zero for no limit.</param>
    /// <param name="time">The clock.</param>
    public SqlSession(MySqlConnection connection, MySqlHost host, TimeSpan limit, TimeProvider time)
    {
        _connection = connection;
        _limit = limit;
        _time = time;
        Host = host;
        ServerVersion = MySqlServerVersion.Parse(connection.ServerVersion);
    }

    /// <summary>The host as the settings name it.</summary>
    public MySqlHost Host { get; }

    /// <summary>Most memory that the texts of one answer may take. The default is more than any server has in its catalogue; only one that
    /// sends rows without end has more.</summary>
    /// <remarks>One packet, of up to 1 GiB, is received by MySqlConnector, which has no bound but the command's time.</remarks>
    public long MaxAnswerBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>What the server says it is.</summary>
    public MySqlServerVersion ServerVersion { get; }

    /// <summary>The server's number for this connection.</summary>
    public int ConnectionId => _connection.ServerThread;

    /// <summary>A name in SQL, whatever it contains.</summary>
    public static string Identifier(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>Runs a query and reads its whole answer.</summary>
    /// <exception cref="CdcServerException">The server answered with an error; the session can be used further.</exception>
    /// <exception cref="CdcConnectionException">The connection broke, or the answer was not complete in time.</exception>
    /// <exception cref="CdcProtocolException">The answer cannot be read, or is too large.</exception>
    public ValueTask<SqlAnswer> QueryAsync(string sql, CancellationToken cancellationToken) => QueryAsync(sql, [], cancellationToken);

    /// <summary>Runs a statement with parameters, and reads its whole answer.</summary>
    /// <inheritdoc cref="QueryAsync(string, CancellationToken)"/>
    public async ValueTask<SqlAnswer> QueryAsync(string sql, (string Name, string Value)[] values, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var query = ReadAsync(sql, values);
        try
        {
            // MySqlConnector looks at the command's time only between packets that it has understood.
            return await query.WaitAsync(_limit > TimeSpan.Zero ? _limit + _longestEnd : Timeout.InfiniteTimeSpan, _time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException && !query.IsCompleted)
        {
            _isGivenUp = true;
            _query = query;
            throw e is TimeoutException ? SqlErrors.TimedOut(Host.ToString(), sql, e) : e;
        }
    }

    /// <summary>Runs a query of which the rows are read in parts. Until they are disposed of, the session runs no other.</summary>
    /// <exception cref="CdcServerException">The server answered with an error; the session can be used further.</exception>
    /// <exception cref="CdcConnectionException">The connection broke, or the answer did not begin in time.</exception>
    public async ValueTask<SqlRows> OpenRowsAsync(string sql, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var command = _connection.CreateCommand();
        command.CommandText = sql;

        // MySqlConnector would add up all waiting until the last row.
        command.CommandTimeout = 0;
        return await WaitForRowsAsync(OpenReaderAsync(command), command, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for a part of a large answer within the limit of time. A caller that stops waiting ends the session.</summary>
    internal async ValueTask<T> WaitForRowsAsync<T>(Task<T> task, MySqlCommand command, CancellationToken cancellationToken)
    {
        if (task.IsCompleted)
        {
            return await task.ConfigureAwait(false);
        }

        try
        {
            return await task.WaitAsync(_limit > TimeSpan.Zero ? _limit : Timeout.InfiniteTimeSpan, _time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException && !task.IsCompleted)
        {
            _isGivenUp = true;
            _query = task;
            _ending = CancelAsync(command);
            throw e is TimeoutException ? SqlErrors.TimedOut(Host.ToString(), command.CommandText, e) : e;
        }
    }

    /// <summary>True if nobody waits for the session's task any more.</summary>
    internal bool IsGivenUp => _isGivenUp;

    /// <summary>Ends a query whose rest nobody wants, and then, unless the server does not end it, leaves the session usable.</summary>
    internal Task StopAsync(MySqlCommand command, MySqlDataReader reader) => _ending = EndAsync(command, reader);

    /// <summary>Closes the connection. Never waits for the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_query is { IsCompleted: false } || _ending is { IsCompleted: false })
        {
            // Its time is limited, and nobody should wait for it.
            _closing ??= CloseLaterAsync();
        }
        else if (!_isLetGo)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<SqlAnswer> ReadAsync(string sql, (string Name, string Value)[] values)
    {
        var started = _time.GetTimestamp();
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.CommandTimeout = Remaining(started);
        MySqlDataReader? reader = null;
        try
        {
            reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            var answer = await ReadRowsAsync(command, reader, started).ConfigureAwait(false);
            if (await reader.NextResultAsync().ConfigureAwait(false))
            {
                throw answer.Wrong("more than one result");
            }

            await reader.DisposeAsync().ConfigureAwait(false);
            return answer;
        }
        catch (Exception e) when (SqlErrors.IsFailure(e) || e is CdcException)
        {
            if (reader is not null)
            {
                // Disposing of it would read the rest of the answer, however long that takes.
                _ending = EndAsync(command, reader);
            }

            throw e as CdcException ?? SqlErrors.OfQuery(e, Host.ToString(), sql);
        }
    }

    private async Task<SqlRows> OpenReaderAsync(MySqlCommand command)
    {
        MySqlDataReader reader;
        try
        {
            reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (SqlErrors.IsFailure(e))
        {
            throw SqlErrors.OfQuery(e, Host.ToString(), command.CommandText);
        }

        if (_isGivenUp)
        {
            await StopAsync(command, reader).ConfigureAwait(false);
        }

        return new SqlRows(this, command, reader);
    }

    private async ValueTask<SqlAnswer> ReadRowsAsync(MySqlCommand command, MySqlDataReader reader, long started)
    {
        var columns = new string[reader.FieldCount];
        for (var index = 0; index < columns.Length; index++)
        {
            columns[index] = reader.GetName(index);
        }

        var rows = new List<string?[]>();
        var answer = new SqlAnswer(command.CommandText, Host.ToString(), columns, rows);
        long length = 0;
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            var row = new string?[columns.Length];
            for (var index = 0; index < row.Length; index++)
            {
                row[index] = Text(reader, index);
                length += 32 + ((row[index]?.Length ?? 0) * sizeof(char));
            }

            rows.Add(row);
            if (length > MaxAnswerBytes)
            {
                throw answer.Wrong($"more than {MaxAnswerBytes} bytes");
            }

            if (_isGivenUp || (_limit > TimeSpan.Zero && _time.GetElapsedTime(started) > _limit))
            {
                throw SqlErrors.TimedOut(Host.ToString(), command.CommandText, null);
            }

            command.CommandTimeout = Remaining(started);
        }

        return answer;
    }

    private static string? Text(MySqlDataReader reader, int column) => reader.GetValue(column) switch
    {
        DBNull => null,
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        bool flag => flag ? "1" : "0",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString(),
    };

    /// <summary>What is left of a query's time, in MySqlConnector's seconds; 0 for no limit.</summary>
    private int Remaining(long started) => _limit > TimeSpan.Zero
        ? (int)Math.Max(1, Math.Ceiling((_limit - _time.GetElapsedTime(started)).TotalSeconds)) : 0;

    /// <summary>Asks the server to stop, and reads what still comes. A server that continues is left alone: its socket closes when the
    /// garbage collector finds it, as MySqlConnector closes no connection in the middle of an answer.</summary>
    private async Task EndAsync(MySqlCommand command, MySqlDataReader reader)
    {
        try
        {
            if (_connection.State == System.Data.ConnectionState.Open)
            {
                // Synchronous, and over another connection: not on the caller's thread.
                await Task.Run(command.Cancel).ConfigureAwait(false);
                var started = _time.GetTimestamp();
                command.CommandTimeout = 1;
                while (await reader.ReadAsync().ConfigureAwait(false) || await reader.NextResultAsync().ConfigureAwait(false))
                {
                    if (_time.GetElapsedTime(started) > _longestEnd)
                    {
                        _isLetGo = true;
                        return;
                    }
                }
            }
        }
        catch (Exception e) when (SqlErrors.IsFailure(e) || e is OperationCanceledException)
        {
            // The query has ended, which is all that was wanted; the caller has its failure already.
        }

        await reader.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Asks the server over another connection to end a query, so that its pending read ends.</summary>
    private static async Task CancelAsync(MySqlCommand command)
    {
        try
        {
            await Task.Run(command.Cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (SqlErrors.IsFailure(e) || e is OperationCanceledException)
        {
            // The server cannot be reached: the pending read ends when the socket does.
        }
    }

    private async Task CloseLaterAsync()
    {
        await (_query ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // The query may have begun to end only now.
        await (_ending ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_isLetGo)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
