using CdcEmbedded.MySql.Replication;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>One server, known by its identity. Every further connection is held against it before anything that it
/// says is believed.</summary>
internal sealed class KnownServer
{
    // A load balancer that spreads one name over two servers gives the right one within these with a probability of 31/32.
    private const int MaxAttempts = 5;

    private readonly ServerAccess _access;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    private KnownServer(ServerAccess access, MySqlHost host, string identity, ILogger logger, TimeProvider time)
    {
        _access = access;
        _logger = logger;
        _time = time;
        Host = host;
        Identity = identity;
    }

    /// <summary>The host by which it is reached; other hosts have other files, and may have other columns.</summary>
    public MySqlHost Host { get; }

    /// <summary>See <see cref="ServerIdentity"/>.</summary>
    public string Identity { get; }

    /// <summary>Finds out which server a replication session reached.</summary>
    public static async ValueTask<KnownServer> OfAsync(ServerAccess access, ReplicationSession session, ILogger logger, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var identity = await ServerIdentity.AskAsync(session, cancellationToken).ConfigureAwait(false);
        return new KnownServer(access, session.Host, identity, logger, time);
    }

    /// <summary>Finds out which server an SQL connection reached.</summary>
    public static async ValueTask<KnownServer> OfAsync(ServerAccess access, SqlSession session, ILogger logger, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var identity = await ServerIdentity.AskAsync(session, cancellationToken).ConfigureAwait(false);
        return new KnownServer(access, session.Host, identity, logger, time);
    }

    /// <summary>Opens an SQL connection to this server.</summary>
    /// <exception cref="CdcConnectionException">It cannot be reached, or connections to its address keep
    /// reaching another server.</exception>
    public async ValueTask<SqlSession> OpenSqlAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var session = await OpenAsync(token => _access.OpenSqlAsync(Host, _time, token), ServerIdentity.AskAsync, cancellationToken)
            .ConfigureAwait(false);
        var elapsed = _time.GetElapsedTime(started);
        Log.ConnectedForQueries(_logger, Host, session.ServerVersion, session.ConnectionId, elapsed.TotalMilliseconds);
        return session;
    }

    /// <summary>Opens a replication session to this server. Exceptions as for <see cref="OpenSqlAsync"/>.</summary>
    public ValueTask<ReplicationSession> OpenReplicationAsync(CancellationToken cancellationToken) => OpenAsync(
        token => ReplicationSession.ConnectAsync(_access.Session with { Hosts = [Host] }, _logger, _time, token), ServerIdentity.AskAsync,
            cancellationToken);

    private async ValueTask<T> OpenAsync<T>(Func<CancellationToken, ValueTask<T>> open, Func<T, CancellationToken, ValueTask<string>> ask,
        CancellationToken cancellationToken)
        where T : IAsyncDisposable
    {
        for (var attempt = 1; ; attempt++)
        {
            var session = await open(cancellationToken).ConfigureAwait(false);
            var isSame = false;
            try
            {
                var identity = await ask(session, cancellationToken).ConfigureAwait(false);
                isSame = string.Equals(identity, Identity, StringComparison.OrdinalIgnoreCase);
                if (isSame)
                {
                    return session;
                }

                Log.OtherServerReached(_logger, Host, identity, Identity, attempt);
                if (attempt == MaxAttempts)
                {
                    throw new CdcConnectionException($"Connections to {Host} reach different servers: {Identity} first, then {identity} in "
                        + $"{MaxAttempts} attempts. It is a proxy, a load balancer, or was just replaced. Positions of one server mean "
                        + "nothing on another: connect to a server directly, or set the proxy up to send this user to one server.");
                }
            }
            finally
            {
                if (!isSame)
                {
                    await session.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }
}
