using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The transaction that is being read: its change sets are held until its commit is read, up to a bound of bytes (R21).</summary>
internal sealed class OpenTransaction
{
    private readonly List<(string Database, string Table, long Count)> _done = [];
    private readonly List<Savepoint> _savepoints = [];
    private MySqlTransaction? _transaction;
    private ResumePoint? _resume;
    private byte[]? _pinnedBuffer;
    private byte[]? _pinnedQueryBuffer;
    private long _handedOver;
    private int _schemaChanges;
    private int _schemaChangesDone;

    /// <summary>Begins anew with another transaction: the one object and its lists serve all of a feed's.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="resume">Where a restart goes on; null for none.</param>
    /// <param name="repetition">Whether it was read before.</param>
    /// <param name="check">See <see cref="DeliveryCheck.Begin"/>.</param>
    public void Begin(MySqlTransaction transaction, ResumePoint? resume, Repetition repetition, ulong check)
    {
        _transaction = transaction;
        var resumed = resume is not null && repetition == Repetition.None && resume.Matches(transaction) ? resume : null;
        _resume = resumed is { Rows: > 0 } ? resumed : null;
        _schemaChangesDone = resumed is null ? 0 : resumed.Rows > 0 ? int.MaxValue : resumed.SchemaChanges;
        IsResumed = resumed is not null;
        Repetition = repetition;
        HasBegun = false;
        IsStartOfAlter = false;
        IsPutAside = false;
        IsLeftOut = false;
        Held.Clear();
        HeldBytes = 0;
        Delivered = 0;
        Check = check;
        LastProvisional = null;
        Query = null;
        _done.Clear();
        _savepoints.Clear();
        _handedOver = 0;
        _schemaChanges = 0;
    }

    public MySqlTransaction Transaction => _transaction ?? throw new InvalidOperationException("No transaction has begun.");

    /// <summary>Whether reading went on inside it, so that its begin was told before.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>Whether it was read before a restart.</summary>
    public Repetition Repetition { get; private set; }

    /// <summary>Whether its rows are not wanted, as it comes from another server than those that are.</summary>
    public bool IsLeftOut { get; set; }

    /// <summary>Whether its rows are not looked at.</summary>
    public bool HidesRows => IsLeftOut || Repetition == Repetition.Done;

    /// <summary>Whether a BEGIN was read: a statement inside is not its end then.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether its statement is the first half of MariaDB's two-phase ALTER, or the one that takes it back: neither changes a table.</summary>
    public bool IsStartOfAlter { get; set; }

    /// <summary>Whether it is an XA transaction too large to be held: its rows are only counted, and read again when it is committed.</summary>
    public bool IsPutAside { get; private set; }

    /// <summary>Sets and items that wait for the commit.</summary>
    public List<FeedEntry> Held { get; } = [];

    public long HeldBytes { get; private set; }

    /// <summary>The captured changes so far, those before a restart included.</summary>
    public long Delivered { get; private set; }

    /// <summary>See <see cref="DeliveryCheck"/>.</summary>
    public ulong Check { get; private set; }

    /// <summary>The last set handed over before the commit was read; null where all are held.</summary>
    public MySqlChangeSet? LastProvisional { get; private set; }

    /// <summary>The statement behind the rows that follow, where the server logs it.</summary>
    public LoggedQuery? Query { get; set; }

    /// <summary>The changes of each table that were delivered before the restart and have been seen again, in the order of the first change.</summary>
    public IReadOnlyList<(string Database, string Table, long Count)> Done => _done;

    /// <summary>Adds the rows of an event.</summary>
    public void Add(RowBuffer rows, CapturedTable table, in RowsContext context, KeyChangeMode keyChange, bool skipUnchanged)
    {
        var parts = rows.Operation == RowsOperation.Update
            ? MySqlChangeSet.PartsOf(rows, table, splitsKeyChanges: keyChange == KeyChangeMode.DeleteAndCreate, skipUnchanged)
            : null;
        var count = parts?.Length ?? rows.RowCount;
        if (count == 0)
        {
            return;
        }

        var set = new MySqlChangeSet(rows, table, Transaction, context, parts, Delivered, Check, 0, PinnedBy(rows.Buffer) + PinnedBy(context.Query));
        Held.Add(FeedEntry.Of(set));
        HeldBytes += set.ByteSize;
        Check = DeliveryCheck.Add(Check, table.Hash, count);
        Delivered += count;
    }

    /// <summary>Counts a schema change that is told.</summary>
    /// <returns>Its place, or 0 where it was told before a restart.</returns>
    public int AddSchemaChange() => ++_schemaChanges > _schemaChangesDone ? _schemaChanges : 0;

    /// <summary>Holds an item until the commit.</summary>
    public void Hold(StreamItem item) => Held.Add(FeedEntry.Of(item));

    /// <summary>Counts a TRUNCATE, which is a transaction of one change.</summary>
    /// <returns>Whether it was delivered before a restart.</returns>
    /// <exception cref="SourceInconsistentException">Another change was delivered in its place.</exception>
    public bool AddTruncate(string database, string table)
    {
        Check = DeliveryCheck.Add(Check, DeliveryCheck.HashOf(database, table), 1);
        Delivered++;
        if (_resume is not { } resume || resume.Rows != Delivered)
        {
            return false;
        }

        resume.Verify(Transaction, Check);
        _resume = null;
        AddDone(database, table, 1);
        return true;
    }

