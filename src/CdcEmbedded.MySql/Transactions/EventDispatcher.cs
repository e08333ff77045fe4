using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads event after event and decides what each one means for the transaction that is open, the tables and the position. What it
/// pushes into the transaction buffer comes out of it at the commit. Synchronous; one caller.</summary>
internal sealed class EventDispatcher
{
    private readonly FeedEnd? _end;
    private readonly LogReader _log;
    private readonly TransactionBuffer _transactions;
    private readonly ISchemaTracker _schemas;
    private readonly RowsEvents _rows;
    private readonly StatementEvents _statements;
    private readonly XaEvents _xa;
    private readonly ControlEvents _control;

    /// <summary>Creates the dispatcher.</summary>
    /// <param name="settings">What is captured, and how.</param>
    /// <param name="log">The reader of the log.</param>
    /// <param name="scanner">Scans rows.</param>
    /// <param name="schemas">Follows the columns of tables.</param>
    /// <param name="transactions">Where changes go.</param>
    /// <param name="output">Where items between transactions go.</param>
    public EventDispatcher(FeedSettings settings, LogReader log, RowScanner scanner, ISchemaTracker schemas,
        TransactionBuffer transactions, CommittedOutput output)
    {
        _end = settings.End is { } end ? new FeedEnd(end) : null;
        _log = log;
        _schemas = schemas;
        _transactions = transactions;
        Notices = new FaultNotices(settings, log, schemas, transactions, output);
        _rows = new RowsEvents(log, scanner, schemas, transactions, Notices);
        _xa = new XaEvents(settings, log, transactions, output, Notices);
        var changes = new SchemaStatements(settings, log, schemas, transactions, output);
        _statements = new StatementEvents(log, schemas, transactions, changes, _xa, Notices);
        _control = new ControlEvents(settings, log, schemas, transactions, output);
    }

    /// <summary>Reports what cannot be delivered.</summary>
    public FaultNotices Notices { get; }

    /// <summary>True if no transaction is open, and no compressed one is being read: the position may be reported.</summary>
    public bool IsBetweenTransactions => _transactions.Open is null && !_log.IsInPayload;

    /// <summary>How far the log was read.</summary>
    public ReadProgress Progress => new(_log.EventCount, _log.HeartbeatCount, _transactions.Position.Executed, _log.Cursor);

    /// <summary>Reads the next event.</summary>
    /// <returns>What is needed before the one after it.</returns>
    /// <exception cref="CdcException">The event is damaged, unknown, or one that must not be skipped; with its position.</exception>
    public DispatchStep Next()
    {
        if (_end is { } end && IsBetweenTransactions && end.IsReached(_log.Cursor))
        {
            return DispatchStep.AtEnd;
        }

        try
        {
            if (_log.IsInPayload)
            {
                return _log.TryReadInner(out var inner) ? DispatchInner(inner) : DispatchStep.Next;
            }

            return _log.TryRead(out var e) ? Dispatch(e) : DispatchStep.NeedsBytes;
        }
        catch (CdcException e) when (_log.TryLocate(e) is { } located)
        {
            throw located;
        }
    }

    /// <summary>The events have ended: they must have reached the feed's end.</summary>
    /// <exception cref="CdcConnectionException">They did not.</exception>
    public void VerifyEnd() => _end?.Verify(_log.Cursor, _transactions.Position.Executed, !IsBetweenTransactions);

    /// <summary>A payload holds the events of one transaction.</summary>
    private DispatchStep DispatchInner(in LogEvent e)
    {
        if (_transactions.Open is null && e.PayloadOffset > 0)
        {
            throw _log.Damaged("it follows the end of a transaction in the same payload");
        }

        return Dispatch(e);
    }

    private DispatchStep Dispatch(in LogEvent e)
    {
        switch (e.Type)
        {
            case EventType.TableMap:
                return _rows.ReadMap(e);
            case var type when RowsHeader.IsRowsEvent(type):
                return _rows.ReadRows(e);
            case EventType.Gtid or EventType.AnonymousGtid or EventType.GtidTagged:
                BeginMySql(e);
                return DispatchStep.Next;
            case EventType.MariaDbGtid:
                BeginMariaDb(e);
                return DispatchStep.Next;
            case EventType.Query or EventType.MariaDbQueryCompressed:
                TrimTables();
                return _statements.Read(e);
            case EventType.Xid:
                return _transactions.Commit(e);
            case EventType.TransactionPayload:
                _log.OpenPayload(e);
                return DispatchStep.Next;
            case EventType.RowsQuery or EventType.MariaDbAnnotateRows:
                _rows.ReadQueryText(e);
                return DispatchStep.Next;
            case EventType.XaPrepare:
                return _xa.ReadPrepare(e);
            case EventType.ExecuteLoadQuery:
                return _statements.ReadLoadQuery(e);
            case EventType.Incident:
                return Notices.ReadIncident(e);
            default:
                _control.Read(e);
                return DispatchStep.Next;
        }
    }

    private void BeginMySql(in LogEvent e)
    {
        EndUnfinished();
        var gtid = GtidEvent.Read(e.Type, e.Body);
        _transactions.Begin(e, gtid.IsAnonymous ? default : new TransactionGtid(gtid.Gtid), gtid.ImmediateCommitTimestamp,
            gtid.OriginalCommitTimestamp);
    }

    /// <summary>MariaDB has no BEGIN: a group that is not one statement ends with XID, COMMIT, ROLLBACK or XA PREPARE.</summary>
    private void BeginMariaDb(in LogEvent e)
    {
        EndUnfinished();
        var gtid = MariaDbGtidEvent.Read(e.Header.ServerId, e.Body);
        var open = _transactions.Begin(e, new TransactionGtid(gtid.Gtid));
        open.HasBegun = !gtid.IsStandalone;
        open.IsStartOfAlter = gtid.IsAlterWithoutEffect;
        open.Transaction.Xid = gtid.PreparedXid;
        open.Transaction.ThreadId = gtid.ThreadId;
    }

    private void EndUnfinished()
    {
        _transactions.Drop("its end is missing");
        TrimTables();
    }

    /// <summary>Between two transactions no table map is needed: each statement has its own.</summary>
    private void TrimTables()
    {
        if (_transactions.Open is null)
        {
            _schemas.EndTransaction();
        }
    }
}
