using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reports what cannot be delivered as it should be: by an exception or by a notice in the stream, as the options say.</summary>
/// <param name="settings">The options.</param>
/// <param name="log">The reader of the log.</param>
/// <param name="schemas">Knows which tables are captured.</param>
/// <param name="transactions">The open transaction, which holds notices inside it.</param>
/// <param name="output">Where notices between transactions go.</param>
internal sealed class FaultNotices(FeedSettings settings, LogReader log, ISchemaTracker schemas, TransactionBuffer transactions,
    CommittedOutput output)
{
    /// <summary>The columns of a captured table are not known, and its rows are skipped.</summary>
    public DispatchStep ReportSkipped(SkippedTable table) => Report(NoticeKind.TableSkipped, table.Database, table.Table, table.Message);

    /// <summary>True if a rows event that cannot be read is skipped.</summary>
    public bool SkipsUndecodable => settings.OnUndecodableEvent == FaultPolicy.Skip;

    /// <summary>A rows event of a captured table cannot be read, and its rows are skipped.</summary>
    public DispatchStep ReportUndecodable(TableMap table, CdcProtocolException failure)
        => transactions.Open is { Repetition: not Repetition.None } or { IsOfSkippedSource: true } ? DispatchStep.Next
            : Report(NoticeKind.EventSkipped, table.Database, table.Table, $"A rows event of {table.FullName} near {log.Cursor} cannot be "
                + $"decoded, and all its rows are skipped: {failure.Message} Reconcile the table.");

    /// <summary>INCIDENT_EVENT. One in a transaction of its own ends it: nothing else would, and its GTID counts as executed.</summary>
    public DispatchStep ReadIncident(in LogEvent e)
    {
        if (transactions.Open is { Repetition: Repetition.Done })
        {
            return DispatchStep.Next;
        }

        var incident = IncidentEvent.Read(e.Body);
        var message = $"The server reports at "
            + $"{log.Cursor}{(transactions.Open is { Transaction.HasGtid: true } own ? $" (transaction {own.Transaction.Id})" : "")} that "
            + $"its binlog lacks changes (incident {incident.Incident}: '{incident.Message}'). Reconcile the captured tables, then restart "
            + "from a position after that one.";
        if (settings.OnIncident == FaultPolicy.Fail)
        {
            throw new SourceInconsistentException(message);
        }

        var step = Report(NoticeKind.Incident, "", "", message);
        return transactions.Open is { Changes.Count.Rows: 0 } ? transactions.Commit(e) : step;
    }

    /// <summary>An XA transaction is committed that was prepared before reading began.</summary>
    public void ReportMissed(string xid) => Report(NoticeKind.TransactionMissed, "", "", $"The XA transaction {xid} is committed at "
        + $"{log.Cursor}, and its changes, if it changed captured tables, are not in the stream: it was prepared before reading began, or "
        + "MariaDB had crashed again and again between logging and executing its outcomes. Reconcile the tables; in the first case, a "
        + "start from a position before its XA PREPARE delivers them.");

    /// <summary>An XA transaction is rolled back that was delivered before.</summary>
    public void ReportUndone(string xid) => Report(NoticeKind.DataLoss, "", "", $"The XA transaction {xid} is rolled back at {log.Cursor}, "
        + "but its changes were delivered before: the server had logged its XA COMMIT and crashed before it was executed, or it was "
        + "delivered at XA PREPARE. If it changed captured tables, the server has undone these changes. Reconcile them.");

    /// <summary>A row change was logged as a statement: its rows are not in the log (R25).</summary>
    public DispatchStep CheckStatement(in Statement statement)
    {
        var known = schemas.TryReadTable(statement, out var database, out var table);
        if ((known && !schemas.Captures(database, table)) 
            || transactions.Open is { Repetition: not Repetition.None } or { IsOfSkippedSource: true })
        {
            return DispatchStep.Next;
        }

        var message = known && schemas.IsVersionedByTransactions(database, table)
            ? $"A statement at {log.Cursor} changed {database}.{table}, whose history MariaDB keeps by numbers of transactions. MariaDB "
            + "logs every change of such a table as text, whatever binlog_format is, so its changes cannot be delivered. Exclude "
                + "the table; or "
            + "give it a period of TIMESTAMP(6) columns, reconcile it, then restart from a position after that one."
            : $"A statement at {log.Cursor} changed "
            + $"{(known ? $"{database}.{table}" : $"a table of database '{statement.Query.Database}'")} and was logged as text instead of "
            + "rows (binlog_format was not ROW in its session), so its changes cannot be delivered. Set binlog_format=ROW for all "
            + "sessions, reconcile the table, then restart from a position after that one; or exclude the table.";
        if (settings.OnStatementChange == FaultPolicy.Fail)
        {
            throw new SourceInconsistentException(message);
        }

        return Report(NoticeKind.StatementChange, known ? database : statement.Query.Database, table, message);
    }

    /// <summary>Adds the notice at its place: inside a transaction with the changes of that transaction.</summary>
    private DispatchStep Report(NoticeKind kind, string database, string table, string message)
    {
        if (transactions.Open is { } open)
        {
            return transactions.Add(open, new HeldNotice(kind, database, table, message));
        }

        output.Add(StreamItems.Notice(kind, message, transactions.Position.Current, database, table));
        return DispatchStep.Next;
    }
}
