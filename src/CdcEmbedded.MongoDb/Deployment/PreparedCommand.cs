using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>A command with all that running it takes, so that a cursor makes it once. Immutable.</summary>
internal sealed class PreparedCommand(IMongoDatabase database, BsonDocument command, ReadPreference readPreference)
{
    /// <summary>The database to run it in.</summary>
    public IMongoDatabase Database { get; } = database;

    /// <summary>The command, whose result is the whole reply.</summary>
    public BsonDocumentCommand<byte[]> Command { get; } = new(command, RawReplySerializer.Instance);

    /// <summary>Which members may answer.</summary>
    public ReadPreference ReadPreference { get; } = readPreference;

    /// <summary>The command's name.</summary>
    public string Name { get; } = command.GetElement(0).Name;
}
