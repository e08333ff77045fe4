using System.Net;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Server;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql;

/// <summary>The package's log messages. Event ids: 1000 connections, 1100 opening a stream, 1200 reading it.</summary>
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

    /// <summary>Something to mend that does not prevent reading.</summary>
    [LoggerMessage(1100, LogLevel.Warning, "{Host} [{Code}] {Finding} Remedy: {Remedy}")]
    public static partial void PreflightWarning(ILogger logger, string host, string code, string finding, string remedy);

    /// <summary>The server was asked for its binlog.</summary>
    [LoggerMessage(1101, LogLevel.Debug, "Reading the binlog of {Host}, by GTID: {ByGtid}, from {File}:{Position}, as replica {ServerId}.")]
    public static partial void DumpStarted(ILogger logger, string host, bool byGtid, string file, long position, uint serverId);

    /// <summary>The server could not be asked about its log beside the stream.</summary>
    [LoggerMessage(1102, LogLevel.Debug, "Nothing comes, and the server could not be asked whether its log is still the one that was read.")]
    public static partial void ProbeFailed(ILogger logger, Exception exception);

    /// <summary>The first of two looks says that the log was reset.</summary>
    [LoggerMessage(1103, LogLevel.Debug, "Nothing comes, and the server says of its log that {Contradiction}: it is asked once more.")]
    public static partial void ResetSuspected(ILogger logger, string contradiction);

    /// <summary>MariaDB did not answer at which GTID a place stands.</summary>
    [LoggerMessage(1104, LogLevel.Debug, "The server did not tell at which GTID {File}:{Position} stands: offsets carry none until the next file begins.")]
    public static partial void GtidsNotTold(ILogger logger, string file, long position, Exception exception);

    /// <summary>Another host is tried.</summary>
    [LoggerMessage(1105, LogLevel.Warning, "{Host} is passed over, as its log does not have the position: {Reason}")]
    public static partial void HostPassedOver(ILogger logger, string host, string reason);

    /// <summary>Columns came from information_schema.</summary>
    [LoggerMessage(1200, LogLevel.Debug, "Looked up the {Count} columns of {Database}.{Table}, which the log does not name.")]
    public static partial void SchemaLookedUp(ILogger logger, string database, string table, int count);

    /// <summary>An event that the log marks as ignorable was passed over.</summary>
    [LoggerMessage(1201, LogLevel.Debug, "Passed over an ignorable {EventType} at {File}:{Position}.")]
    public static partial void IgnorableEventPassed(ILogger logger, string eventType, string file, long position);

    /// <summary>The outcome of an XA transaction whose rows were not captured, or prepared before the start.</summary>
    [LoggerMessage(1202, LogLevel.Warning,
        "{Statement} at {File}:{Position} ends an XA transaction that was prepared outside this stream or changed no captured table.")]
    public static partial void XaOutcomePassed(ILogger logger, string statement, string file, long position);

    /// <summary>A transaction has no end in the log.</summary>
    [LoggerMessage(1203, LogLevel.Warning, "Dropped transaction {Transaction}, which never ended ({Reason}): the server rolled it back.")]
    public static partial void UnfinishedTransactionDropped(ILogger logger, string transaction, string reason);

    /// <summary>ROLLBACK behind captured rows: only transactions that mix storage engines log it.</summary>
    [LoggerMessage(1204, LogLevel.Warning,
        "Transaction {Transaction} was rolled back; its {Changes} captured changes are not delivered. Those of tables without transactions stay on "
        + "the server all the same: compare them.")]
    public static partial void RolledBack(ILogger logger, string transaction, long changes);

    /// <summary>Columns came from information_schema at a start.</summary>
    [LoggerMessage(1205, LogLevel.Information,
        "Looked up {Tables} tables, whose columns the log does not name; the log changes {Changed} behind the start.")]
    public static partial void SchemasLookedUp(ILogger logger, int tables, int changed);

    /// <summary>The shadow table of an online schema change.</summary>
    [LoggerMessage(1206, LogLevel.Information,
        "{Database}.{Table} looks like the shadow table of an online schema change and is left out: IncludeShadowTables captures it.")]
    public static partial void ShadowTableLeftOut(ILogger logger, string database, string table);

    /// <summary>A prepared XA transaction that was too large to be held is committed.</summary>
    [LoggerMessage(1207, LogLevel.Information,
        "The prepared XA transaction {Xid} is committed and was too large to be held (TransactionBufferBytes): reading it again from {File}:{Position}.")]
    public static partial void PreparedReadAgain(ILogger logger, string xid, string file, long position);

    /// <summary>A start that lies back needs the log before it.</summary>
    [LoggerMessage(1208, LogLevel.Information,
        "The log changes tables behind the start, whose columns it does not name: reading what they were there from the log's beginning, {File}. With much log "
        + "this takes a while, once.")]
    public static partial void LogReadBefore(ILogger logger, string file);
}
