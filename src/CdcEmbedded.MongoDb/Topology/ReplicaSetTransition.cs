using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>What the answer of a replica set's member changes: names, members, and which of two primaries is the real one.</summary>
internal static class ReplicaSetTransition
{
    /// <summary>A secondary, an arbiter or another member has answered.</summary>
    public static TopologyDescription FromMember(TopologyDescription topology, ServerDescription server)
    {
        var hello = server.Hello;
        if (hello is null || (topology.SetName is not null && topology.SetName != hello.SetName))
        {
            return topology.Remove(server.Address).CheckPrimary();
        }

        if (topology.Primary is null)
        {
            // Without a primary the member's list of members is the best there is; it only ever adds.
            topology = topology with { SetName = hello.SetName };
            topology = AddMembers(topology, hello);
        }

        if (hello.Me is { } me && me != server.Address)
        {
            topology = topology.Remove(server.Address);
        }

        return topology.CheckPrimary();
    }

    /// <summary>A primary has answered: its word on who is a member counts.</summary>
    public static TopologyDescription FromPrimary(TopologyDescription topology, ServerDescription server)
    {
        var hello = server.Hello;
        if (hello is null || (topology.SetName is not null && topology.SetName != hello.SetName))
        {
            return topology.Remove(server.Address).CheckPrimary();
        }

        topology = topology with { SetName = hello.SetName };
        if (IsStale(topology, server, hello))
        {
            return topology.Replace(Deposed(server)).CheckPrimary();
        }

        topology = Remember(topology, server, hello);
        foreach (var other in topology.Servers.Values.Where(other => other.Type == ServerType.RSPrimary && other.Address != server.Address))
        {
            topology = topology.Replace(Deposed(other));
        }

        topology = AddMembers(topology, hello);
        foreach (var address in topology.Servers.Keys.Where(address => !hello.Members.Contains(address)))
        {
            topology = topology.Remove(address);
        }

        return topology.CheckPrimary();
    }

    // A member that was cut off may still believe that it is primary; its election is older than one already seen.
    private static bool IsStale(TopologyDescription topology, ServerDescription server, HelloReply hello)
    {
        if (server.MaxWireVersion >= WireVersions.ElectionIdFirst)
        {
            var order = Compare(hello.ElectionId, topology.MaxElectionId);
            return order < 0 || (order == 0 && Nullable.Compare(hello.SetVersion, topology.MaxSetVersion) < 0);
        }

        return hello is { SetVersion: { } setVersion, ElectionId: { } election }
            && topology is { MaxSetVersion: { } maxSetVersion, MaxElectionId: { } maxElection }
            && (maxSetVersion > setVersion || (maxSetVersion == setVersion && maxElection > election));
    }

    private static TopologyDescription Remember(TopologyDescription topology, ServerDescription server, HelloReply hello)
    {
        if (server.MaxWireVersion >= WireVersions.ElectionIdFirst)
        {
            return topology with { MaxElectionId = hello.ElectionId, MaxSetVersion = hello.SetVersion };
        }

        if (hello is { SetVersion: not null, ElectionId: not null })
        {
            topology = topology with { MaxElectionId = hello.ElectionId };
        }

        return hello.SetVersion is { } setVersion && (topology.MaxSetVersion is not { } known || setVersion > known)
            ? topology with { MaxSetVersion = setVersion }
            : topology;
    }

    // Nothing counts as older than anything.
    private static int Compare(ObjectId? left, ObjectId? right)
        => left is { } a ? right is { } b ? a.CompareTo(b) : 1 : right is null ? 0 : -1;

    private static ServerDescription Deposed(ServerDescription server)
        => ServerDescription.Unknown(
            server.Address, new CdcConnectionException($"{server.Address} was primary, and a newer election is known."))
            with { Generation = server.Generation };

    private static TopologyDescription AddMembers(TopologyDescription topology, HelloReply hello)
    {
        foreach (var address in hello.Members)
        {
            if (!topology.Servers.ContainsKey(address))
            {
                topology = topology.Replace(ServerDescription.Unknown(address));
            }
        }

        return topology;
    }
}
