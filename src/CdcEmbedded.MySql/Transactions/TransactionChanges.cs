namespace CdcEmbedded.MySql.Transactions;

/// <summary>The changes of one transaction whose outcome is not known yet, in their order: the first of them in the spill file, if they
/// need more memory than is allowed, and the others in memory (R21).</summary>
internal sealed class TransactionChanges
{
    private readonly List<Savepoint> _savepoints = [];
    private SpilledChanges? _spilled;
    private long _handedOver;

    /// <summary>The entries in memory, in their order; those in the spill file come before them.</summary>
    public List<HeldEntry> Held { get; } = [];

    /// <summary>Memory that <see cref="Held"/> keeps alive.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>The changes so far, those delivered before a restart included.</summary>
    public ChangeCount Count { get; private set; }

    /// <summary>The entries in the spill file; null for none.</summary>
    public SpilledChanges? Spilled => _spilled is { Length: > 0 } ? _spilled : null;

    /// <summary>True if nothing is waiting.</summary>
    public bool IsEmpty => Held.Count == 0 && Spilled is null;

    /// <summary>Begins with the next transaction: one object serves all of a feed's transactions but those that are prepared.</summary>
    /// <param name="start">The count before the first change.</param>
    public void Begin(ChangeCount start)
    {
        Release();
        Count = start;
        _handedOver = 0;
        _savepoints.Clear();
    }

    /// <summary>Adds a change set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="count">The changes after it.</param>
    public void Add(MySqlChangeSet set, ChangeCount count)
    {
        Held.Add(new HeldEntry(set));
        HeldBytes += set.ByteSize;
        Count = count;
    }

    /// <summary>Adds a schema change.</summary>
    public void Add(SchemaChange change) => Held.Add(new HeldEntry(change));

    /// <summary>Adds a notice.</summary>
    public void Add(HeldNotice notice)
    {
        Held.Add(new HeldEntry(notice));
        HeldBytes += notice.ByteSize;
    }

    /// <summary>Counts changes that are not held.</summary>
    public void SetCount(ChangeCount count) => Count = count;

    /// <summary>Remembers a SAVEPOINT. It replaces an earlier one of its name (MySQL manual, "SAVEPOINT ... Statements").</summary>
    public void SetSavepoint(string name)
    {
        var earlier = IndexOf(name);
        if (earlier >= 0)
        {
            _savepoints.RemoveAt(earlier);
        }

        _savepoints.Add(new Savepoint(name, _spilled?.Length ?? 0, Held.Count, HeldBytes, Count));
    }

    /// <summary>ROLLBACK TO SAVEPOINT: drops what came after it. All of it was undone on the server: rows of tables without transactions
    /// are in transactions of their own.</summary>
    /// <param name="name">The savepoint.</param>
    /// <param name="transactionId">The transaction, for messages.</param>
    /// <exception cref="SourceInconsistentException">Some of it was delivered, or the savepoint was not set.</exception>
    public void RollBackTo(string name, string transactionId)
    {
        var at = IndexOf(name);
        if (at < 0)
        {
            throw new SourceInconsistentException($"Transaction {transactionId} rolls back to the savepoint '{name}', which it has not "
                + "set, so it is not known which of its rows count. Reconcile its tables, then restart from a position after this "
                + "transaction.");
        }

        var point = _savepoints[at];
        if (point.Count.Rows < _handedOver)
        {
            throw new SourceInconsistentException($"Transaction {transactionId} rolls back to the savepoint '{name}', but "
                + $"{_handedOver - point.Count.Rows} of the changes after it had been delivered, because it is larger than "
                + "TransactionBufferBytes and LargeTransactions is DeliverProvisionally. Reconcile its tables, then restart from a "
                + "position after this transaction; or set LargeTransactions to Spill.");
        }

        _savepoints.RemoveRange(at + 1, _savepoints.Count - at - 1);
        if (_spilled is { } spilled && point.Spilled < spilled.Length)
        {
            spilled.Truncate(point.Spilled);
            Held.Clear();
        }
        else
        {
            Held.RemoveRange(point.Held, Held.Count - point.Held);
        }

        HeldBytes = point.HeldBytes;
        Count = point.Count;
    }

    /// <summary>Moves the entries in memory to the spill file.</summary>
    /// <param name="space">The feed's space.</param>
    /// <param name="transactionId">The transaction, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt; the changes must not be used afterwards.</param>
    /// <exception cref="TransactionSpillException">There is no space, or the file cannot be written.</exception>
    public async ValueTask SpillAsync(SpillSpace space, string transactionId, CancellationToken cancellationToken)
    {
        _spilled ??= new SpilledChanges(space, transactionId);
        var before = _spilled.Length;
        var starts = _savepoints.Count > 0 ? new long[Held.Count + 1] : null;
        await _spilled.AppendAsync(Held, starts, cancellationToken).ConfigureAwait(false);
        for (var i = _savepoints.Count - 1; starts is not null && i >= 0 && _savepoints[i].Spilled == before; i--)
        {
            _savepoints[i] = _savepoints[i] with { Spilled = starts[_savepoints[i].Held], Held = 0, HeldBytes = 0 };
        }

        Held.Clear();
        HeldBytes = 0;
    }

    /// <summary>The entries in memory were delivered before the commit was read.</summary>
    public void MarkHandedOver()
    {
        _handedOver = Count.Rows;
        for (var i = _savepoints.Count - 1; i >= 0 && _savepoints[i].Held > 0; i--)
        {
            // Only a rollback to a savepoint with nothing after it is possible from here on.
            _savepoints[i] = _savepoints[i] with { Held = 0, HeldBytes = 0 };
        }

        Held.Clear();
        HeldBytes = 0;
    }

    /// <summary>Drops all entries, those in the spill file too.</summary>
    public void Release()
    {
        Held.Clear();
        HeldBytes = 0;
        _spilled?.Truncate(0);
        _spilled = null;
    }

    private int IndexOf(string name) => _savepoints.FindLastIndex(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase));
}
