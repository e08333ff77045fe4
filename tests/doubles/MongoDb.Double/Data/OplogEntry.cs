using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>One logged operation: what a change event is made of, whatever the options of the stream that shows it.</summary>
internal sealed class OplogEntry
{
    private static readonly HashSet<string> _expanded =
        ["create", "createIndexes", "dropIndexes", "modify", "shardCollection", "refineCollectionShardKey", "reshardCollection"];

    public required string Operation { get; init; }

    public required string Database { get; init; }

    /// <summary>Empty for dropDatabase.</summary>
    public string Collection { get; init; } = "";

    public Guid? CollectionId { get; init; }

    /// <summary>Shared by the operations of one transaction.</summary>
    public DocTimestamp Time { get; private set; }

    public DocDate Wall { get; private set; }

    /// <summary>The place within the transaction, else 0.</summary>
    public int Index { get; private set; }

    /// <summary>Session and number of the transaction, null outside of one.</summary>
    public Doc? Session { get; private set; }

    public long? TransactionNumber { get; private set; }

    public Doc? Key { get; init; }

    /// <summary>The state right after; kept for every entry, shown only as the stream's options allow.</summary>
    public Doc? After { get; init; }

    public Doc? Before { get; init; }

    public UpdateDescription? Update { get; init; }

    /// <summary>The event's operationDescription.</summary>
    public Doc? Description { get; init; }

    /// <summary>The event's stateBeforeChange; for modify.</summary>
    public Doc? StateBefore { get; init; }

    /// <summary>The new name of a renamed collection.</summary>
    public (string Database, string Collection)? To { get; init; }

    /// <summary>collection, timeseries or view; for create.</summary>
    public string? NamespaceType { get; init; }

    /// <summary>True where the collection recorded pre- and post-images and they have not expired.</summary>
    public bool HasImages { get; set; }

    /// <summary>True if the operation is only logged: it changes no data.</summary>
    public bool IsPhantom { get; init; }

    /// <summary>True for the end of movePrimary, which is no event and ends streams of databases and deployments.</summary>
    public bool EndsStreams => Operation == "movePrimary";

    public bool IsExpanded => _expanded.Contains(Operation);

    public void Stamp(DocTimestamp time, DateTimeOffset wall, int index, Doc? session, long? transactionNumber)
    {
        Time = time;
        Wall = new DocDate(wall.ToUnixTimeMilliseconds());
        Index = index;
        Session = session;
        TransactionNumber = transactionNumber;
    }
}
