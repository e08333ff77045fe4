using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The XA transactions whose XA PREPARE was read and whose outcome was not: their rows wait here (R20).</summary>
/// <param name="expected">Those that the offset at which reading began has open: they are read again before anything new.</param>
internal sealed class PreparedTransactions(PendingXa[] expected)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Those that an offset must remember, in the order of the log; an array that is never changed.</summary>
    public PendingXa[] Pending { get; private set; } = expected;

    /// <summary>Bytes that the waiting rows keep alive.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Keeps what the open transaction holds. One without captured rows is remembered by its name alone: nothing of it need be read
    /// again; of one that was put aside, where it is.</summary>
    public void Add(PendingXa xa, OpenTransaction open)
    {
        var entry = new Entry(open.Transaction, xa, open.IsPutAside, [.. open.Held], open.HeldBytes, open.Delivered, open.Check);
        _entries[xa.Xid] = entry;
        HeldBytes += entry.Bytes;
        if (entry.Held.Length > 0 || open.IsPutAside)
        {
            Pending = Array.IndexOf(Pending, xa) >= 0 ? Pending : [.. Array.FindAll(Pending, p => p.Xid != xa.Xid), xa];
        }
    }

    /// <summary>One that the offset has open; null for others.</summary>
    public PendingXa? Expected(string xid) => Array.Find(Pending, p => p.Xid == xid);

    /// <summary>Takes a transaction out, whose outcome was read.</summary>
    /// <returns>Null where it was prepared before reading began.</returns>
    /// <exception cref="SourceInconsistentException">It should have been read again and was not.</exception>
    public Entry? Take(string xid)
    {
        if (!_entries.Remove(xid, out var entry))
        {
            return Array.Exists(Pending, p => p.Xid == xid) ? throw new SourceInconsistentException($"The rows of the prepared XA transaction {xid} were to be read "
                + "again and did not come before its outcome. Compare its tables, then start behind it.") : null;
        }

        HeldBytes -= entry.Bytes;
        Pending = Array.FindAll(Pending, p => p.Xid != xid);
        return entry;
    }

    /// <summary>Makes room for a transaction whose commit is near: nothing is held any more, and read again instead.</summary>
    public void PutAside()
    {
        foreach (var (xid, entry) in _entries)
        {
            if (entry.Held.Length > 0)
            {
                _entries[xid] = entry with { IsPutAside = true, Held = [], Bytes = 0 };
            }
        }

        HeldBytes = 0;
    }

    /// <summary>What one of them holds.</summary>
    /// <param name="Transaction">The transaction of its XA PREPARE.</param>
    /// <param name="Place">Where the log has it.</param>
    /// <param name="IsPutAside">Whether its rows are to be read from there again, instead of being held.</param>
    /// <param name="Held">Its change sets.</param>
    /// <param name="Bytes">What they keep alive.</param>
    /// <param name="Delivered">How many changes it has.</param>
    /// <param name="Check">Their <see cref="DeliveryCheck"/>.</param>
    public sealed record Entry(MySqlTransaction Transaction, PendingXa Place, bool IsPutAside, FeedEntry[] Held, long Bytes, long Delivered, ulong Check);
}
