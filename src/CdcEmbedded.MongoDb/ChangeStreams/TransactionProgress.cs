namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A transaction of which changes have been delivered and more may come, as a position keeps it. Immutable.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="LastTime">The cluster time of its last change.</param>
/// <param name="Delivered">What offsets of version 1 say of its delivered changes; empty in later ones.</param>
internal sealed record TransactionProgress(MongoTransaction Transaction, Documents.ClusterTime LastTime, CollectionCount[] Delivered);
