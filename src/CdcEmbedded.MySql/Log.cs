using System.Net;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Server;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql;

/// <summary>The package's log messages. Event ids: 1000 connections, 1100 opening a stream, 1200 reading it.</summary>
internal static partial class Log
{
    /// <summary>A connection is open and logged in.</summary>
    [LoggerMessage(1000, LogLevel.Debug,
        "Connected to {Host} at {EndPoint}: version {ServerVersion}, connection {ConnectionId}, after {ElapsedMilliseconds:0.0} ms.")]
    public static partial void Connected(
        ILogger logger, MySqlHost host, EndPoint endPoint, MySqlServerVersion serverVersion, uint connectionId, double elapsedMilliseconds);

    /// <summary>One address of a host did not accept the connection.</summary>
    [LoggerMessage(1001, LogLevel.Debug, "{Host} at {EndPoint} did not accept the connection.")]
    public static partial void AttemptFailed(ILogger logger, MySqlHost host, EndPoint endPoint, Exception exception);

    /// <summary>The name of a host could not be resolved.</summary>
    [LoggerMessage(1002, LogLevel.Debug, "The address of {Host} was not found after {ElapsedMilliseconds:0.0} ms.")]
    public static partial void ResolutionFailed(ILogger logger, MySqlHost host, double elapsedMilliseconds, Exception exception);

    /// <summary>SslMode=Preferred without TLS.</summary>
    [LoggerMessage(1003, LogLevel.Warning,
        "{Host} offers no TLS and SslMode=Preferred continues without it: others can read and change what the connection carries.")]
    public static partial void TlsNotOffered(ILogger logger, string host);

    /// <summary>A connection was closed.</summary>
    [LoggerMessage(1004, LogLevel.Debug, "Closed connection {ConnectionId} to {Host}.")]
    public static partial void Closed(ILogger logger, string host, uint connectionId);

    /// <summary>An SQL connection to the server of a replication session is open.</summary>
    [LoggerMessage(1005, LogLevel.Debug,
        "Connected to {Host} for queries: version {ServerVersion}, connection {ConnectionId}, after {ElapsedMilliseconds:0.0} ms.")]
    public static partial void ConnectedForQueries(
        ILogger logger, MySqlHost host, MySqlServerVersion serverVersion, int connectionId, double elapsedMilliseconds);

    /// <summary>The server was asked for its binlog.</summary>
    [LoggerMessage(1101, LogLevel.Debug, "Reading the binlog of {Host}, by GTID: {ByGtid}, from {File}:{Position}, as replica {ServerId}.")]
    public static partial void DumpStarted(ILogger logger, string host, bool byGtid, string file, long position, uint serverId);

    /// <summary>The idle check could not ask the server about its log.</summary>
    [LoggerMessage(1102, LogLevel.Debug, "The stream is idle, and the server could not be asked if its log was reset.")]
    public static partial void ProbeFailed(ILogger logger, Exception exception);

    /// <summary>The first of two idle checks says that the log was reset.</summary>
    [LoggerMessage(1103, LogLevel.Debug, "The stream is idle, and the server reports of its log that {Contradiction}: asking again.")]
    public static partial void ResetSuspected(ILogger logger, string contradiction);

    /// <summary>MariaDB did not return the GTID of a position.</summary>
    [LoggerMessage(1104, LogLevel.Debug,
        "The server did not return the GTID of {File}:{Position}: offsets carry no GTID until the next file starts.")]
    public static partial void GtidsNotKnown(ILogger logger, string file, long position, Exception exception);

    /// <summary>Another host is tried, because this one does not have the position.</summary>
    [LoggerMessage(1105, LogLevel.Warning, "Skipped {Host}, whose log does not have the position: {Reason}")]
    public static partial void HostSkipped(ILogger logger, string host, string reason);

    /// <summary>SHOW REPLICAS will not list the reader.</summary>
    [LoggerMessage(1106, LogLevel.Debug, "{Host} did not register the reader as a replica: SHOW REPLICAS does not list it.")]
    public static partial void NotRegistered(ILogger logger, string host, Exception exception);

