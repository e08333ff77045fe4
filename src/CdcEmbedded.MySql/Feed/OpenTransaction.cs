using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Feed;

/// <summary>The transaction that is being read: its change sets are held until its commit is read, up to a bound of bytes (R21).</summary>
internal sealed class OpenTransaction
{
    private readonly List<(CapturedTable Table, long Count)> _counts = new(2);
    private MySqlTransaction? _transaction;
    private ResumePoint? _resume;
    private byte[]? _pinnedBuffer;

    /// <summary>Begins anew with another transaction: the one object and its lists serve all of a feed's.</summary>
    public void Begin(MySqlTransaction transaction, ResumePoint? resume)
    {
        _transaction = transaction;
        _resume = resume is not null && resume.Matches(transaction) ? resume : null;
        IsResumed = _resume is not null;
        HasBegun = false;
        Held.Clear();
        HeldBytes = 0;
        Delivered = 0;
        Check = 0;
        LastProvisional = null;
        Query = null;
        _counts.Clear();
    }

    public MySqlTransaction Transaction => _transaction ?? throw new InvalidOperationException("No transaction has begun.");

    /// <summary>Whether reading went on inside it, so that its begin was told before.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>Whether a BEGIN was read: a statement inside is not its end then.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Sets that wait for the commit.</summary>
    public List<MySqlChangeSet> Held { get; } = [];

    public long HeldBytes { get; private set; }

    /// <summary>The captured changes so far, those before a restart included.</summary>
    public long Delivered { get; private set; }

    /// <summary>See <see cref="DeliveryCheck"/>.</summary>
    public ulong Check { get; private set; }

    /// <summary>The last set handed over before the commit was read; null where all are held.</summary>
    public MySqlChangeSet? LastProvisional { get; private set; }

    /// <summary>The statement behind the rows that follow, where the server logs it.</summary>
    public LoggedQuery? Query { get; set; }

    /// <summary>Counts of the captured changes of each table, in the order of the first change.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Counts
        => _counts.ConvertAll(static c => new KeyValuePair<string, long>(c.Table.Schema.FullName, c.Count));

    /// <summary>Adds the rows of an event, without those that were delivered before a restart.</summary>
    /// <exception cref="SourceInconsistentException">They are not the ones that were delivered.</exception>
    public void Add(RowBuffer rows, CapturedTable table, in RowsContext context, KeyChangeMode keyChange)
    {
        var parts = rows.Operation == RowsOperation.Update && keyChange == KeyChangeMode.DeleteAndCreate
            ? MySqlChangeSet.SplitKeyChanges(rows, table)
            : null;
        var count = parts?.Length ?? rows.RowCount;
        if (count == 0)
        {
            return;
        }

        var tableDelivered = CountFor(table, count);
        var done = _resume is { } resume ? (int)Math.Min(count, resume.Rows - Delivered) : 0;
        if (done < count)
        {
            var set = new MySqlChangeSet(rows, table, Transaction, context, parts, Delivered, tableDelivered, Check, done, PinnedBy(rows));
            Held.Add(set);
            HeldBytes += set.ByteSize;
        }

        if (done > 0 && _resume is { } point && Delivered + done == point.Rows)
        {
            point.Verify(Transaction, DeliveryCheck.Add(Check, table.Hash, done));
            _resume = null;
        }

        Check = DeliveryCheck.Add(Check, table.Hash, count);
        Delivered += count;
    }

    /// <summary>Counts a TRUNCATE, which is a transaction of one change.</summary>
    /// <returns>Whether it was delivered before a restart.</returns>
    /// <exception cref="SourceInconsistentException">Another change was delivered in its place.</exception>
    public bool AddTruncate(ulong tableHash)
    {
        Check = DeliveryCheck.Add(Check, tableHash, 1);
        Delivered++;
        if (_resume is not { } resume || resume.Rows != Delivered)
        {
            return false;
        }

        resume.Verify(Transaction, Check);
        _resume = null;
        return true;
    }

    /// <summary>Hands the held sets over before the commit was read.</summary>
    public void MarkProvisional()
    {
        LastProvisional = Held[^1];
        Held.Clear();
        HeldBytes = 0;
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

    /// <summary>A set keeps the whole chunk alive that its event came in, the events of other tables too. Each chunk counts once: for the
    /// first set that lies in it.</summary>
    private int PinnedBy(RowBuffer rows)
    {
        if (ReferenceEquals(rows.Buffer, _pinnedBuffer))
        {
            return 0;
        }

        _pinnedBuffer = rows.Buffer;
        return rows.Buffer.Length;
    }

    private long CountFor(CapturedTable table, int count)
    {
        for (var i = _counts.Count - 1; i >= 0; i--)
        {
            var known = _counts[i];
            if (ReferenceEquals(known.Table, table)
                || (known.Table.Schema.Name == table.Schema.Name && known.Table.Schema.Database == table.Schema.Database))
            {
                _counts[i] = (table, known.Count + count);
                return known.Count;
            }
        }

        _counts.Add((table, count));
        return 0;
    }
}
