using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <content>XA transactions: prepared in one place of the log, committed or rolled back in another, days later or in another order (R20).</content>
internal sealed partial class TransactionAssembler
{
    private void BeginXa(in EventHeader header, in QueryEvent query, string text, long start)
    {
        Begin(header, query.ThreadId, start);
        EnsureOpen(header, start).Transaction.Xid = XaStatement.ReadXid(text);
    }

    private void ReadXaPrepare(in EventHeader header, in XaPrepareEvent prepare)
    {
        var open = EnsureOpen(header, _cursor.Position);
        open.Transaction.Xid = prepare.Xid;
        if (prepare.IsOnePhase || (_settings.Xa == XaMode.EmitAtPrepare && open.Repetition != Repetition.PreparedAgain))
        {
            if (!prepare.IsOnePhase && _committed is null)
            {
                open.MarkProvisional();
            }

            Commit(header, _cursor.Position);
            return;
        }

        if (_settings.Xa == XaMode.Fail && open.Delivered > 0)
        {
            throw new SourceInconsistentException($"XA PREPARE of {prepare.Xid} in transaction {open.Transaction.Id} near {_cursor} leaves open whether its changes will "
                + "be committed, and the source's Xa is XaMode.Fail. Set it to XaMode.Buffer, or exclude the tables that XA transactions change.");
        }

        Hold(open, prepare.Xid);
    }

    /// <summary>The rows of the prepared transaction wait; it counts as executed, and the offset remembers to read it again.</summary>
    private void Hold(OpenTransaction open, string xid)
    {
        if (open.Repetition == Repetition.Done)
        {
            // Its outcome was read before the restart as well.
            _open = null;
            return;
        }

        // What came before one that is read again is not known from this reading, which began there: the offset has said it.
        var expected = open.Repetition == Repetition.PreparedAgain ? _prepared.Expected(xid) : null;
        _prepared.Add(expected ?? PlaceOf(open.Transaction, xid), open);
        if (!PassOver(open))
        {
            Finish(open);
            _hasProgress = true;
        }
    }

    private void CommitXa(in EventHeader header, string text, long start)
    {
        var open = EnsureOpen(header, start);
        if (open.Repetition == Repetition.None && XaStatement.ReadXid(text) is var xid && IsAwaited(xid))
        {
            if (_prepared.Take(xid) is { } prepared)
            {
                if (prepared.IsPutAside)
                {
                    ReadAgain(open, prepared.Place);
                    return;
                }

                open.Adopt(prepared);
            }
            else if (!open.IsLeftOut)
            {
                Log.XaOutcomePassed(_settings.Logger, text, _cursor.File, _cursor.Position);
                TellMissed(xid);
            }
        }

        Commit(header, start);
    }

    /// <summary>Whether a transaction waits for its outcome: with XaMode.EmitAtPrepare only one that an offset of another mode has open.</summary>
    private bool IsAwaited(string xid) => _settings.Xa != XaMode.EmitAtPrepare || _prepared.Expected(xid) is not null;

    private static PendingXa PlaceOf(MySqlTransaction transaction, string xid) => new(xid, transaction.Gtid, transaction.ExecutedBefore.Position,
        transaction.Begin);

    /// <summary>The transaction that is committed here was put aside: the feed reads it before anything that follows. No position behind it may be told
    /// until then.</summary>
    private void ReadAgain(OpenTransaction outcome, PendingXa place)
    {
        var transaction = outcome.Transaction;
        Wanted = new CommittedXa(place, transaction, Finish(outcome), _resume);
        _hasProgress = false;
    }

    private void RollBackXa(in EventHeader header, string text, long start)
    {
        var open = EnsureOpen(header, start);
        if (open.Repetition == Repetition.None && XaStatement.ReadXid(text) is var xid && IsAwaited(xid))
        {
            // Rows of a transaction that was prepared before reading began need not be known to be left out.
            _prepared.Take(xid);
        }

        Commit(header, start);
    }
}
