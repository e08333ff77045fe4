using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>How a <see cref="MongoDouble"/> is set up.</summary>
public sealed class MongoDoubleOptions
{
    /// <summary>What it plays.</summary>
    public DoubleTopology Topology { get; init; } = DoubleTopology.ReplicaSet;

    /// <summary>How many nodes.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>The replica set's name.</summary>
    public string ReplicaSet { get; init; } = "rs0";

    /// <summary>The port of each node; 0 or missing for any free one.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>The name that nodes tell of themselves; all listen on 127.0.0.1.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Whether connections are over TLS, with <see cref="MongoDouble.Certificates"/>.</summary>
    public bool Tls { get; init; }

    /// <summary>The users; with at least one, commands need a login.</summary>
    public IReadOnlyList<DoubleUser> Users { get; init; } = [];

    /// <summary>The compressors that the double agrees to.</summary>
    /// <value>The default is a server's: snappy, zstd and zlib ("net.compression.compressors" in the manual).</value>
    public IReadOnlyList<string> Compressors { get; init; } = ["snappy", "zstd", "zlib"];

    /// <summary>The version that buildInfo tells.</summary>
    public string Version { get; init; } = "8.0.4";

    /// <summary>The feature compatibility version.</summary>
    public string FeatureCompatibility { get; init; } = "8.0";

    /// <summary>The highest wire version in hello: 25 is MongoDB 8.0, 8 is 4.2.</summary>
    public int MaxWireVersion { get; init; } = 25;

    /// <summary>The storage engine that serverStatus tells.</summary>
    public string StorageEngine { get; init; } = "wiredTiger";

    /// <summary>The largest change event; small values make events split without large documents.</summary>
    public int MaxEventSize { get; init; } = (16 * 1024 * 1024) + (16 * 1024);

    /// <summary>Time after which a session that is not used expires.</summary>
    /// <value>The default is a server's: 30 minutes ("localLogicalSessionTimeoutMinutes" in the manual).</value>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Time after which a cursor that is not used and belongs to no session is closed.</summary>
    /// <value>The default is a server's: 10 minutes ("cursorTimeoutMillis" in the manual).</value>
    public TimeSpan CursorTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>True to refuse commands without <c>apiVersion</c> ("requireApiVersion" in the manual).</summary>
    public bool RequireApiVersion { get; init; }

    /// <summary>After how long of idleness the cluster time moves on; <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    public TimeSpan NoopInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    // Since 4.4.
    internal bool HasTopologyVersion => MaxWireVersion >= 9;
}
