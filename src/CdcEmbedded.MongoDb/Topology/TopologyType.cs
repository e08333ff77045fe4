namespace CdcEmbedded.MongoDb.Topology;

/// <summary>What a deployment is, as far as it is known.</summary>
internal enum TopologyType
{
    /// <summary>Nobody has answered yet.</summary>
    Unknown,

    /// <summary>One server, whatever it is.</summary>
    Single,

    /// <summary>A replica set whose primary is not known.</summary>
    ReplicaSetNoPrimary,

    /// <summary>A replica set with its primary.</summary>
    ReplicaSetWithPrimary,

    /// <summary>Routers of a sharded cluster.</summary>
    Sharded,

    /// <summary>A load balancer.</summary>
    LoadBalanced,
}
