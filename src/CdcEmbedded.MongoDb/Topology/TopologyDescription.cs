using System.Collections.Immutable;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>What is known of a deployment at one time, and how news change it: a pure state machine. Immutable.</summary>
/// <remarks>After the specification "Server Discovery and Monitoring".</remarks>
internal sealed record TopologyDescription
{
    private static readonly TopologyType[] ReplicaSets = [TopologyType.ReplicaSetNoPrimary, TopologyType.ReplicaSetWithPrimary];

    /// <summary>What the deployment is.</summary>
    public TopologyType Type { get; init; }

    /// <summary>The replica set's name; null where it is not known or there is none.</summary>
    public string? SetName { get; init; }

    /// <summary>The highest version of the replica set's configuration that a primary has shown.</summary>
    public long? MaxSetVersion { get; init; }

    /// <summary>The latest election that a primary has shown.</summary>
    public Bson.ObjectId? MaxElectionId { get; init; }

    /// <summary>Its servers by their addresses.</summary>
    public ImmutableDictionary<ServerAddress, ServerDescription> Servers { get; init; }
        = ImmutableDictionary<ServerAddress, ServerDescription>.Empty;

    /// <summary>How many servers the connection string names.</summary>
    public int SeedCount { get; init; }

    /// <summary>Whether this is a replica set.</summary>
    public bool IsReplicaSet => ReplicaSets.Contains(Type);

    /// <summary>The primary; null where there is none.</summary>
    public ServerDescription? Primary => Servers.Values.FirstOrDefault(server => server.Type == ServerType.RSPrimary);

    /// <summary>Why the servers cannot be used by this client; null where they can.</summary>
    public string? Incompatibility => Servers.Values.Where(server => server.Type is not ServerType.Unknown and not ServerType.LoadBalancer)
        .Select(IncompatibilityOf).FirstOrDefault(reason => reason is not null);

    /// <summary>The shortest session timeout of all servers with data; null where one of them has none, or there is none.</summary>
    public int? LogicalSessionTimeoutMinutes
    {
        get
        {
            int? least = null;
            foreach (var server in Servers.Values.Where(server => server.HoldsData))
            {
                if (server.Hello?.LogicalSessionTimeoutMinutes is not { } minutes)
                {
                    return null;
                }

                least = Math.Min(least ?? minutes, minutes);
            }

            return least;
        }
    }

    /// <summary>The state before anybody has answered.</summary>
    public static TopologyDescription Start(MongoConnectionSettings settings)
    {
        var type = true switch
        {
            _ when settings.LoadBalanced => TopologyType.LoadBalanced,
            _ when settings.DirectConnection == true => TopologyType.Single,
            _ when settings.ReplicaSet is not null => TopologyType.ReplicaSetNoPrimary,
            _ => TopologyType.Unknown,
        };
        var servers = settings.Hosts.Distinct().Select(host => settings.LoadBalanced
            ? new ServerDescription { Address = host, Type = ServerType.LoadBalancer }
            : ServerDescription.Unknown(host));
        return new TopologyDescription
        {
            Type = type,
            SetName = settings.ReplicaSet,
            SeedCount = settings.Hosts.Count,
            Servers = servers.ToImmutableDictionary(server => server.Address),
        };
    }

    /// <summary>Takes in what a check of a server has found.</summary>
    /// <returns>The new state, or this one where the news are older than what is known or of a server that is not part of it.</returns>
    public TopologyDescription Apply(ServerDescription server)
    {
        if (!Servers.TryGetValue(server.Address, out var known)
            || Type == TopologyType.LoadBalanced
            || TopologyVersion.IsOlder(server.TopologyVersion, known.TopologyVersion))
        {
            return this;
        }

        server = server with { Generation = known.Generation };
        return Type == TopologyType.Single ? Replace(CheckSetName(server)) : Replace(server).Transition(server);
    }

    /// <summary>Takes in that a check of a server has failed: it is unknown, and its connections are dead.</summary>
    public TopologyDescription ApplyFailedCheck(ServerAddress address, Exception error)
        => MarkUnknown(address, error, null, clearsConnections: true);

