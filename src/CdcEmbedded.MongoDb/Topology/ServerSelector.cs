namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Which servers may answer, and which of them are near: pure functions (specifications "Server Selection", "Max
/// Staleness").</summary>
internal static class ServerSelector
{
    private static readonly TimeSpan LeastStaleness = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan IdleWritePeriod = TimeSpan.FromSeconds(10);

    /// <summary>All servers that may answer a read; those to avoid only where there is no other.</summary>
    /// <exception cref="ArgumentException">The staleness asked for is below what the specification allows.</exception>
    public static List<ServerDescription> Suitable(
        TopologyDescription topology, ReadPreference preference, TimeSpan heartbeat, IReadOnlyCollection<ServerAddress> avoid)
    {
        var others = avoid.Count == 0
            ? []
            : Suitable(topology with { Servers = topology.Servers.RemoveRange(avoid) }, preference, heartbeat);
        return others.Count > 0 ? others : Suitable(topology, preference, heartbeat);
    }

    /// <summary>All servers that may answer a read.</summary>
    /// <exception cref="ArgumentException">The staleness asked for is below what the specification allows.</exception>
    public static List<ServerDescription> Suitable(TopologyDescription topology, ReadPreference preference, TimeSpan heartbeat)
    {
        if (topology.IsReplicaSet)
        {
            CheckStaleness(preference, heartbeat);
        }

        return topology.Type switch
        {
            TopologyType.Single or TopologyType.LoadBalanced => Known(topology),
            TopologyType.Sharded => OfType(topology, ServerType.Mongos),
            TopologyType.ReplicaSetNoPrimary or TopologyType.ReplicaSetWithPrimary => OfReplicaSet(topology, preference, heartbeat),
            _ => [],
        };
    }

    /// <summary>Those not much farther away than the nearest.</summary>
    public static List<ServerDescription> Near(List<ServerDescription> servers, TimeSpan threshold)
    {
        var times = servers.Where(server => server.RoundTripTime is not null)
            .Select(server => server.RoundTripTime.GetValueOrDefault())
            .ToList();
        if (times.Count == 0)
        {
            return servers;
        }

        var limit = times.Min() + threshold;
        return servers.FindAll(server => server.RoundTripTime is null || server.RoundTripTime <= limit);
    }

    /// <summary>Draws two by lot and takes the one with less to do.</summary>
    /// <param name="servers">At least one.</param>
    /// <param name="load">How many operations each server has under way.</param>
    /// <param name="random">The lot: a number below its argument.</param>
    public static ServerDescription Choose(List<ServerDescription> servers, Func<ServerAddress, int> load, Func<int, int> random)
    {
        if (servers.Count == 1)
        {
            return servers[0];
        }

        var first = random(servers.Count);
        var second = random(servers.Count - 1);
        second += second >= first ? 1 : 0;
        return load(servers[first].Address) <= load(servers[second].Address) ? servers[first] : servers[second];
    }

    private static List<ServerDescription> OfReplicaSet(TopologyDescription topology, ReadPreference preference, TimeSpan heartbeat)
    {
        var primary = OfType(topology, ServerType.RSPrimary);
        List<ServerDescription> Narrowed(List<ServerDescription> candidates)
            => WithTags(Fresh(topology, candidates, preference, heartbeat), preference);
        switch (preference.Mode)
        {
            case ReadPreferenceMode.Primary:
                return primary;
            case ReadPreferenceMode.PrimaryPreferred:
                return primary.Count > 0 ? primary : Narrowed(OfType(topology, ServerType.RSSecondary));
            case ReadPreferenceMode.Secondary:
                return Narrowed(OfType(topology, ServerType.RSSecondary));
            case ReadPreferenceMode.SecondaryPreferred:
                var secondaries = Narrowed(OfType(topology, ServerType.RSSecondary));
                return secondaries.Count > 0 ? secondaries : primary;
            default:
                return Narrowed([.. primary, .. OfType(topology, ServerType.RSSecondary)]);
        }
    }

    private static void CheckStaleness(ReadPreference preference, TimeSpan heartbeat)
    {
        var least = heartbeat + IdleWritePeriod > LeastStaleness ? heartbeat + IdleWritePeriod : LeastStaleness;
        if (preference.MaxStaleness < least)
        {
            throw new ArgumentException(
                $"maxStalenessSeconds must be at least {least.TotalSeconds:0}: a secondary's lag is not known any more exactly than that.",
                nameof(preference));
        }
    }

    // How far a secondary lags behind the primary or, without one, behind the secondary that has written last.
    private static List<ServerDescription> Fresh(
        TopologyDescription topology, List<ServerDescription> candidates, ReadPreference preference, TimeSpan heartbeat)
    {
        if (preference.MaxStaleness is not { } limit)
        {
            return candidates;
        }

        var primary = topology.Primary;
        var latest = OfType(topology, ServerType.RSSecondary).Max(server => server.LastWriteMilliseconds) ?? 0;
        return candidates.FindAll(server =>
        {
            if (server.Type == ServerType.RSPrimary)
            {
                return true;
            }

            var written = server.LastWriteMilliseconds ?? 0;
            var lag = primary is null
                ? latest - written
                : server.LastUpdateMilliseconds - written - (primary.LastUpdateMilliseconds - (primary.LastWriteMilliseconds ?? 0));
            return TimeSpan.FromMilliseconds(lag) + heartbeat <= limit;
        });
    }

    private static List<ServerDescription> WithTags(List<ServerDescription> candidates, ReadPreference preference)
    {
        if (preference.TagSets.Count == 0)
        {
            return candidates;
        }

        foreach (var tags in preference.TagSets)
        {
            var matching = candidates.FindAll(server
                => tags.All(tag => server.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value));
            if (matching.Count > 0)
            {
                return matching;
            }
        }

        return [];
    }

    private static List<ServerDescription> OfType(TopologyDescription topology, ServerType type)
        => [.. topology.Servers.Values.Where(server => server.Type == type)];

    private static List<ServerDescription> Known(TopologyDescription topology)
        => [.. topology.Servers.Values.Where(server => server.Type != ServerType.Unknown)];
}
