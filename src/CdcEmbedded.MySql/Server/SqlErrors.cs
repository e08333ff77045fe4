using System.Net.Sockets;
using System.Security.Authentication;
using CdcEmbedded.MySql.Replication;
using MySqlConnector;

namespace CdcEmbedded.MySql.Server;

/// <summary>Turns what MySqlConnector throws into exceptions of this library. The only place where that is decided.</summary>
internal static class SqlErrors
{
    /// <summary>True for everything that MySqlConnector may throw because of what a server or a network does, its readers' own exceptions
    /// about damaged answers included.</summary>
    public static bool IsFailure(Exception e) => e is not (OperationCanceledException or CdcException or OutOfMemoryException);

    /// <summary>The exception for a connection that could not be opened.</summary>
    /// <param name="e">What MySqlConnector threw.</param>
    /// <param name="host">The host.</param>
    /// <param name="settings">User and TLS mode, for messages.</param>
    public static CdcException OfOpening(Exception e, string host, SessionSettings settings) => e switch
    {
        MySqlException { InnerException: AuthenticationException tls } => new CdcConnectionException(
            $"TLS with {host} failed: {tls.Message}. {PacketChannel.CertificateRemedy}", e, isTransient: false),
        MySqlException { Number: > 0 and not (int)MySqlErrorCode.UnableToConnectToHost } error => ServerError.Refusal(
            ServerError.Create(error.Number, error.SqlState, error.Message, host), settings, settings.SslMode != MySqlSslMode.None),
        NotSupportedException => new CdcAuthenticationException($"User '{settings.User}' cannot log in to {host}: {e.Message}", e),
        MySqlException or IOException or SocketException or ObjectDisposedException
            => new CdcConnectionException($"An SQL connection to {host} could not be opened: {e.Message}", e),
        _ => new CdcProtocolException($"{host} answered the login of an SQL connection with what cannot be read: {e.Message}",
            isTransient: true, innerException: e),
    };

    /// <summary>The exception for a query that failed.</summary>
    /// <param name="e">What MySqlConnector threw.</param>
    /// <param name="host">The host.</param>
    /// <param name="sql">The query.</param>
    public static CdcException OfQuery(Exception e, string host, string sql) => e switch
    {
        MySqlException { ErrorCode: MySqlErrorCode.CommandTimeoutExpired } => TimedOut(host, sql, e),
        MySqlException { Number: > 0 } error => ServerError.Create(error.Number, error.SqlState, error.Message, host, e),
        MySqlException or IOException or SocketException or ObjectDisposedException
            => new CdcConnectionException($"The connection to {host} broke during '{sql}': {e.Message}", e),
        _ => new CdcProtocolException($"{host} answered '{sql}' with what cannot be read: {e.Message}", isTransient: true,
            innerException: e),
    };

    /// <summary>The exception for a query that took too long.</summary>
    public static CdcConnectionException TimedOut(string host, string sql, Exception? cause)
        => new($"{host} did not complete its answer to '{sql}' within the command timeout. Raise it (Default Command Timeout) if the "
            + "server is slow.", cause);
}
