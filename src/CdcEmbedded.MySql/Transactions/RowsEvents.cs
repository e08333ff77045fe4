using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads table maps, rows, and the statements of rows.</summary>
/// <param name="log">The reader of the log.</param>
/// <param name="scanner">Scans rows.</param>
/// <param name="schemas">Follows the columns of tables.</param>
/// <param name="transactions">Where rows go.</param>
/// <param name="notices">Reports rows that cannot be read.</param>
internal sealed class RowsEvents(LogReader log, RowScanner scanner, ISchemaTracker schemas, TransactionBuffer transactions,
    FaultNotices notices)
{
    /// <summary>TABLE_MAP_EVENT.</summary>
    public DispatchStep ReadMap(in LogEvent e)
    {
        // Rows that are not looked at need no table: what the table of a repeated transaction was need not be known any more.
        if (transactions.Open is { HidesRows: true })
        {
            return DispatchStep.Next;
        }

        schemas.ReadTableMap(e.Body, log.RequireFormat());
        return schemas.NeedsResolving ? DispatchStep.NeedsTable : DispatchStep.Next;
    }

    /// <summary>WRITE_ROWS_EVENT and its like.</summary>
    public DispatchStep ReadRows(in LogEvent e)
    {
        var header = RowsHeader.Read(e.Type, e.Body, log.RequireFormat());
        if (header.IsDummy(e.Body.Length) || transactions.Open is { HidesRows: true })
        {
            return DispatchStep.Next;
        }

        if (schemas.Find(header.TableId) is not { } mapped)
        {
            throw log.Damaged($"it is for table id {header.TableId}, for which no TABLE_MAP_EVENT came");
        }

        if (!mapped.IsCaptured)
        {
            transactions.Open?.PassRows(mapped.StoresOffsets);
            return DispatchStep.Next;
        }

        if (mapped.Table is not { } table)
        {
            throw log.Damaged($"the columns of {mapped.Database}.{mapped.Name} were not resolved");
        }

        transactions.Open?.PassRows(false);
        RowBuffer rows;
        try
        {
            rows = scanner.Scan(table.Map, header, e.Buffer, e.BodyStart, e.Body.Length);
        }
        catch (CdcProtocolException failure) when (notices.SkipsUndecodable)
        {
            return notices.ReportUndecodable(table.Map, failure);
        }

        return transactions.Add(e, rows, table);
    }

    /// <summary>ROWS_QUERY_LOG_EVENT: a length byte that wraps, then the statement. MariaDB's ANNOTATE_ROWS_EVENT is
    /// the statement alone.</summary>
    public void ReadQueryText(in LogEvent e)
    {
        var skip = e.Type == EventType.RowsQuery ? 1 : 0;
        transactions.EnsureOpen(e).Query = e.Body.Length > skip
            ? new LoggedQuery(e.Buffer, e.BodyStart + skip, e.Body.Length - skip)
            : null;
    }
}
