namespace CdcEmbedded.MySql.Positions;

/// <summary>What a position remembers of XA transactions (R20). Immutable.</summary>
/// <remarks>MariaDB writes the outcome of a prepared transaction to the log before its storage engine executes it. A crash in between, or
/// before the engine's own log is on the disk, leaves the transaction prepared after the recovery, and its outcome is logged a second time:
/// the same, or the other one. MySQL completes the logged outcome in its recovery. What the log says last is true: a second XA COMMIT is no
/// transaction that the stream lacks, an XA ROLLBACK after an XA COMMIT undoes what was delivered, and an XA COMMIT after an XA ROLLBACK
/// needs the rows again. Nothing in the log says that an outcome has been executed. Only what the engine had not yet flushed is concerned,
/// so bounded numbers are enough, and a later transaction of the same name ends the doubt.</remarks>
internal sealed record XaHistory
{
    /// <summary>How many rolled back ones are remembered.</summary>
    private const int MaxRolledBack = 32;

    /// <summary>Nothing.</summary>
    public static XaHistory None { get; } = new();

    /// <summary>The prepared ones without an outcome, in the order of the log; an array that is never changed.</summary>
    public PendingXa[] Pending { get; init; } = [];

    /// <summary>Those with captured changes that were rolled back last, in the order of their rollback: if an XA COMMIT follows after all,
    /// they are read again. An array that is never changed.</summary>
    public PendingXa[] RolledBack { get; init; } = [];

    /// <summary>Those that were delivered last.</summary>
    public XidList Delivered { get; init; } = XidList.None;

    /// <summary>Those that were prepared last without captured changes: the stream lacks nothing of them. The scope of an entry is what the
    /// options capture.</summary>
    public XidList Uncaptured { get; init; } = XidList.None;

    /// <summary>The place of a prepared one; null for others.</summary>
    public PendingXa? FindPending(string xid) => Find(Pending, xid);

    /// <summary>The place of one that was rolled back; null for others.</summary>
    public PendingXa? FindRolledBack(string xid) => Find(RolledBack, xid);

    /// <summary>A transaction was prepared, perhaps under a name that was used before.</summary>
    /// <param name="place">Where the log has it.</param>
    /// <param name="isCaptured">True if it has captured changes.</param>
    /// <param name="scope">What the options capture.</param>
    public XaHistory Prepare(PendingXa place, bool isCaptured, ulong scope) => this with
    {
        Pending = !isCaptured || Array.IndexOf(Pending, place) >= 0 ? Pending : [.. Without(Pending, place.Xid), place],
        RolledBack = Without(RolledBack, place.Xid),
        Delivered = Delivered.Without(place.Xid),
        Uncaptured = isCaptured ? Uncaptured.Without(place.Xid, scope) : Uncaptured.With(place.Xid, scope),
    };

    /// <summary>One was delivered.</summary>
    /// <param name="xid">Its name.</param>
    /// <param name="isCaptured">True if it has captured changes.</param>
    /// <param name="scope">What the options capture.</param>
    public XaHistory Deliver(string xid, bool isCaptured, ulong scope) => this with
    {
        RolledBack = Without(RolledBack, xid),
        Delivered = isCaptured ? Delivered.With(xid) : Delivered.Without(xid),
        Uncaptured = isCaptured ? Uncaptured : Uncaptured.With(xid, scope),
    };

    /// <summary>The outcome of a prepared one was read.</summary>
    public XaHistory Complete(string xid) => this with { Pending = Without(Pending, xid) };

    /// <summary>A prepared one with captured changes was rolled back.</summary>
    public XaHistory RollBack(PendingXa place)
    {
        var others = Without(RolledBack, place.Xid);
        return this with { RolledBack = [.. others.AsSpan(Math.Max(0, others.Length - (MaxRolledBack - 1))), place] };
    }

    /// <summary>One that was rolled back is prepared after all, and is read again: at its place among the others.</summary>
    public XaHistory Recall(PendingXa place)
    {
        var at = Array.FindIndex(Pending, place.IsBefore);
        return this with
        {
            Pending = at < 0 ? [.. Pending, place] : [.. Pending.AsSpan(0, at), place, .. Pending.AsSpan(at)],
            RolledBack = Without(RolledBack, place.Xid),
        };
    }

    private static PendingXa? Find(PendingXa[] all, string xid) => Array.Find(all, xa => xa.Xid == xid);

    private static PendingXa[] Without(PendingXa[] all, string xid)
        => Find(all, xid) is null ? all : Array.FindAll(all, xa => xa.Xid != xid);
}