    /// <summary>Remembers a SAVEPOINT. It takes the place of an earlier one of its name (MySQL manual, "SAVEPOINT ... Statements").</summary>
    public void AddSavepoint(string name)
    {
        var earlier = IndexOfSavepoint(name);
        if (earlier >= 0)
        {
            _savepoints.RemoveAt(earlier);
        }

        _savepoints.Add(new Savepoint(name, Held.Count, HeldBytes, Delivered, Check));
    }

    /// <summary>ROLLBACK TO SAVEPOINT: what came after it does not count. All of it is undone: rows of tables without transactions stand in
    /// transactions of their own.</summary>
    /// <exception cref="SourceInconsistentException">Some of it has been handed over, or the savepoint is not there.</exception>
    public void RollBackTo(string name)
    {
        var at = IndexOfSavepoint(name);
        if (at < 0)
        {
            throw new SourceInconsistentException($"Transaction {Transaction.Id} rolls back to the savepoint '{name}', which it has not set: which of its rows "
                + "count cannot be told.");
        }

        var point = _savepoints[at];
        if (point.Delivered < _handedOver)
        {
            throw new SourceInconsistentException($"Transaction {Transaction.Id} rolls back to the savepoint '{name}', but {_handedOver - point.Delivered} of the "
                + "changes behind it had been delivered or let go, as it is larger than TransactionBufferBytes or delivery was interrupted inside it. Compare "
                + "its tables, then start behind it.");
        }

        _savepoints.RemoveRange(at + 1, _savepoints.Count - at - 1);
        Held.RemoveRange(point.Held, Held.Count - point.Held);
        HeldBytes = point.HeldBytes;
        Delivered = point.Delivered;
        Check = point.Check;
    }

    /// <summary>Leaves out of what is held the changes that were delivered before a restart. Not while they are read: rows behind a savepoint may
    /// turn out not to count.</summary>
    /// <exception cref="SourceInconsistentException">They are not the ones that were delivered.</exception>
    public void SkipDone()
    {
        for (var i = 0; i < Held.Count && _resume is not null; i++)
        {
            if (Held[i].Changes is MySqlChangeSet set)
            {
                Held[i] = WithoutDone(set) is { } rest ? FeedEntry.Of(rest) : default;
            }
        }

        Held.RemoveAll(static entry => entry is { Changes: null, Item: null });
    }

    /// <summary>What is held is delivered, and may yet be rolled back.</summary>
    public void MarkProvisional()
    {
        foreach (var entry in Held)
        {
            (entry.Changes as MySqlChangeSet)?.MarkProvisional();
        }
    }

    /// <summary>The held sets are handed over before the commit was read.</summary>
    public void MarkHandedOver()
    {
        LastProvisional = Held.Count > 0 ? Held[^1].Changes as MySqlChangeSet ?? LastProvisional : LastProvisional;
        LetGo();
    }

    /// <summary>Holds nothing of it any more: see <see cref="IsPutAside"/>.</summary>
    public void PutAside()
    {
        IsPutAside = true;
        LetGo();
    }

    /// <summary>This transaction is the outcome of a prepared one, whose changes it delivers.</summary>
    public void Adopt(PreparedTransactions.Entry prepared)
    {
        prepared.Transaction.CommitBy(Transaction);
        _transaction = prepared.Transaction;
        Held.AddRange(prepared.Held);
        Delivered = prepared.Delivered;
        Check = prepared.Check;
        HasBegun = true;
    }

    /// <summary>The commit was read: everything delivered before a restart must have been seen again.</summary>
    /// <exception cref="SourceInconsistentException">It was not.</exception>
    public void VerifyComplete()
    {
        if (_resume is { } resume)
        {
            throw resume.Missing(Transaction, Delivered);
        }
    }

    private int IndexOfSavepoint(string name) => _savepoints.FindLastIndex(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase));

    private void LetGo()
    {
        _handedOver = Delivered;

        // Those before the last time hold nothing any more.
        for (var i = _savepoints.Count - 1; i >= 0 && _savepoints[i].Held > 0; i--)
        {
            _savepoints[i] = _savepoints[i] with { Held = 0, HeldBytes = 0 };
        }

        Held.Clear();
        HeldBytes = 0;
    }

    /// <summary>The set without the changes that were delivered before a restart; null where nothing is left of it.</summary>
    private MySqlChangeSet? WithoutDone(MySqlChangeSet set)
    {
        if (_resume is not { } resume)
        {
            return set;
        }

        var count = set.Count;
        var done = (int)Math.Min(count, resume.Rows - set.DeliveredBefore);
        if (done <= 0)
        {
            return set;
        }

        AddDone(set.GetDatabase(0), set.GetTable(0), done);
        _handedOver = set.DeliveredBefore + done;
        if (_handedOver == resume.Rows)
        {
            resume.Verify(Transaction, set.CheckAfter(done));
            _resume = null;
        }

        return done < count ? set.Without(done) : null;
    }

    /// <summary>A set keeps the whole chunk alive that its event came in, the events of other tables too. Each chunk counts once: for the
    /// first set that lies in it.</summary>
    private int PinnedBy(byte[] buffer)
    {
        if (ReferenceEquals(buffer, _pinnedBuffer))
        {
            return 0;
        }

        _pinnedBuffer = buffer;
        return buffer.Length;
    }

    /// <summary>The same of the chunk in which the statement came, where the rows came in another one.</summary>
    private int PinnedBy(LoggedQuery? query)
    {
        if (query is null || ReferenceEquals(query.Buffer, _pinnedBuffer) || ReferenceEquals(query.Buffer, _pinnedQueryBuffer))
        {
            return 0;
        }

        _pinnedQueryBuffer = query.Buffer;
        return query.Buffer.Length;
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
}
