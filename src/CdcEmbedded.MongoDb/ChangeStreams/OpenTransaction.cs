using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A transaction that may have further changes.</summary>
internal sealed class OpenTransaction
{
    public OpenTransaction(MongoTransaction transaction, ClusterTime time)
    {
        Transaction = transaction;
        LastTime = time;
    }

    public MongoTransaction Transaction { get; }

    /// <summary>The cluster time of its last change.</summary>
    public ClusterTime LastTime { get; set; }

    public TransactionProgress ToProgress() => new(Transaction, LastTime, []);
}
