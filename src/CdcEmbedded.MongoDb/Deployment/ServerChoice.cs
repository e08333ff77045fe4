using System.Net;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Clusters.ServerSelectors;
using MongoDB.Driver.Core.Servers;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Which server one command goes to, and which one the driver then chose.</summary>
/// <remarks>The driver selects a server for each command, and a cursor lives on one server. The choice travels with the asynchronous flow
/// of the command, because nothing else does: the selector and the event handler of the driver find it there.</remarks>
internal sealed class ServerChoice
{
    private static readonly AsyncLocal<ServerChoice?> Flowing = new();

    private readonly CommandDeadline? _deadline;

    /// <summary>Creates the choice of one command.</summary>
    /// <param name="required">The only server that may be selected; null for any.</param>
    /// <param name="avoided">A router that is selected only where there is no other; null for none.</param>
    /// <param name="deadline">Starts when the server is selected.</param>
    public ServerChoice(EndPoint? required = null, EndPoint? avoided = null, CommandDeadline? deadline = null)
    {
        Required = required;
        Avoided = avoided;
        _deadline = deadline;
    }

    /// <summary>The choice of the current flow; null outside of a command of this package.</summary>
    public static ServerChoice? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    /// <summary>The only server that may be selected; null for any.</summary>
    public EndPoint? Required { get; }

    /// <summary>A router that is selected only where there is no other; null for none.</summary>
    public EndPoint? Avoided { get; }

    /// <summary>The server that the driver selected; null until then.</summary>
    public ServerDescription? Selected { get; private set; }

    /// <summary>Takes note of the selected server.</summary>
    public void OnSelected(ServerDescription server)
    {
        Selected = server;
        _deadline?.Start();
    }

    /// <summary>A selector for the driver that narrows the servers by the choice of the current flow.</summary>
    /// <param name="next">The application's own selector, which sees what is left; null for none.</param>
    public static IServerSelector CreateSelector(IServerSelector? next) => new Selector(next);

    private List<ServerDescription> Narrow(ClusterDescription cluster, IEnumerable<ServerDescription> servers)
    {
        var all = servers.ToList();
        if (Required is { } required)
        {
            // Selecting nothing would wait for the whole selection timeout, and the cursor is gone with its server.
            return all.Exists(server => required.Equals(server.EndPoint))
                ? all.FindAll(server => required.Equals(server.EndPoint))
                : throw new CdcConnectionException($"{ServerNames.Of(required)}, which holds the cursor, is no longer reachable.");
        }

        // Any router will do. Of a replica set the read preference, which comes later, may leave no other member than this one, and
        // selecting nothing would wait for the whole selection timeout.
        return cluster.Type == ClusterType.Sharded && Avoided is { } avoided
            && all.FindAll(server => !avoided.Equals(server.EndPoint)) is { Count: > 0 } others ? others : all;
    }

    private sealed class Selector(IServerSelector? next) : IServerSelector
    {
        public IEnumerable<ServerDescription> SelectServers(ClusterDescription cluster, IEnumerable<ServerDescription> servers)
        {
            var left = Current is { } choice ? choice.Narrow(cluster, servers) : servers;
            return next?.SelectServers(cluster, left) ?? left;
        }

        public override string ToString() => "the cursor's server";
    }
}
