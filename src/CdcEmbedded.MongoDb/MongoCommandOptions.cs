using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>How a command is sent.</summary>
public record MongoCommandOptions
{
    /// <summary>Which members may answer.</summary>
    /// <value>Null for the one of the connection string, which is the primary by default.</value>
    public ReadPreference? ReadPreference { get; init; }

    /// <summary>The time that the answering server must have reached; it is added to the command's read concern.</summary>
    /// <value>Null, by default, to wait for none.</value>
    public BsonTimestamp? AfterClusterTime { get; init; }
}
