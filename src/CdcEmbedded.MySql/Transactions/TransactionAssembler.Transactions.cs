using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <content>Begin and end of transactions.</content>
internal sealed partial class TransactionAssembler
{
    private void ReadGtid(in EventHeader header, ReadOnlySpan<byte> body, long start)
    {
        Drop("its end is missing");
        var e = GtidEvent.Read(header.Type, body);
        Open(header, start, e.IsAnonymous ? default : new TransactionGtid(e.Gtid), e.ImmediateCommitTimestamp, e.OriginalCommitTimestamp);
    }

    /// <summary>MariaDB has no BEGIN: a group that does not stand alone ends with XID, COMMIT, ROLLBACK or XA PREPARE.</summary>
    private void ReadMariaDbGtid(in EventHeader header, ReadOnlySpan<byte> body, long start)
    {
        Drop("its end is missing");
        var e = MariaDbGtidEvent.Read(header.ServerId, body);
        var open = Open(header, start, new TransactionGtid(e.Gtid));
        open.HasBegun = !e.IsStandalone;
        open.IsStartOfAlter = e.IsAlterWithoutEffect;
        open.Transaction.Xid = e.PreparedXid;
        open.Transaction.ThreadId = e.ThreadId;
    }

    /// <summary>The open transaction; servers without GTID events begin one with BEGIN or with a statement.</summary>
    private OpenTransaction EnsureOpen(in EventHeader header, long start) => _open ?? Open(header, start, default);

    private OpenTransaction Open(in EventHeader header, long start, TransactionGtid gtid, long immediateCommit = 0, long originalCommit = 0)
    {
        if (gtid.HasValue)
        {
            // The log began without a set to go on from: the file's own is the one.
            _executed ??= _previous;
        }

        var transaction = new MySqlTransaction(_settings.Identity, gtid, _executed?.Current ?? default, new BinlogCoordinates(_cursor.File, start), _prepared.Pending)
        {
            ImmediateCommit = immediateCommit,
            OriginalCommit = originalCommit,
            HeaderSeconds = header.Timestamp,
            ServerId = header.ServerId,
        };
        var repetition = _repeated?.Judge(gtid, transaction.Begin) ?? Repetition.None;
        if (_committed is { } committed)
        {
            // Only that one counts.
            repetition = repetition == Repetition.PreparedAgain ? Repetition.None : Repetition.Done;
            transaction.CommitBy(committed.Outcome);
        }

        _open = _transaction;
        _open.Begin(transaction, _resume, repetition, DeliveryCheck.Begin(_settings.KeyChange, _settings.SkipUnchanged));
        _open.IsLeftOut = _settings.Sources?.Includes(gtid) == false;
        return _open;
    }

    private void Begin(in EventHeader header, uint threadId, long start)
    {
        if (_open is { HasBegun: true })
        {
            Drop("another one began");
        }

        var open = EnsureOpen(header, start);
        open.HasBegun = true;
        open.Transaction.ThreadId = threadId;
    }

    private void Commit(in EventHeader header, long start)
    {
        var open = EnsureOpen(header, start);
        if (PassOver(open))
        {
            return;
        }

        if (open.IsPutAside)
        {
            ReadAgain(open, PlaceOf(open.Transaction, open.Transaction.Xid ?? ""));
            return;
        }

        if (open.IsResumed)
        {
            open.SkipDone();
            open.VerifyComplete();
        }

        var end = Finish(open);
        if (open.Held.Count == 0 && open.LastProvisional is null && !open.IsResumed)
        {
            _hasProgress = true;
            return;
        }

        DeliverHeld(open);
        _batch.EndTransaction(open.Transaction, end);
        _hasProgress = false;
    }

    /// <summary>Closes the transaction: it counts as executed.</summary>
    private BinlogPosition Finish(OpenTransaction open)
    {
        _open = null;
        Tables.Trim();
        if (_committed is { } committed)
        {
            _isCommittedRead = true;
            return committed.End;
        }

        _executed?.Append(open.Transaction.RestartGtid);
        return PositionNow();
    }

    /// <summary>Closes a transaction that was processed before the restart; progress begins behind it.</summary>
    private bool PassOver(OpenTransaction open)
    {
        if (open.Repetition == Repetition.None)
        {
            return false;
        }

        _open = null;
        return true;
    }

    private void DeliverHeld(OpenTransaction open)
    {
        if (open.IsResumed && open.LastProvisional is null)
        {
            // Offsets of version 1 do not have it.
            _batch.ResumeTransaction(open.Transaction, open.Done);
        }

        AddHeld(open, open.Transaction);
    }

    private void AddHeld(OpenTransaction open, MySqlTransaction? transaction)
    {
        foreach (var entry in open.Held)
        {
            if (entry.Changes is { } changes)
            {
                _batch.Add(changes);
            }
            else if (entry.Item is { } item)
            {
                _batch.Add(item, transaction);
            }
        }
    }

    /// <summary>Lets go of the prepared XA transactions instead of handing an ordinary one over before its commit.</summary>
    /// <returns>False for an XA transaction, which gives way to those before it.</returns>
    private bool MakeRoom(OpenTransaction open)
    {
        if (open.Transaction.Xid is not null)
        {
            return false;
        }

        _prepared.PutAside();
        return true;
    }

    /// <summary>There is no room to hold more: what is held is delivered before the commit is known.</summary>
    private void HandOver(OpenTransaction open)
    {
        if (open.Transaction.Xid is not null && (_settings.Xa == XaMode.Buffer || open.Repetition == Repetition.PreparedAgain))
        {
            // Days may pass before its outcome is known.
            open.PutAside();
            return;
        }

        open.SkipDone();
        if (open.Held.Count > 0)
        {
            if (_committed is null)
            {
                open.MarkProvisional();
            }

            DeliverHeld(open);
        }

        open.MarkHandedOver();
    }

    private void RollBack(in EventHeader header, long start)
    {
        var open = EnsureOpen(header, start);
        if (PassOver(open))
        {
            return;
        }

        RefuseProvisional(open, "was rolled back");
        if (open.Delivered > 0)
        {
            Log.RolledBack(_settings.Logger, open.Transaction.Id, open.Delivered);
        }

        Finish(open);
        _hasProgress = true;
    }

    /// <summary>A transaction without an end: the server crashed while it wrote it, and has rolled it back (R29).</summary>
    private void Drop(string reason)
    {
        if (_open is { } open)
        {
            _open = null;
            if (open.Repetition == Repetition.None)
            {
                RefuseProvisional(open, $"never ended ({reason})");
                Log.UnfinishedTransactionDropped(_settings.Logger, open.Transaction.Id, reason);
            }
        }
    }

    private static void RefuseProvisional(OpenTransaction open, string what)
    {
        if (open.LastProvisional is not null || open.IsResumed)
        {
            throw new SourceInconsistentException($"Transaction {open.Transaction.Id} {what} after {open.Delivered} of its changes had been delivered, as "
                + "it was larger than TransactionBufferBytes or delivery was interrupted inside it. Compare its tables, then start behind it.");
        }
    }
}
