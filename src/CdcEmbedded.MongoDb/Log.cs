using CdcEmbedded.MongoDb.Topology;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb;

/// <summary>The package's log messages. Event ids: 2000 connection string and DNS, 2100 connections, 2200 discovery, 2300 commands and cursors,
/// 2400 change streams.</summary>
internal static partial class Log
{
    /// <summary>An option that is not usable.</summary>
    [LoggerMessage(2000, LogLevel.Warning, "{Warning}")]
    public static partial void ConnectionStringWarning(ILogger logger, string warning);

    /// <summary>A login in clear text.</summary>
    [LoggerMessage(2001, LogLevel.Warning,
        "The connection to {Settings} is not encrypted: what it carries can be read and changed by others. Add tls=true.")]
    public static partial void NotEncrypted(ILogger logger, MongoConnectionSettings settings);

    /// <summary>SRV records were read.</summary>
    [LoggerMessage(2002, LogLevel.Debug, "The SRV records of {SrvHost} name {Count} servers.")]
    public static partial void SeedlistResolved(ILogger logger, string srvHost, int count);

    /// <summary>Logged in.</summary>
    [LoggerMessage(
        2100, LogLevel.Debug, "Connected to {Address} ({ServerType}), connection {ConnectionId}, after {ElapsedMilliseconds:0.0} ms.")]
    public static partial void Connected(
        ILogger logger, ServerAddress address, ServerType serverType, long connectionId, double elapsedMilliseconds);

    /// <summary>Closed.</summary>
    [LoggerMessage(2101, LogLevel.Debug, "Closed connection {ConnectionId} to {Address}.")]
    public static partial void Closed(ILogger logger, ServerAddress address, long connectionId);

    /// <summary>The deployment looks different.</summary>
    [LoggerMessage(2200, LogLevel.Debug, "The deployment is now {Topology}.")]
    public static partial void TopologyChanged(ILogger logger, TopologyDescription topology);

    /// <summary>A check failed.</summary>
    [LoggerMessage(2201, LogLevel.Debug, "{Address} did not answer a check.")]
    public static partial void CheckFailed(ILogger logger, ServerAddress address, Exception exception);

    /// <summary>A read is tried a second time.</summary>
    [LoggerMessage(2300, LogLevel.Information, "The command {Command} failed at {Address} and is tried once more.")]
    public static partial void Retrying(ILogger logger, string command, ServerAddress address, Exception exception);

    /// <summary>A cursor could not be closed; the server does it by itself later.</summary>
    [LoggerMessage(2301, LogLevel.Debug,
        "Cursor {CursorId} at {Address} could not be closed; the server closes it when it has been idle long enough.")]
    public static partial void CursorNotClosed(ILogger logger, long cursorId, ServerAddress address, Exception exception);

    /// <summary>Sessions could not be ended; the server does it by itself later.</summary>
    [LoggerMessage(2302, LogLevel.Debug, "{Count} sessions could not be ended; the server ends them when they have been idle long enough.")]
    public static partial void SessionsNotEnded(ILogger logger, int count, Exception exception);

    /// <summary>Something to mend that does not prevent reading.</summary>
    /// <summary>A change stream is open.</summary>
    [LoggerMessage(2401, LogLevel.Debug, "Engine '{Engine}' has opened a change stream on {Scope} at {Server}.")]
    public static partial void StreamOpened(ILogger logger, string engine, ChangeStreams.StreamScope scope, string server);

    /// <summary>A resumable error.</summary>
    [LoggerMessage(2402, LogLevel.Information, "Engine '{Engine}' opens its change stream again behind the last event: {Reason}")]
    public static partial void Resuming(ILogger logger, Exception exception, string engine, string reason);

    /// <summary>An event is too large.</summary>
    [LoggerMessage(2403, LogLevel.Warning, "Engine '{Engine}' has come to a change event that is too large to be sent and goes on in the mode {Mode}.")]
    public static partial void OversizeEvent(ILogger logger, string engine, Feed.FeedMode mode);
}
