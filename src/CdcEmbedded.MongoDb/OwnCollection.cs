using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb;

/// <summary>A collection that the library keeps in a deployment of the application: stores of offsets and of dead letters are built on
/// it.</summary>
internal static class OwnCollection
{
    /// <summary>Gets it without connecting. Writes are acknowledged by a majority, and reads see what a majority has.</summary>
    /// <param name="database">The database.</param>
    /// <param name="collection">The collection's name.</param>
    public static IMongoCollection<BsonDocument> Of(IMongoDatabase database, string collection)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentException.ThrowIfNullOrWhiteSpace(collection);
        return database.GetCollection<BsonDocument>(collection, new MongoCollectionSettings
        {
            ReadConcern = ReadConcern.Majority,
            WriteConcern = WriteConcern.WMajority,
            ReadPreference = ReadPreference.Primary,
        });
    }
}
