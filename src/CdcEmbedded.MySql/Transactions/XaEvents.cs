using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads XA transactions: prepared at one place of the log, committed or rolled back at another, days later or in
/// another order (R20).</summary>
/// <param name="settings">The options.</param>
/// <param name="log">The reader of the log.</param>
/// <param name="transactions">Holds them until their outcome.</param>
/// <param name="notices">Reports the outcome of one that was not read.</param>
internal sealed class XaEvents(FeedSettings settings, LogReader log, TransactionBuffer transactions, FaultNotices notices)
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
            else if (!open.IsOfSkippedSource && !transactions.Prepared.Delivered.Contains(xid))
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
                prepared.Changes.Release();
            }
            else if (transactions.Prepared.Delivered.Contains(xid))
            {
                // One that was prepared before reading began is not known, and has nothing to drop.
                Log.XaUndone(settings.Logger, statement, log.Cursor.File, log.Cursor.Position);
                notices.ReportUndone(xid);
                transactions.Prepared.Delivered = transactions.Prepared.Delivered.Without(xid);
            }
        }

        return transactions.Commit(e);
    }

    private void MarkDelivered(OpenTransaction open, string xid)
    {
        if (open.Repetition == Repetition.None)
        {
            transactions.Prepared.Delivered = transactions.Prepared.Delivered.With(xid);
        }
    }

    /// <summary>True if a transaction waits for its outcome: with XaMode.DeliverAtPrepare only one that an offset of another
    /// mode has open.</summary>
    private bool IsAwaited(string xid) => settings.Xa != XaMode.DeliverAtPrepare || transactions.Prepared.FindPending(xid) is not null;
}
