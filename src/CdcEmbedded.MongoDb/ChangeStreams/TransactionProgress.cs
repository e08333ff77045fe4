namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>How much of a transaction has been delivered at some place: what an offset keeps of it. Immutable.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="LastTime">The cluster time of its last change.</param>
/// <param name="Events">Its changes up to here.</param>
/// <param name="Collections">The same for each collection, in the order of their first change; not changed by anybody.</param>
internal sealed record TransactionProgress(MongoTransaction Transaction, Bson.BsonTimestamp LastTime, long Events, CollectionCount[] Collections);
