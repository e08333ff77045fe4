using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The transactions of which more changes may come. Usually none or one: several only where those of several shards
/// have one time.</summary>
internal sealed class OpenTransactions
{
    private readonly List<OpenTransaction> _open = new(1);

    public int Count => _open.Count;

    public OpenTransaction this[int index] => _open[index];

    public void Add(OpenTransaction transaction) => _open.Add(transaction);

    public void RemoveAt(int index) => _open.RemoveAt(index);

    public OpenTransaction? Find(RawBson session, long number)
    {
        foreach (var open in _open)
        {
            if (open.Transaction.Is(session, number))
            {
                return open;
            }
        }

        return null;
    }

    /// <summary>How far they are now, but for one.</summary>
    public TransactionProgress[] Snapshot(OpenTransaction? except = null)
    {
        if (_open.Count == (except is null ? 0 : 1))
        {
            return MongoPosition.NoneOpen;
        }

        var result = new List<TransactionProgress>(_open.Count);
        foreach (var open in _open)
        {
            if (!ReferenceEquals(open, except))
            {
                result.Add(open.ToProgress());
            }
        }

        return [.. result];
    }
}
