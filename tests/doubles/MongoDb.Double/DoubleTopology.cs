namespace CdcEmbedded.MongoDb.Double;

/// <summary>What a double plays.</summary>
public enum DoubleTopology
{
    /// <summary>A replica set: the first node is primary, the others are secondaries.</summary>
    ReplicaSet,

    /// <summary>A sharded cluster: every node is a mongos.</summary>
    Sharded,

    /// <summary>A load balancer on one port, which passes connections to the nodes as mongos.</summary>
    LoadBalanced,

    /// <summary>A server without oplog, which refuses change streams.</summary>
    Standalone,
}
