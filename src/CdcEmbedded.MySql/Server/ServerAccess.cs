using CdcEmbedded.MySql.Replication;
using MySqlConnector;

namespace CdcEmbedded.MySql.Server;

/// <summary>How the servers of a source are reached, by both kinds of connection.</summary>
internal sealed class ServerAccess
{
    private const string DataSourceHint = "The connection string of DataSource has no password. If the data source gets it elsewhere, set "
        + "PasswordProvider as well: a data source gives its password to nobody, so that the replication session needs its own.";

    private readonly ConnectionOptions _options;
    private readonly MySqlDataSource? _dataSource;

    /// <summary>Reads what the options of a source name.</summary>
    /// <param name="connectionString">The connection string; null for that of the data source.</param>
    /// <param name="dataSource">Opens the SQL connections; null where the connection string does.</param>
    /// <param name="passwordProvider">Asked for the password at each connect; null where the connection string has it.</param>
    /// <exception cref="ArgumentException">They name no server, contradict each other, or the connection string
    /// cannot be honoured.</exception>
    public ServerAccess(string? connectionString, MySqlDataSource? dataSource, Func<MySqlPasswordContext, CancellationToken,
        ValueTask<string>>? passwordProvider)
    {
        _options = ConnectionStringReader.Read(connectionString ?? dataSource?.ConnectionString
            ?? throw new ArgumentException("Neither ConnectionString nor DataSource is set: the source does not know its server."));
        _dataSource = dataSource;
        if (passwordProvider is not null)
        {
            if (connectionString is not null && _options.Session.Password.Length > 0)
            {
                throw new ArgumentException("ConnectionString has a password, and PasswordProvider is set as well. Remove one of them.");
            }

            _options = _options with { Session = _options.Session with { PasswordProvider = passwordProvider } };
        }

        else if (connectionString is null && _options.Session.Password.Length == 0)
        {
            _options = _options with { Session = _options.Session with { LoginHint = " " + DataSourceHint } };
        }

        if (dataSource is not null && NamesSeveralHosts(dataSource))
        {
            throw new ArgumentException("DataSource names several hosts. It chooses among them by itself, so that the replication session "
                + "could not follow it: set ConnectionString with the hosts instead, or give the data source one host.");
        }

        if (dataSource is not null && _options.Session.Hosts.Count > 1)
        {
            throw new ArgumentException("ConnectionString names several hosts, and DataSource opens connections to one of them only. Leave "
                + "DataSource unset, or name one host.");
        }
    }

    /// <summary>What replication sessions need.</summary>
    public SessionSettings Session => _options.Session;

    /// <summary>The hosts, in the order in which they are tried.</summary>
    public IReadOnlyList<MySqlHost> Hosts => _options.Session.Hosts;

    /// <summary>Opens an SQL connection to one host.</summary>
    /// <exception cref="CdcConnectionException">The host cannot be reached.</exception>
    /// <exception cref="CdcAuthenticationException">It refused the credentials.</exception>
    /// <exception cref="CdcServerException">It refused for another reason.</exception>
    public async ValueTask<SqlSession> OpenSqlAsync(MySqlHost host, TimeProvider time, CancellationToken cancellationToken)
    {
        var connection = _dataSource is { } dataSource ? dataSource.CreateConnection()
            : new MySqlConnection(_options.SqlFor(host, await Passwords.GetAsync(Session, host, time, cancellationToken)
                .ConfigureAwait(false)));
        var opening = connection.OpenAsync(cancellationToken);
        try
        {
            await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new SqlSession(connection, host, Session.CommandTimeout, time);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // MySqlConnector does not cancel a login that a server leaves unanswered; the connection timeout ends it.
            _ = CloseAfterAsync(connection, opening);
            throw;
        }
        catch (Exception e) when (SqlErrors.IsFailure(e))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw SqlErrors.OfOpening(e, host.ToString(), Session);
        }
    }

    private static bool NamesSeveralHosts(MySqlDataSource dataSource)
        => new MySqlConnectionStringBuilder(dataSource.ConnectionString).Server is var server
            && !server.StartsWith('/') && server.Contains(',', StringComparison.Ordinal);

    private static async Task CloseAfterAsync(MySqlConnection connection, Task opening)
    {
        await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
