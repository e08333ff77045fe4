namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>How many changes of a transaction were in one collection.</summary>
internal readonly record struct CollectionCount(string Database, string Collection, long Count);
