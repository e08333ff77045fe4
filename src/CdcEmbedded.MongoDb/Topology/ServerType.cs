namespace CdcEmbedded.MongoDb.Topology;

/// <summary>What a server has said it is.</summary>
internal enum ServerType
{
    /// <summary>Not reached yet, or not any more.</summary>
    Unknown,

    /// <summary>A server of its own, without replication.</summary>
    Standalone,

    /// <summary>A router of a sharded cluster.</summary>
    Mongos,

    /// <summary>The primary of a replica set.</summary>
    RSPrimary,

    /// <summary>A secondary of a replica set.</summary>
    RSSecondary,

    /// <summary>A member that votes and holds no data.</summary>
    RSArbiter,

    /// <summary>A member that is hidden, starting up or recovering.</summary>
    RSOther,

    /// <summary>A member that does not know its replica set yet.</summary>
    RSGhost,

    /// <summary>A load balancer with routers behind it.</summary>
    LoadBalancer,
}
