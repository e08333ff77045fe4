using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>How a <see cref="MongoDouble"/> is set up.</summary>
public sealed record MongoDoubleOptions
{
    /// <summary>What it plays.</summary>
    public DoubleTopology Topology { get; init; } = DoubleTopology.ReplicaSet;

    /// <summary>How many nodes.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>The replica set's name.</summary>
    public string ReplicaSet { get; init; } = "rs0";

    /// <summary>The port of each node; 0 or missing for any free one.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>The name that nodes report of themselves; all listen on 127.0.0.1.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>True if connections are over TLS, with <see cref="MongoDouble.Certificates"/>.</summary>
    public bool Tls { get; init; }

    /// <summary>The users; with at least one, commands need a login.</summary>
    public IReadOnlyList<DoubleUser> Users { get; init; } = [];

    /// <summary>The compressors that the double agrees to.</summary>
    /// <value>The default is a server's: snappy, zstd and zlib ("net.compression.compressors" in the manual).</value>
    public IReadOnlyList<string> Compressors { get; init; } = ["snappy", "zstd", "zlib"];

    /// <summary>The version that buildInfo reports.</summary>
    public string Version { get; init; } = "8.0.4";

    /// <summary>The feature compatibility version.</summary>
    public string FeatureCompatibility { get; init; } = "8.0";

    /// <summary>The highest wire version in hello: 25 is MongoDB 8.0, 8 is 4.2.</summary>
    public int MaxWireVersion { get; init; } = 25;

    /// <summary>The storage engine that serverStatus reports.</summary>
    public string StorageEngine { get; init; } = "wiredTiger";

    /// <summary>The largest change event; small values make events split without large documents.</summary>
    public int MaxEventSize { get; init; } = (16 * 1024 * 1024) + (16 * 1024);

    /// <summary>Time after which a session that is not used expires.</summary>
    /// <value>The default is a server's: 30 minutes ("localLogicalSessionTimeoutMinutes" in the manual).</value>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long collections can be read as they were.</summary>
    /// <value>The default is a server's: 5 minutes ("minSnapshotHistoryWindowInSeconds" in the manual).</value>
    public TimeSpan SnapshotHistory { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time after which a cursor that is not used and belongs to no session is closed.</summary>
    /// <value>The default is a server's: 10 minutes ("cursorTimeoutMillis" in the manual).</value>
    public TimeSpan CursorTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>True to refuse commands without <c>apiVersion</c> ("requireApiVersion" in the manual).</summary>
    public bool RequireApiVersion { get; init; }

    /// <summary>After how long of idleness the cluster time moves on; <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    public TimeSpan NoopInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// True to seek a resume token in the stream that the pipeline leaves, and to fail with 280 as soon as a later event arrives without
    /// the token having been seen, be it in a getMore (change_stream_ensure_resume_token_present_stage.cpp). So a stream cannot resume from
    /// an event that <c>$match</c> now excludes, or from a fragment of an event that is no longer split.
    /// </summary>
    /// <value>The default is true. If false, a token is looked up in the oplog when the stream is opened, whatever the pipeline.</value>
    public bool SeeksResumeTokens { get; init; } = true;

    /// <summary>
    /// True to refuse unreadable tokens with the codes of resume_token.cpp and key_string.cpp: 40647 without <c>_data</c>, 9 where it is no
    /// hex, 50811 where the hex is no token, and more. None has a label.
    /// </summary>
    /// <value>The default is true. If false, 260 for all.</value>
    public bool ReportsTokenErrors { get; init; } = true;

    /// <summary>
    /// True to refuse a field that is larger than a fragment with 7182500 (change_stream_split_event_helpers.cpp), where the
    /// stream splits events.
    /// </summary>
    /// <value>The default is true. If false, 10334, as without <c>$changeStreamSplitLargeEvent</c>.</value>
    public bool ReportsSplitFailure { get; init; } = true;

    /// <summary>
    /// True to log the documents of one insert command as one operation, so that their events share a time ("Change Streams" and "Release
    /// Notes for MongoDB 8.0" in the manual; change_stream_unwind_transaction_stage.cpp).
    /// </summary>
    /// <value>The default is true, from version 8.0 on. If false, one operation and one time for each document, as before 8.0.</value>
    public bool InsertsShareTime { get; init; } = true;

    /// <summary>
    /// True to refuse a start before the oldest entry of an oplog that was cut, also where nothing happened in between
    /// (document_source_change_stream_check_resumability.cpp): error 286.
    /// </summary>
    /// <value>The default is true. If false, only a start at or before an entry that was cut off is refused.</value>
    public bool ChecksOldestEntry { get; init; } = true;

    /// <summary>Time that reading one oplog entry takes, so that opening or advancing a stream over many entries takes long.</summary>
    /// <value>The default is zero.</value>
    public TimeSpan OplogReadTime { get; init; }

    /// <summary>
    /// Number of shards of a sharded cluster, over which documents are spread by their keys. Each shard commits its part of a transaction
    /// at a time of its own (change_stream_unwind_transaction_stage.cpp: the time of the shard's own commitTransaction entry).
    /// </summary>
    /// <value>The default is 0: two of a sharded cluster, else one.</value>
    public int Shards { get; init; }

    /// <summary>
    /// Options of <c>$changeStream</c> that the double does not know, as other servers with MongoDB's protocol: <c>startAfter</c> for
    /// Amazon DocumentDB ("Using Change Streams with Amazon DocumentDB" lists what it has).
    /// </summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> UnknownStreamOptions { get; init; } = [];

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Options of a current server, which are the default.</summary>
    public static MongoDoubleOptions AsServer => new();

    /// <summary>True if the version is this one or later.</summary>
    internal bool IsAtLeast(int major, int minor) => System.Version.Parse(Version) >= new System.Version(major, minor);

    internal int ShardCount => Shards > 0 ? Shards : Topology is DoubleTopology.Sharded or DoubleTopology.LoadBalanced ? 2 : 1;

    // Since 4.4.
    internal bool HasTopologyVersion => MaxWireVersion >= 9;
}
