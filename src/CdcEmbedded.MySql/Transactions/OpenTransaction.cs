using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The transaction that is being read. One object serves all of a feed's transactions.</summary>
internal sealed class OpenTransaction
{
    private readonly List<(string Database, string Table, long Count)> _done = [];
    private MySqlTransaction? _transaction;
    private ResumePoint? _resume;
    private bool _reportsDone;
    private ChangeCount _start;
    private MySqlChangeSet? _last;
    private int _schemaChanges;
    private int _schemaChangesDone;
    private bool _hasOffsets;
    private bool _hasOtherRows;

    /// <summary>Begins with the next transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="resume">What was delivered before a restart; null for nothing.</param>
    /// <param name="repetition">If it was read before a restart.</param>
    /// <param name="start">The count before the first change.</param>
    public void Begin(MySqlTransaction transaction, ResumePoint? resume, Repetition repetition, ChangeCount start)
    {
        _transaction = transaction;
        var resumed = resume is not null && repetition == Repetition.None && resume.Matches(transaction) ? resume : null;
        _resume = resumed is { Rows: > 0 } ? resumed : null;
        _schemaChangesDone = resumed is null ? 0 : resumed.Rows > 0 ? int.MaxValue : resumed.SchemaChanges;
        _schemaChanges = 0;
        _start = start;
        _last = null;
        _done.Clear();
        _reportsDone = resumed is not null;
        IsResumed = resumed is not null;
        Repetition = repetition;
        HasBegun = false;
        _hasOffsets = _hasOtherRows = false;
        IsStartOfAlter = false;
        IsOfSkippedSource = false;
        IsProvisional = false;
        HasDelivered = false;
        HasDeliveredChanges = false;
        Query = null;
        Changes.Begin(start);
    }

    public MySqlTransaction Transaction => _transaction ?? throw new InvalidOperationException("No transaction has begun.");

    /// <summary>Its changes and items.</summary>
    public TransactionChanges Changes { get; private set; } = new();

    /// <summary>True if a part of it was delivered before a restart.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>If it was read before a restart.</summary>
    public Repetition Repetition { get; private set; }

    /// <summary>True if it comes from a server whose transactions are not captured.</summary>
    public bool IsOfSkippedSource { get; set; }

    /// <summary>True if its rows are not looked at.</summary>
    public bool HidesRows => IsOfSkippedSource || Repetition == Repetition.Done;

    /// <summary>True if all of its rows are those of the table in which offsets are stored, which is not captured.</summary>
    public bool StoresOffsetsOnly => _hasOffsets && !_hasOtherRows;

    /// <summary>True after a BEGIN: a statement inside is not its end then.</summary>
    public bool HasBegun { get; set; }

    /// <summary>True if its statement is the first half of MariaDB's two-phase ALTER, or the one that takes it back: neither
    /// changes a table.</summary>
    public bool IsStartOfAlter { get; set; }

    /// <summary>True if its changes are delivered before it is known that they are committed.</summary>
    public bool IsProvisional { get; set; }

    /// <summary>True if one of its changes or items was delivered since reading began.</summary>
    public bool HasDelivered { get; private set; }

    /// <summary>True if one of its changes was delivered since reading began.</summary>
    public bool HasDeliveredChanges { get; private set; }

    /// <summary>The statement of the rows that follow, where the server logs it.</summary>
    public LoggedQuery? Query { get; set; }

    /// <summary>Records that it has rows that are not captured.</summary>
    /// <param name="isOffset">True if they are of the table in which offsets are stored.</param>
    public void PassRows(bool isOffset)
    {
        _hasOffsets |= isOffset;
        _hasOtherRows |= !isOffset;
    }

    /// <summary>Counts a schema change.</summary>
    /// <returns>Its number, or 0 where it was delivered before a restart.</returns>
    public int CountSchemaChange() => ++_schemaChanges > _schemaChangesDone ? _schemaChanges : 0;

