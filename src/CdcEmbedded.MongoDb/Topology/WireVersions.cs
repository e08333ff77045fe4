namespace CdcEmbedded.MongoDb.Topology;

/// <summary>The wire protocol versions spoken here (src/mongo/db/wire_version.h of the server).</summary>
internal static class WireVersions
{
    /// <summary>MongoDB 3.6: OP_MSG, sessions and change streams.</summary>
    public const int Oldest = 6;

    /// <summary>MongoDB 8.2.</summary>
    public const int Newest = 27;

    /// <summary>MongoDB 6.0: elections are compared by electionId first.</summary>
    public const int ElectionIdFirst = 17;
}