    /// <summary>A proxy gave the second connection another server than the first one.</summary>
    [LoggerMessage(1107, LogLevel.Warning,
        "A connection to {Host} reached server {Reached} instead of {Expected} (attempt {Attempt}): it is dropped.")]
    public static partial void OtherServerReached(ILogger logger, MySqlHost host, string reached, string expected, int attempt);

    /// <summary>Columns were read from information_schema.</summary>
    [LoggerMessage(1200, LogLevel.Debug, "Looked up the {Count} columns of {Database}.{Table}, which the log does not name.")]
    public static partial void SchemaLookedUp(ILogger logger, string database, string table, int count);

    /// <summary>An event that the log marks as ignorable was skipped.</summary>
    [LoggerMessage(1201, LogLevel.Debug, "Skipped an ignorable {EventType} at {File}:{Position}.")]
    public static partial void IgnorableEventPassed(ILogger logger, string eventType, string file, long position);

    /// <summary>The outcome of an XA transaction that has no captured rows, or that was prepared before the start.</summary>
    [LoggerMessage(1202, LogLevel.Warning,
        "{Statement} at {File}:{Position} ends an XA transaction that was prepared outside this stream or changed no captured table.")]
    public static partial void XaOutcomePassed(ILogger logger, string statement, string file, long position);

    /// <summary>The rollback of an XA transaction that was delivered.</summary>
    [LoggerMessage(1210, LogLevel.Warning,
        "{Statement} at {File}:{Position} rolls back an XA transaction that was delivered: reconcile its tables.")]
    public static partial void XaUndone(ILogger logger, string statement, string file, long position);

    /// <summary>A transaction was dropped because the log does not contain its end.</summary>
    [LoggerMessage(1203, LogLevel.Warning, "Dropped transaction {Transaction}, which never ended ({Reason}): the server rolled it back.")]
    public static partial void UnfinishedTransactionDropped(ILogger logger, string transaction, string reason);

    /// <summary>A transaction with captured rows was rolled back, which only transactions that mix storage engines log.</summary>
    [LoggerMessage(1204, LogLevel.Warning,
        "Transaction {Transaction} was rolled back; its {Changes} captured changes are not delivered. Changes to tables without "
        + "transactions remain on the server: reconcile those tables.")]
    public static partial void RolledBack(ILogger logger, string transaction, long changes);

    /// <summary>Columns were read from information_schema at a start.</summary>
    [LoggerMessage(1205, LogLevel.Information,
        "Looked up {Tables} tables, whose columns the log does not name; the log alters {Changed} tables after the start.")]
    public static partial void SchemasLookedUp(ILogger logger, int tables, int changed);

    /// <summary>The shadow table of an online schema change is skipped.</summary>
    [LoggerMessage(1206, LogLevel.Information,
        "{Database}.{Table} looks like the shadow table of an online schema change and is skipped: set IncludeShadowTables to capture it.")]
    public static partial void ShadowTableLeftOut(ILogger logger, string database, string table);

    /// <summary>A transaction needs more memory than it may have.</summary>
    [LoggerMessage(1207, LogLevel.Debug,
        "Transaction {Transaction} moves to the temporary file: {Bytes} bytes in memory, more than TransactionBufferBytes together with "
            + "what else is held.")]
    public static partial void TransactionSpilled(ILogger logger, string transaction, long bytes);

    /// <summary>A transaction in the temporary file was committed.</summary>
    [LoggerMessage(1209, LogLevel.Debug, "Transaction {Transaction} is committed: reading {Bytes} bytes of it from the temporary file.")]
    public static partial void SpilledTransactionDelivered(ILogger logger, string transaction, long bytes);

    /// <summary>A start at an older position needs the log before it.</summary>
    [LoggerMessage(1208, LogLevel.Information,
        "Tables were altered after the start position and the binlog has no column names; scanning from {File} to rebuild their schemas. "
        + "This can take a while, once.")]
    public static partial void LogReadBefore(ILogger logger, string file);
}
