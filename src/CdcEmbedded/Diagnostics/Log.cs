using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Diagnostics;

/// <summary>The core's log messages. Ids: 1-99 the stream's life, 100-199 connections, 200-299 offsets,
/// 300-399 snapshots.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Engine}: reading from {Start}")]
    public static partial void Starting(ILogger logger, string engine, string start);

    [LoggerMessage(9, LogLevel.Information, "{Engine}: reading the tables first, and then the changes after that")]
    public static partial void StartsWithTables(ILogger logger, string engine);

    [LoggerMessage(2, LogLevel.Information, "{Engine}: the source has ended")]
    public static partial void SourceEnded(ILogger logger, string engine);

    [LoggerMessage(3, LogLevel.Error, "{Engine}: the stream has failed")]
    public static partial void StreamFailed(ILogger logger, Exception exception, string engine);

    [LoggerMessage(4, LogLevel.Debug, "{Engine}: stopped")]
    public static partial void Stopped(ILogger logger, string engine);

    [LoggerMessage(5, LogLevel.Error, "{Engine}: the source has not stopped reading within {Seconds} s; its connection may still be open")]
    public static partial void PumpDidNotStop(ILogger logger, string engine, double seconds);

    [LoggerMessage(6, LogLevel.Warning, "{Engine}: {Kind} notice{Subject}: {Notice}")]
    public static partial void Noticed(ILogger logger, string engine, NoticeKind kind, string subject, string notice);

    [LoggerMessage(7, LogLevel.Warning, "{Engine}: {Server}: {Code}: {Finding} Remedy: {Remedy}")]
    public static partial void FoundAtStart(ILogger logger, string engine, string server, string code, string finding, string remedy);

    [LoggerMessage(8, LogLevel.Error, "{Engine}: {Part} has not stopped within {Seconds} s")]
    public static partial void PartDidNotStop(ILogger logger, string engine, string part, double seconds);

    [LoggerMessage(100, LogLevel.Debug, "{Engine}: connected at {Position}")]
    public static partial void Connected(ILogger logger, string engine, string position);

    // The reason is in the line, once: the exception, which says it again, is a line of its own for those who look for its cause.
    [LoggerMessage(101, LogLevel.Warning, "{Engine}: connection failed, attempt {Attempt} in {Seconds:0.0} s: {Reason}")]
    public static partial void Reconnecting(ILogger logger, string engine, string reason, int attempt, double seconds);

    [LoggerMessage(104, LogLevel.Debug, "{Engine}: the failure of the connection")]
    public static partial void ConnectionFailure(ILogger logger, Exception exception, string engine);

    [LoggerMessage(105, LogLevel.Error, "{Engine}: gives up after {Attempts} attempts to connect again, the most that {Option} allows")]
    public static partial void GivesUp(ILogger logger, string engine, int attempts, string option);

    [LoggerMessage(102, LogLevel.Warning, "{Engine}: closing the source's connection failed")]
    public static partial void FeedCloseFailed(ILogger logger, Exception exception, string engine);

    [LoggerMessage(103, LogLevel.Information, "{Engine}: connected again after {Attempts} attempts")]
    public static partial void Reconnected(ILogger logger, string engine, int attempts);

    [LoggerMessage(106, LogLevel.Debug, "{Engine}: the distance from the log's ends could not be measured; it is tried again")]
    public static partial void LogNotMeasured(ILogger logger, Exception exception, string engine);

    [LoggerMessage(107, LogLevel.Warning,
        "{Engine}: the heartbeat could not be written to the source; it is tried again every {Seconds:0.###} s, and logged when it works")]
    public static partial void HeartbeatNotWritten(ILogger logger, Exception exception, string engine, double seconds);

    [LoggerMessage(108, LogLevel.Information, "{Engine}: the heartbeat was written to the source again, after {Failures} failures")]
    public static partial void HeartbeatWrittenAgain(ILogger logger, string engine, int failures);

    [LoggerMessage(109, LogLevel.Warning,
        "{Engine}: the application's liveness callback failed; it is called again every {Seconds:0.###} s, and another failure is logged")]
    public static partial void LivenessCallFailed(ILogger logger, Exception exception, string engine, double seconds);

    [LoggerMessage(200, LogLevel.Debug, "{Engine}: offset stored as version {Version}")]
    public static partial void OffsetSaved(ILogger logger, string engine, long version);

    [LoggerMessage(201, LogLevel.Error, "{Engine}: the last acknowledged offset could not be stored; what it covers will be read again")]
    public static partial void FinalFlushFailed(ILogger logger, Exception exception, string engine);

    [LoggerMessage(203, LogLevel.Error, "{Engine}: the position {Lost} is lost ({Reason}); reading resumes at the {Start} position")]
    public static partial void OffsetLost(ILogger logger, Exception exception, string engine, string lost, string reason, string start);

    [LoggerMessage(202, LogLevel.Warning, "{Engine}: the offset could not be stored before reconnecting; it stays due")]
    public static partial void FlushBeforeReconnectFailed(ILogger logger, Exception exception, string engine);

    [LoggerMessage(210, LogLevel.Information, "{Engine}: waits as a standby: {Owner} holds the lease, number {Fence}")]
    public static partial void StandsBy(ILogger logger, string engine, string owner, long fence);

    [LoggerMessage(211, LogLevel.Information, "{Engine}: holds the lease as {Owner}, number {Fence}")]
    public static partial void LeaseTaken(ILogger logger, string engine, string owner, long fence);

    [LoggerMessage(212, LogLevel.Warning, "{Engine}: the lease could not be renewed; it is tried again")]
    public static partial void RenewalFailed(ILogger logger, Exception exception, string engine);

    [LoggerMessage(213, LogLevel.Warning, "{Engine}: the standby could not read the lease; it is tried again")]
    public static partial void StandbyFailed(ILogger logger, Exception exception, string engine);

    [LoggerMessage(214, LogLevel.Warning, "{Engine}: the lease has run out; nothing is yielded until it is renewed")]
    public static partial void LeaseRanOut(ILogger logger, string engine);

    [LoggerMessage(215, LogLevel.Warning, "{Engine}: the lease could not be released; it runs out by itself")]
    public static partial void ReleaseFailed(ILogger logger, Exception exception, string engine);

    [LoggerMessage(300, LogLevel.Information, "{Engine}: a consistent view of {Tables} tables of {Server} is open; {Lock}")]
    public static partial void ViewOpened(ILogger logger, string engine, string server, int tables, string @lock);

    [LoggerMessage(301, LogLevel.Warning, "{Engine}: the consistent view was lost ({Reason}); the rest is read beside the stream")]
    public static partial void ViewLost(ILogger logger, Exception exception, string engine, string reason);

    [LoggerMessage(302, LogLevel.Warning, "{Engine}: {Action} of a snapshot failed on {Table}; it is tried again")]
    public static partial void SnapshotActionFailed(ILogger logger, Exception exception, string engine, object action, string table);

    [LoggerMessage(303, LogLevel.Information, "{Engine}: the stream is paused for the snapshot {Snapshot} of {Tables} tables")]
    public static partial void StreamPaused(ILogger logger, string engine, string snapshot, int tables);

    [LoggerMessage(304, LogLevel.Information, "{Engine}: the stream continues")]
    public static partial void StreamResumed(ILogger logger, string engine);

    [LoggerMessage(305, LogLevel.Information, "{Engine}: a snapshot waits: {Reason}")]
    public static partial void SnapshotWaits(ILogger logger, string engine, string reason);

    [LoggerMessage(306, LogLevel.Information,
        "{Engine}: the snapshot {Snapshot} is complete: {Tables} tables with {Rows} rows in {Seconds:0.0} s")]
    public static partial void SnapshotComplete(ILogger logger, string engine, string snapshot, int tables, long rows, double seconds);

    [LoggerMessage(307, LogLevel.Warning, "{Engine}: the snapshot {Snapshot} is over and not complete: {Completed} of {Tables} tables, "
        + "{Rows} rows in {Seconds:0.0} s; {Reason}")]
    public static partial void SnapshotIncomplete(ILogger logger, string engine, string snapshot, int completed, int tables, long rows,
        double seconds, string reason);

    [LoggerMessage(308, LogLevel.Warning, "{Engine}: the snapshot {Snapshot} is over and has read no table: {Reason}")]
    public static partial void SnapshotReadNothing(ILogger logger, string engine, string snapshot, string reason);

    [LoggerMessage(310, LogLevel.Information, "{Engine}: signal {Signal} from {Channel} was accepted: {Action}")]
    public static partial void SignalAccepted(ILogger logger, string engine, string signal, string channel, object action);

    [LoggerMessage(311, LogLevel.Information, "{Engine}: signal {Signal}: {Message}")]
    public static partial void SignalLogged(ILogger logger, string engine, string signal, string message);

    [LoggerMessage(312, LogLevel.Information, "{Engine}: signal {Signal} from {Channel} was accepted before and changes nothing")]
    public static partial void SignalRepeated(ILogger logger, string engine, string signal, string channel);

    [LoggerMessage(313, LogLevel.Warning, "{Engine}: reading signals from {Channel} failed; next attempt in {Seconds:0} s")]
    public static partial void ChannelFailed(ILogger logger, Exception exception, string engine, string channel, double seconds);

    [LoggerMessage(314, LogLevel.Error, "{Engine}: another instance runs under this name; signals from {Channel} are no longer read")]
    public static partial void ChannelEnded(ILogger logger, Exception exception, string engine, string channel);

    [LoggerMessage(315, LogLevel.Warning, "{Engine}: a channel of signals has not stopped within {Seconds:0} s")]
    public static partial void ChannelDidNotStop(ILogger logger, string engine, double seconds);
}
