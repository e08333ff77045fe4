namespace CdcEmbedded.MySql.Transactions;

/// <summary>The XA transactions whose commit was read, kept for one engine from one connection to the next.</summary>
/// <remarks>A server that crashes between logging XA COMMIT and committing in the storage engine has the transaction prepared again after
/// its recovery, and logs XA COMMIT a second time: that is no transaction that the stream lacks.</remarks>
internal sealed class CommittedXa
{
    /// <summary>The oldest are forgotten above it: about 8 MiB.</summary>
    private const int MaxCount = 65_536;

    private readonly HashSet<string> _xids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    /// <summary>Adds a transaction.</summary>
    public void Add(string xid)
    {
        if (!_xids.Add(xid))
        {
            return;
        }

        _order.Enqueue(xid);
        if (_order.Count > MaxCount)
        {
            _xids.Remove(_order.Dequeue());
        }
    }

    /// <summary>Removes a transaction that was rolled back, or that begins again.</summary>
    public void Remove(string xid) => _xids.Remove(xid);

    /// <summary>True if the commit of a transaction of that name was read last.</summary>
    public bool Contains(string xid) => _xids.Contains(xid);
}
