using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb;

/// <summary>The package's log messages. Event ids: 2000 connection string, 2300 commands and cursors, 2400 change streams. Connections,
/// servers and commands themselves are in the driver's own logs, under its categories.</summary>
internal static partial class Log
{
    /// <summary>An option that is not usable.</summary>
    [LoggerMessage(2000, LogLevel.Warning, "The option {Option} of the connection string is not known to the driver and has no effect.")]
    public static partial void OptionIgnored(ILogger logger, string option);

    /// <summary>A login in clear text.</summary>
    [LoggerMessage(2001, LogLevel.Warning,
        "The connection to {Servers} is not encrypted: others on the network can read and change what it carries. Add tls=true.")]
    public static partial void NotEncrypted(ILogger logger, string servers);

    /// <summary>The client could not be closed in time.</summary>
    [LoggerMessage(2002, LogLevel.Debug, "The client is still closing: a server does not answer. The driver closes the rest when its "
        + "heartbeat fails.")]
    public static partial void ClientNotClosed(ILogger logger, Exception exception);

    /// <summary>A read is tried a second time.</summary>
    [LoggerMessage(2300, LogLevel.Information, "The command {Command} failed at {Server} and is repeated once.")]
    public static partial void Retrying(ILogger logger, string command, string server, Exception exception);

    /// <summary>A cursor could not be closed; the server does it by itself later.</summary>
    [LoggerMessage(2301, LogLevel.Debug, "Cursor {CursorId} at {Server} could not be closed; the server closes it after a "
        + "while without use.")]
    public static partial void CursorNotClosed(ILogger logger, long cursorId, string server, Exception exception);

    /// <summary>A change stream is open.</summary>
    [LoggerMessage(2401, LogLevel.Debug, "Engine '{Engine}' has opened a change stream on {Scope} at {Server}.")]
    public static partial void StreamOpened(ILogger logger, string engine, Deployment.StreamScope scope, string server);

    /// <summary>A resumable error.</summary>
    [LoggerMessage(2402, LogLevel.Information, "Engine '{Engine}' reopens its change stream after the last event: {Reason}")]
    public static partial void Resuming(ILogger logger, Exception exception, string engine, string reason);

    /// <summary>An event is too large.</summary>
    [LoggerMessage(2403, LogLevel.Warning, "Engine '{Engine}' has reached a change event that is too large to be sent, and continues in "
        + "the mode {Mode}.")]
    public static partial void OversizeEvent(ILogger logger, string engine, ChangeStreams.FeedMode mode);

    /// <summary>Opening takes long.</summary>
    [LoggerMessage(2404, LogLevel.Information, "Engine '{Engine}' has waited {Elapsed} for its change stream to open: the server reads its "
        + "oplog from {Start} up to the first event, which may take long after a long stop.")]
    public static partial void StillOpening(ILogger logger, string engine, TimeSpan elapsed, string start);

    /// <summary>A token is of no use.</summary>
    [LoggerMessage(2405, LogLevel.Warning, "Engine '{Engine}' cannot resume after its resume token, whose event the stream "
        + "does not produce "
        + "now, and starts at the token's time {Time} without the events up to the token: {Reason}")]
    public static partial void ResumingByTime(ILogger logger, string engine, Documents.ClusterTime time, string reason);

    /// <summary>A server of another kind.</summary>
    [LoggerMessage(2406, LogLevel.Information, "The server of engine '{Engine}' does not have startAfter; resumeAfter is used instead.")]
    public static partial void NoStartAfter(ILogger logger, string engine);

    /// <summary>The server ended the stream.</summary>
    [LoggerMessage(2407, LogLevel.Information,
        "The server invalidated the change stream of engine '{Engine}' on {Scope}; it is opened again after that.")]
    public static partial void ContinuesAfterInvalidate(ILogger logger, string engine, Deployment.StreamScope scope);
}
