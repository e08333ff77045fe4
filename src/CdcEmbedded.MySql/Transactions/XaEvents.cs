using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads XA transactions: prepared at one place of the log, committed or rolled back at another, days later or in
/// another order (R20).</summary>
/// <param name="settings">The options.</param>
/// <param name="log">The reader of the log.</param>
/// <param name="transactions">Holds them until their outcome.</param>
/// <param name="output">Where the position goes from which one is read again.</param>
/// <param name="notices">Reports the outcome of one that was not read.</param>
internal sealed class XaEvents(FeedSettings settings, LogReader log, TransactionBuffer transactions, CommittedOutput output,
    FaultNotices notices)
{
    /// <summary>XA START.</summary>
    public void ReadStart(in LogEvent e, uint threadId, string statement)
        => transactions.ReadBegin(e, threadId).Transaction.Xid = XaStatement.ReadXid(statement);

    /// <summary>XA_PREPARE_LOG_EVENT, which is also the end of XA COMMIT ... ONE PHASE.</summary>
    public DispatchStep ReadPrepare(in LogEvent e)
    {
        var prepare = XaPrepareEvent.Read(e.Body);
        var open = transactions.EnsureOpen(e);
        open.Transaction.Xid = prepare.Xid;
        if (prepare.IsOnePhase)
        {
            return transactions.Commit(e);
        }

        if (settings.Xa == XaMode.DeliverAtPrepare && open.Repetition != Repetition.PreparedAgain)
        {
            open.IsProvisional = true;
            MarkDelivered(open, prepare.Xid);
            return transactions.Commit(e);
        }

        if (settings.Xa == XaMode.Fail && open.Changes.Count.Rows > 0)
        {
            throw new SourceInconsistentException($"XA PREPARE of {prepare.Xid} in transaction {open.Transaction.Id} near {log.Cursor} "
                + "does not say if its changes will be committed, and the source's Xa option is XaMode.Fail. Set it to XaMode.Buffer, or "
                + "exclude the tables that XA transactions change.");
        }

        transactions.Prepare(open, prepare.Xid);
        return DispatchStep.Next;
    }

    /// <summary>XA COMMIT.</summary>
    public DispatchStep ReadCommit(in LogEvent e, string statement)
    {
        var open = transactions.EnsureOpen(e);
        if (open.Repetition == Repetition.None && XaStatement.ReadXid(statement) is var xid && IsAwaited(xid))
        {
            if (transactions.Prepared.Take(xid) is { } prepared)
            {
                open.Adopt(prepared.Transaction, prepared.Changes);
                MarkDelivered(open, xid);
            }
            else if (transactions.Prepared.History.FindRolledBack(xid) is { } place)
            {
                throw Recall(open, place);
            }
            else if (!open.IsOfSkippedSource && !transactions.Prepared.IsKnown(xid))
            {
                Log.XaOutcomePassed(settings.Logger, statement, log.Cursor.File, log.Cursor.Position);
                notices.ReportMissed(xid);
            }
        }

        return transactions.Commit(e);
    }

    /// <summary>XA ROLLBACK.</summary>
    public DispatchStep ReadRollback(in LogEvent e, string statement)
    {
        var open = transactions.EnsureOpen(e);
        if (open.Repetition == Repetition.None && XaStatement.ReadXid(statement) is var xid && IsAwaited(xid))
        {
            if (transactions.Prepared.Take(xid) is { } prepared)
            {
                transactions.Prepared.RollBack(prepared);
            }
            else if (transactions.Prepared.History.Delivered.Contains(xid))
            {
                // One that was prepared before reading began is not known, and has nothing to drop.
                Log.XaUndone(settings.Logger, statement, log.Cursor.File, log.Cursor.Position);
                notices.ReportUndone(xid);
                transactions.Prepared.MarkUndone(xid);
            }
        }

        return transactions.Commit(e);
    }

    private void MarkDelivered(OpenTransaction open, string xid)
    {
        if (open.Repetition == Repetition.None)
        {
            transactions.Prepared.MarkDelivered(xid, isCaptured: open.Changes.Count.Rows > 0 || !open.Changes.IsEmpty);
        }
    }

    /// <summary>True if a transaction waits for its outcome: with XaMode.DeliverAtPrepare only one that an offset of another
    /// mode has open, or has dropped.</summary>
    private bool IsAwaited(string xid) => settings.Xa != XaMode.DeliverAtPrepare
        || transactions.Prepared.History.FindPending(xid) is not null || transactions.Prepared.History.FindRolledBack(xid) is not null;

    /// <summary>The transaction is committed after all: its XA ROLLBACK was logged before a crash and not executed. The position before
    /// this XA COMMIT has it as an open one, so that the reconnect reads its rows again.</summary>
    private CdcConnectionException Recall(OpenTransaction open, PendingXa place)
    {
        output.AddProgress(open.Transaction.PositionBefore(transactions.Prepared.History.Recall(place)));
        return new CdcConnectionException($"The XA transaction {place.Xid} is committed at {log.Cursor} after its XA ROLLBACK was logged: "
            + $"the server crashed before it was executed. Its rows are read again from {place.Begin} on.");
    }
}
