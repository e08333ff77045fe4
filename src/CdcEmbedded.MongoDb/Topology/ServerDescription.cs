namespace CdcEmbedded.MongoDb.Topology;

/// <summary>What is known of a server at one time. Immutable.</summary>
internal sealed record ServerDescription
{
    private static readonly Dictionary<string, string> NoTags = [];

    /// <summary>Where it is reached.</summary>
    public required ServerAddress Address { get; init; }

    /// <summary>What it is.</summary>
    public ServerType Type { get; init; }

    /// <summary>Why it is unknown; null where it is not, or was not tried yet.</summary>
    public Exception? Error { get; init; }

    /// <summary>Its whole answer; null where it is unknown.</summary>
    public HelloReply? Hello { get; init; }

    /// <summary>How new this is; kept for an unknown server that said itself why it is not usable.</summary>
    public TopologyVersion? TopologyVersion { get; init; }

    /// <summary>The average time of an answer; null while none was measured.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>When this was learned, in milliseconds of a clock that only goes forward.</summary>
    public long LastUpdateMilliseconds { get; init; }

    /// <summary>When its last write was made, in milliseconds by its own clock; null where it does not say.</summary>
    public long? LastWriteMilliseconds { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags;

    /// <summary>Grows when all connections to the server must be taken for dead; errors of older ones tell nothing any more.</summary>
    public int Generation { get; init; }

    /// <summary>The oldest wire protocol that it speaks.</summary>
    public int MinWireVersion { get; init; }

    /// <summary>The newest wire protocol that it speaks.</summary>
    public int MaxWireVersion { get; init; }

    /// <summary>Whether it holds data.</summary>
    public bool HoldsData
        => Type is ServerType.Standalone or ServerType.Mongos or ServerType.RSPrimary or ServerType.RSSecondary or ServerType.LoadBalancer;

    /// <summary>A server of which nothing is known.</summary>
    public static ServerDescription Unknown(ServerAddress address, Exception? error = null, TopologyVersion? version = null)
        => new() { Address = address, Error = error, TopologyVersion = version };

    /// <summary>A server that has answered.</summary>
    /// <param name="address">The address that it was reached at.</param>
    /// <param name="hello">What it said.</param>
    /// <param name="roundTripTime">The average time of an answer.</param>
    /// <param name="nowMilliseconds">The time, in milliseconds of a clock that only goes forward.</param>
    public static ServerDescription Of(ServerAddress address, HelloReply hello, TimeSpan? roundTripTime, long nowMilliseconds)
        => hello.Type == ServerType.Unknown
            ? Unknown(address, null, hello.TopologyVersion)
            : new ServerDescription
            {
                Address = address,
                Type = hello.Type,
                Hello = hello,
                TopologyVersion = hello.TopologyVersion,
                RoundTripTime = roundTripTime,
                LastUpdateMilliseconds = nowMilliseconds,
                LastWriteMilliseconds = hello.LastWriteMilliseconds,
                Tags = hello.Tags,
                MinWireVersion = hello.MinWireVersion,
                MaxWireVersion = hello.MaxWireVersion,
            };

    /// <summary>Address, kind and, of an unknown server, the reason.</summary>
    public override string ToString() => Error is null ? $"{Address} ({Type})" : $"{Address} ({Type}: {Error.Message})";
}
