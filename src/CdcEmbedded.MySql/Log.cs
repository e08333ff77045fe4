using System.Net;
using CdcEmbedded.MySql.Protocol;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql;

/// <summary>The package's log messages. Event ids: 1000 connections.</summary>
internal static partial class Log
{
    /// <summary>Logged in.</summary>
    [LoggerMessage(1000, LogLevel.Debug,
        "Connected to {Host} at {EndPoint}: version {ServerVersion}, connection {ConnectionId}, after {ElapsedMilliseconds:0.0} ms.")]
    public static partial void Connected(
        ILogger logger, MySqlHost host, EndPoint endPoint, MySqlServerVersion serverVersion, uint connectionId, double elapsedMilliseconds);

    /// <summary>One address did not let us in.</summary>
    [LoggerMessage(1001, LogLevel.Debug, "{Host} at {EndPoint} did not accept the connection.")]
    public static partial void AttemptFailed(ILogger logger, MySqlHost host, EndPoint endPoint, Exception exception);

    /// <summary>The name of a host led nowhere.</summary>
    [LoggerMessage(1002, LogLevel.Debug, "The address of {Host} was not found after {ElapsedMilliseconds:0.0} ms.")]
    public static partial void ResolutionFailed(ILogger logger, MySqlHost host, double elapsedMilliseconds, Exception exception);

    /// <summary>SslMode=Preferred without TLS.</summary>
    [LoggerMessage(1003, LogLevel.Warning,
        "{Host} offers no TLS and SslMode=Preferred goes on without it: the connection can be read and changed by others.")]
    public static partial void TlsNotOffered(ILogger logger, string host);

    /// <summary>Closed.</summary>
    [LoggerMessage(1004, LogLevel.Debug, "Closed connection {ConnectionId} to {Host}.")]
    public static partial void Closed(ILogger logger, string host, uint connectionId);
}
