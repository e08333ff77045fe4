using System.Collections.Immutable;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The transactions of which more changes may come. Usually none or one: several only where those of several shards
/// have one time, and in a sharded cluster one of each session that has had a transaction lately.</summary>
internal sealed class OpenTransactions
{
    private readonly List<OpenTransaction> _open = new(1);
    private ImmutableList<TransactionProgress> _progress = [];

    public int Count => _open.Count;

    public OpenTransaction this[int index] => _open[index];

    /// <summary>How far they are now. It costs the same however many they are, as each run of changes and each position has one.</summary>
    public ImmutableList<TransactionProgress> Progress => _progress;

    public void Add(OpenTransaction transaction)
    {
        _open.Add(transaction);
        _progress = _progress.Add(transaction.ToProgress());
    }

    public void RemoveAt(int index)
    {
        _open.RemoveAt(index);
        _progress = _progress.RemoveAt(index);
    }

    /// <summary>A transaction has had a change at a time.</summary>
    public void Advance(OpenTransaction transaction, ClusterTime time)
    {
        if (transaction.LastTime == time)
        {
            return;
        }

        transaction.LastTime = time;
        var index = _open.IndexOf(transaction);
        _progress = _progress.SetItem(index, transaction.ToProgress());
    }

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
}
