using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <content>What cannot be delivered as it should: an exception or a notice, as the options say.</content>
internal sealed partial class TransactionAssembler
{
    /// <summary>The columns of a captured table are not known, and its rows are passed over.</summary>
    public void PassOver(UnresolvedTable table, string message)
    {
        Tables.PassOver();
        if (_passedOver.Add($"{table.Map.FullName}"))
        {
            Tell(NoticeKind.TableSkipped, table.Map.Database, table.Map.Table, message);
        }
    }

    /// <summary>INCIDENT_EVENT. One that stands in a transaction of its own ends it: nothing else would, and its GTID counts as executed.</summary>
    private void ReadIncident(in EventHeader header, in IncidentEvent incident)
    {
        if (_open is { Repetition: Repetition.Done })
        {
            return;
        }

        var message = $"The server says at {_cursor}{(_open is { Transaction.HasGtid: true } own ? $" (transaction {own.Transaction.Id})" : "")} that its binlog lacks "
            + $"changes (incident {incident.Incident}: '{incident.Message}'). Compare the captured tables, then start anew behind that position.";
        if (_settings.OnIncident == FaultPolicy.Fail)
        {
            throw new SourceInconsistentException(message);
        }

        Tell(NoticeKind.Incident, "", "", message);
        if (_open is { Delivered: 0 })
        {
            Commit(header, _cursor.Position);
        }
    }

    /// <summary>An XA transaction is committed that was prepared before reading began.</summary>
    private void TellMissed(string xid) => Tell(NoticeKind.TransactionMissed, "", "", $"The XA transaction {xid} is committed at {_cursor} and was prepared before "
        + "reading began: what it changed, if it changed captured tables, is not in the stream. Compare them, or start at a place before its XA PREPARE.");

    /// <summary>A row change that was logged as a statement: its rows are not in the log (R25).</summary>
    private void CheckStatement(in QueryEvent query, string text)
    {
        var known = StatementReader.TryReadTable(text, SqlDialect.Of(query, _format), query.Database, out var database, out var table);
        if ((known && !_settings.Selection.Matches(database, table)) || _open is { Repetition: not Repetition.None } or { IsLeftOut: true })
        {
            return;
        }

        var message = $"A statement at {_cursor} changed {(known ? $"{database}.{table}" : $"a table of database '{query.Database}'")} and was logged as text "
            + "instead of rows (binlog_format was not ROW in its session), so its changes cannot be delivered. Set binlog_format=ROW for all "
            + "sessions, compare the table, then start behind that position; or exclude the table.";
        if (_settings.OnStatementChange == FaultPolicy.Fail)
        {
            throw new SourceInconsistentException(message);
        }

        Tell(NoticeKind.StatementChange, known ? database : query.Database, table, message);
    }

    /// <summary>The notice in its place: inside a transaction with that transaction's changes.</summary>
    private void Tell(NoticeKind kind, string database, string table, string message)
    {
        if (_open is { } open)
        {
            open.Hold(NoticeAt(open.Transaction.PositionAfter(open.Delivered, open.Check)));
        }
        else
        {
            _batch.Add(NoticeAt(PositionNow()));
            _hasProgress = false;
        }

        Notice NoticeAt(BinlogPosition position) => StreamItems.Notice(kind, message, position, database, table);
    }
}