    /// <summary>Takes in an error of a command.</summary>
    public TopologyDescription Apply(ApplicationError error)
    {
        if (!Servers.TryGetValue(error.Address, out var known)
            || error.Generation < known.Generation
            || !error.IsOfServer
            || TopologyVersion.IsNotNewer(error.TopologyVersion, known.TopologyVersion))
        {
            return this;
        }

        return MarkUnknown(error.Address, error.Exception, error.TopologyVersion, error.ClearsConnections);
    }

    /// <summary>Type, name and servers, for messages.</summary>
    public override string ToString()
    {
        var servers = Servers.Values.OrderBy(server => server.Address.ToString(), StringComparer.Ordinal);
        return $"{Type}{(SetName is null ? "" : $" '{SetName}'")}: {string.Join(", ", servers)}";
    }

    private TopologyDescription MarkUnknown(ServerAddress address, Exception? error, TopologyVersion? version, bool clearsConnections)
    {
        if (!Servers.TryGetValue(address, out var known))
        {
            return this;
        }

        var generation = known.Generation + (clearsConnections ? 1 : 0);
        if (Type == TopologyType.LoadBalanced)
        {
            return Replace(known with { Generation = generation });
        }

        var unknown = ServerDescription.Unknown(address, error, version) with { Generation = generation };
        return Replace(unknown).Transition(unknown);
    }

    private static string? IncompatibilityOf(ServerDescription server)
    {
        if (server.MinWireVersion > WireVersions.Newest)
        {
            return $"{server.Address} requires wire version {server.MinWireVersion}, and this client speaks {WireVersions.Newest}.";
        }

        return server.MaxWireVersion < WireVersions.Oldest
            ? $"{server.Address} speaks wire version {server.MaxWireVersion}, and this client needs {WireVersions.Oldest} (MongoDB 3.6)."
            : null;
    }

    private ServerDescription CheckSetName(ServerDescription server)
        => SetName is not null && server.Type != ServerType.Unknown && server.Hello?.SetName != SetName
            ? ServerDescription.Unknown(server.Address, new CdcConnectionException(
                $"{server.Address} belongs to replica set '{server.Hello?.SetName}', and the connection string asks for '{SetName}'."))
                with { Generation = server.Generation }
            : server;

    private TopologyDescription Transition(ServerDescription server) => Type switch
    {
        TopologyType.Unknown => FromUnknown(server),
        TopologyType.Sharded => server.Type is ServerType.Unknown or ServerType.Mongos ? this : Remove(server.Address),
        TopologyType.ReplicaSetNoPrimary or TopologyType.ReplicaSetWithPrimary => FromReplicaSet(server),
        _ => this,
    };

    private TopologyDescription FromUnknown(ServerDescription server) => server.Type switch
    {
        ServerType.Standalone => SeedCount == 1 ? this with { Type = TopologyType.Single } : Remove(server.Address),
        ServerType.Mongos => this with { Type = TopologyType.Sharded },
        ServerType.Unknown or ServerType.RSGhost => this,
        _ => (this with { Type = TopologyType.ReplicaSetNoPrimary }).FromReplicaSet(server),
    };

    private TopologyDescription FromReplicaSet(ServerDescription server) => server.Type switch
    {
        ServerType.Unknown or ServerType.RSGhost => CheckPrimary(),
        ServerType.Standalone or ServerType.Mongos => Remove(server.Address).CheckPrimary(),
        ServerType.RSPrimary => ReplicaSetTransition.FromPrimary(this, server),
        _ => ReplicaSetTransition.FromMember(this, server),
    };

    internal TopologyDescription Replace(ServerDescription server) => this with { Servers = Servers.SetItem(server.Address, server) };

    internal TopologyDescription Remove(ServerAddress address) => this with { Servers = Servers.Remove(address) };

    internal TopologyDescription CheckPrimary()
        => this with { Type = Primary is null ? TopologyType.ReplicaSetNoPrimary : TopologyType.ReplicaSetWithPrimary };
}
