using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Holds the changes of each transaction until its commit and pushes them to the output then, in memory up to a bound and in a
/// spill file above it; drops what is rolled back, and skips what was delivered before a restart. One caller.</summary>
internal sealed class TransactionBuffer : IDisposable
{
    /// <summary>How much of a transaction that is in the spill file already may wait in memory for the next write.</summary>
    private const long SpilledTailBytes = 1024 * 1024;

    private readonly FeedSettings _settings;
    private readonly LogReader _log;
    private readonly PositionTracker _position;
    private readonly PreparedTransactions _prepared;
    private readonly CommittedOutput _output;
    private readonly ResumePoint? _resume;
    private readonly ChangeSetFactory _sets;
    private readonly SpillSpace _space;
    private readonly RowScanner _scanner;
    private readonly ChangeCount _start;
    private readonly OpenTransaction _transaction = new();
    private SpilledDelivery? _delivery;

    /// <summary>Creates the buffer.</summary>
    /// <param name="settings">What is captured, and how.</param>
    /// <param name="log">The reader of the log.</param>
    /// <param name="start">Where reading begins.</param>
    /// <param name="scanner">Scans the rows of spilled events again.</param>
    /// <param name="output">Where committed changes go.</param>
    public TransactionBuffer(FeedSettings settings, LogReader log, BinlogPosition start, RowScanner scanner, CommittedOutput output)
    {
        _settings = settings;
        _log = log;
        _output = output;
        _scanner = scanner;
        _prepared = new PreparedTransactions(start, settings.CaptureScope);
        _position = new PositionTracker(start, settings.Identity.ServerUuid, log.Cursor, _prepared);
        _resume = ResumePoint.Of(start);
        _start = ChangeCount.Start(settings);
        _sets = new ChangeSetFactory(settings);
        _space = new SpillSpace(settings.OpenSpillStorage, settings.TransactionSpillBytes);
    }

    /// <summary>The transaction that is being read; null between two.</summary>
    public OpenTransaction? Open { get; private set; }

    /// <summary>The position between two transactions.</summary>
    public PositionTracker Position => _position;

    /// <summary>The XA transactions that wait for their outcome.</summary>
    public PreparedTransactions Prepared => _prepared;

    /// <summary>The transaction that is being read; servers without GTID events begin one with BEGIN or with a statement.</summary>
    public OpenTransaction EnsureOpen(in LogEvent e) => Open ?? Begin(e, default);

    /// <summary>Begins a transaction.</summary>
    /// <param name="e">Its first event.</param>
    /// <param name="gtid">Its GTID; none without GTIDs.</param>
    /// <param name="immediateCommit">See <see cref="MySqlTransaction.ImmediateCommit"/>.</param>
    /// <param name="originalCommit">See <see cref="MySqlTransaction.OriginalCommit"/>.</param>
    public OpenTransaction Begin(in LogEvent e, TransactionGtid gtid, long immediateCommit = 0, long originalCommit = 0)
    {
        var begin = new BinlogCoordinates(_log.Cursor.File, e.Start);
        var repetition = _position.Begin(gtid, begin);
        var transaction = new MySqlTransaction(_settings.Identity, gtid, _position.Executed, begin, _prepared)
        {
            ImmediateCommit = immediateCommit,
            OriginalCommit = originalCommit,
            HeaderSeconds = e.Header.Timestamp,
            ServerId = e.Header.ServerId,
        };
        _transaction.Begin(transaction, _resume, repetition, _start);
        _transaction.IsOfSkippedSource = _settings.Sources?.Includes(gtid) == false;
        Open = _transaction;
        return _transaction;
    }

    /// <summary>Reads BEGIN or its like.</summary>
    public OpenTransaction ReadBegin(in LogEvent e, uint threadId)
    {
        if (Open is { HasBegun: true })
        {
            Drop("another one began");
        }

        var open = EnsureOpen(e);
        open.HasBegun = true;
        open.Transaction.ThreadId = threadId;
        return open;
    }