    /// <summary>Delivers an entry, without the changes that were delivered before a restart. Not before its commit is read: rows after a
    /// savepoint may turn out not to count.</summary>
    /// <exception cref="SourceInconsistentException">The changes delivered before the restart were others.</exception>
    public void Deliver(in HeldEntry entry, CommittedOutput output)
    {
        if (entry.Set is { } set)
        {
            _last = set;
            if (_resume is { } resume)
            {
                if (SkipDone(set, resume) is not { } rest)
                {
                    return;
                }

                set = rest;
            }

            if (IsProvisional)
            {
                set.MarkProvisional();
            }

            ReportDone(output);
            output.Add(set);
            HasDeliveredChanges = true;
        }
        else if (_resume is null)
        {
            // What comes before the last change that was delivered was delivered as well.
            ReportDone(output);
            output.Add(entry.SchemaChange as StreamItem ?? NoticeOf(entry), Transaction);
        }

        HasDelivered |= _resume is null;
    }

    /// <summary>Delivers its notices as items outside of a transaction.</summary>
    public void DeliverNotices(CommittedOutput output)
    {
        foreach (var entry in Changes.Held)
        {
            output.Add(NoticeOf(entry));
        }

        Changes.Release();
    }

    /// <summary>Counts a TRUNCATE, which is a transaction of one change.</summary>
    /// <returns>True if it was delivered before a restart.</returns>
    /// <exception cref="SourceInconsistentException">The change delivered before the restart was another one.</exception>
    public bool SkipTruncate(string database, string table)
    {
        HasDelivered = true;
        Changes.SetCount(Changes.Count.Add(DeliveryCheck.HashOf(database, table), 1));
        if (_resume is not { } resume || resume.Rows != Changes.Count.Rows)
        {
            return false;
        }

        resume.Verify(Transaction, Changes.Count.Check);
        _resume = null;
        AddDone(database, table, 1);
        return true;
    }

    /// <summary>All of its entries were delivered, after its commit was read.</summary>
    /// <param name="output">Where they went.</param>
    /// <param name="end">The position after the transaction.</param>
    public void End(CommittedOutput output, BinlogPosition end)
    {
        Changes.Release();
        _last = null;
        if (HasDelivered || IsResumed)
        {
            ReportDone(output);
            output.EndTransaction(Transaction, end);
        }
        else
        {
            output.MarkProgress();
        }
    }

    /// <summary>Gives its changes away: it is a prepared XA transaction.</summary>
    public TransactionChanges Detach()
    {
        var changes = Changes;
        Changes = new TransactionChanges();
        return changes;
    }

    /// <summary>Takes the changes of a prepared XA transaction over, whose commit it is.</summary>
    public void Adopt(MySqlTransaction prepared, TransactionChanges changes)
    {
        prepared.CommitBy(Transaction);
        _transaction = prepared;
        Changes = changes;
        HasBegun = true;
    }

    /// <summary>The commit was read: it must have at least the changes that were delivered before a restart.</summary>
    /// <exception cref="SourceInconsistentException">It has fewer.</exception>
    public void VerifyComplete()
    {
        if (_resume is { } resume && resume.Rows > Changes.Count.Rows)
        {
            throw resume.Missing(Transaction, Changes.Count.Rows);
        }
    }

    private Notice NoticeOf(in HeldEntry entry)
    {
        var notice = entry.Notice ?? throw new InvalidOperationException("The entry is no notice.");
        var count = _last is { } last ? last.CountAfter(last.Count) : _start;
        return StreamItems.Notice(notice.Kind, notice.Message, Transaction.PositionAfter(count.Rows, count.Check), notice.Database,
            notice.Table);
    }

    /// <summary>The set without the changes that were delivered before a restart; null where nothing is left of it.</summary>
    private MySqlChangeSet? SkipDone(MySqlChangeSet set, ResumePoint resume)
    {
        var done = (int)Math.Min(set.Count, resume.Rows - set.CountBefore.Rows);
        AddDone(set.GetDatabase(0), set.GetTable(0), done);
        if (set.CountBefore.Rows + done == resume.Rows)
        {
            resume.Verify(Transaction, set.CountAfter(done).Check);
            _resume = null;
        }

        return done < set.Count ? set.Without(done) : null;
    }

    private void AddDone(string database, string table, long count)
    {
        var at = _done.FindIndex(d => d.Table == table && d.Database == database);
        if (at >= 0)
        {
            _done[at] = (database, table, _done[at].Count + count);
        }
        else
        {
            _done.Add((database, table, count));
        }
    }

    /// <summary>Says, before the first entry after a restart, what was delivered before it: offsets of version 1 do not have it.</summary>
    private void ReportDone(CommittedOutput output)
    {
        if (_reportsDone)
        {
            _reportsDone = false;
            output.ResumeTransaction(Transaction, _done);
        }
    }
}
