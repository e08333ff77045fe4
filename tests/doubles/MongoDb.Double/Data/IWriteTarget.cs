namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>Where writes go: the store at once, or a transaction until it commits.</summary>
internal interface IWriteTarget
{
    /// <summary>The collection as this writer sees it, null where there is none.</summary>
    StoredCollection? Find(string database, string collection);

    /// <summary>Applies and logs an operation.</summary>
    void Write(OplogEntry entry);
}