    /// <summary>Adds the rows of an event.</summary>
    public DispatchStep Add(in LogEvent e, RowBuffer rows, CapturedTable table)
    {
        var open = EnsureOpen(e);
        var context = new RowsContext(e.Start, e.PayloadOffset, e.Header.Timestamp, e.Header.ServerId, open.Query);
        var count = open.Changes.Count;
        if (_sets.Create(rows, table, open.Transaction, context, ref count) is { } set)
        {
            open.Changes.Add(set, count);
        }

        return CheckRoom(open);
    }

    /// <summary>Adds a notice to the open transaction.</summary>
    public DispatchStep Add(OpenTransaction open, HeldNotice notice)
    {
        open.Changes.Add(notice);
        return CheckRoom(open);
    }

    /// <summary>The commit was read: delivers the changes, or says that <see cref="TakeDelivery"/> will.</summary>
    public DispatchStep Commit(in LogEvent e)
    {
        var open = EnsureOpen(e);
        if (open.Repetition != Repetition.None)
        {
            Open = null;
            return DispatchStep.Next;
        }

        open.VerifyComplete();
        Finish(open);
        if (open is { Changes.IsEmpty: true, HasDelivered: false, IsResumed: false })
        {
            // Our own writes must not be the reason of further ones. The log's end moves on all the same.
            _position.IsAfterOffsetsOnly = open.StoresOffsetsOnly && (_position.IsAfterOffsetsOnly || !_output.HasProgress);
            _output.MarkProgress();
            return DispatchStep.Next;
        }

        var end = _position.Current;
        if (open.Changes.Spilled is { } spilled)
        {
            _delivery = new SpilledDelivery(open, spilled, new SpilledReader(spilled, open.Transaction, _sets, _scanner, _start), end);
            return DispatchStep.NeedsDelivery;
        }

        foreach (var entry in open.Changes.Held)
        {
            open.Deliver(entry, _output);
        }

        open.End(_output, end);
        return DispatchStep.Next;
    }

    /// <summary>The delivery after <see cref="DispatchStep.NeedsDelivery"/>. No event may be read before it is complete.</summary>
    public SpilledDelivery TakeDelivery()
    {
        var delivery = _delivery ?? throw new InvalidOperationException("No transaction waits for its delivery.");
        _delivery = null;
        return delivery;
    }

    /// <summary>Closes the transaction, which counts as processed.</summary>
    public void Finish(OpenTransaction open)
    {
        Open = null;
        _position.IsAfterOffsetsOnly &= open.StoresOffsetsOnly;
        _position.Append(open.Transaction.RestartGtid);
    }

    /// <summary>The transaction was rolled back.</summary>
    public void RollBack(in LogEvent e)
    {
        var open = EnsureOpen(e);
        if (open.Repetition != Repetition.None)
        {
            Open = null;
            return;
        }

        RefuseIfDelivered(open, "was rolled back");
        if (open.Changes.Count.Rows > 0)
        {
            Log.RolledBack(_settings.Logger, open.Transaction.Id, open.Changes.Count.Rows);
        }

        // A table that was dropped stays so: MariaDB logs what a failed CREATE OR REPLACE … SELECT has dropped in a transaction that
        // is rolled back.
        var drops = open.Changes.Held.FindAll(static entry => entry.SchemaChange is { Kind: SchemaChangeKind.Drop });
        open.Changes.Release();
        Finish(open);
        if (drops.Count == 0)
        {
            _output.MarkProgress();
            return;
        }

        foreach (var drop in drops)
        {
            open.Deliver(drop, _output);
        }

        open.End(_output, _position.Current);
    }

    /// <summary>The transaction has no end: the server crashed while it wrote it, and has rolled it back (R29).</summary>
    public void Drop(string reason)
    {
        if (Open is not { } open)
        {
            return;
        }

        Open = null;
        open.Changes.Release();
        if (open.Repetition == Repetition.None)
        {
            RefuseIfDelivered(open, $"never ended ({reason})");
            Log.UnfinishedTransactionDropped(_settings.Logger, open.Transaction.Id, reason);
        }
    }

    /// <summary>The XA transaction was prepared: its changes wait for the outcome. It counts as processed, and offsets remember to
    /// read it again.</summary>
    public void Prepare(OpenTransaction open, string xid)
    {
        if (open.Repetition == Repetition.Done)
        {
            // Its outcome was read before the restart as well.
            Open = null;
            return;
        }

        // What came before one that is read again is not known from this reading, which began there: the offset has it.
        var transaction = open.Transaction;
        var place = (open.Repetition == Repetition.PreparedAgain ? _prepared.History.FindPending(xid) : null)
            ?? new PendingXa(xid, transaction.Gtid, transaction.ExecutedBefore.Position, transaction.Begin);
        _prepared.Add(new PreparedTransaction(transaction, place, open.Detach()));
        if (open.Repetition != Repetition.None)
        {
            Open = null;
            return;
        }

        Finish(open);
        _output.MarkProgress();
    }

    /// <summary>Moves changes to the spill file until half of the bound is free.</summary>
    /// <exception cref="TransactionSpillException">There is no space, or the file cannot be written.</exception>
    public async ValueTask SpillAsync(CancellationToken cancellationToken)
    {
        var open = Open is { } current && MaySpill(current) ? current : null;
        if (open?.Changes.Spilled is not null)
        {
            await open.Changes.SpillAsync(_space, open.Transaction.Id, cancellationToken).ConfigureAwait(false);
        }

        // The largest first: the file's blocks and the calls are the fewer.
        while (_prepared.HeldBytes + (open?.Changes.HeldBytes ?? 0) > _settings.TransactionBufferBytes / 2)
        {
            var prepared = _prepared.FindLargest();
            if (open is not null && open.Changes.HeldBytes >= (prepared?.Changes.HeldBytes ?? 0))
            {
                Log.TransactionSpilled(_settings.Logger, open.Transaction.Id, open.Changes.HeldBytes);
                await open.Changes.SpillAsync(_space, open.Transaction.Id, cancellationToken).ConfigureAwait(false);
            }
            else if (prepared is not null)
            {
                Log.TransactionSpilled(_settings.Logger, prepared.Transaction.Id, prepared.Changes.HeldBytes);
                await _prepared.SpillAsync(prepared, _space, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Closes the spill file; what is in it is gone.</summary>
    public void Dispose() => _space.Dispose();

    private DispatchStep CheckRoom(OpenTransaction open)
    {
        var bound = _settings.TransactionBufferBytes;
        var held = open.Changes.HeldBytes;
        if (held + _prepared.HeldBytes <= bound && (open.Changes.Spilled is null || held <= SpilledTailBytes))
        {
            return DispatchStep.Next;
        }

        if (MaySpill(open) || (held <= bound && _prepared.HeldBytes > 0))
        {
            return DispatchStep.NeedsSpill;
        }

        DeliverProvisionally(open);
        return DispatchStep.Next;
    }

    /// <summary>True if the changes of a transaction go to the spill file. Those of an XA transaction always do where its outcome decides:
    /// days may pass before it is known.</summary>
    private bool MaySpill(OpenTransaction open) => _settings.LargeTransactions == LargeTransactionMode.Spill
        || (open.Transaction.Xid is not null && (_settings.Xa == XaMode.Buffer || open.Repetition == Repetition.PreparedAgain));

    private void DeliverProvisionally(OpenTransaction open)
    {
        open.IsProvisional = true;
        foreach (var entry in open.Changes.Held)
        {
            open.Deliver(entry, _output);
        }

        open.IsProvisional = false;
        open.Changes.MarkHandedOver();
    }

    private static void RefuseIfDelivered(OpenTransaction open, string what)
    {
        if (open.HasDeliveredChanges || open.IsResumed)
        {
            throw new SourceInconsistentException($"Transaction {open.Transaction.Id} {what} after {open.Changes.Count.Rows} of its "
                + "changes had been delivered (it exceeded TransactionBufferBytes with LargeTransactions set to DeliverProvisionally, or a "
                + "restart interrupted it). Reconcile the affected tables, then restart from a position after this transaction.");
        }
    }
}
