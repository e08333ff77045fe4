using System.Net;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Servers;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Servers as messages and logs name them.</summary>
internal static class ServerNames
{
    /// <summary>The server as <c>host:port</c>.</summary>
    public static string Of(EndPoint server) => server switch
    {
        DnsEndPoint named => $"{named.Host}:{named.Port}",
        _ => server.ToString() ?? "the server",
    };

    /// <summary>Every server of a deployment with the reason why it is not reachable, on one line.</summary>
    public static string Describe(ClusterDescription cluster)
    {
        if (cluster.Servers.Count == 0)
        {
            return cluster.DnsMonitorException is { } dns ? $"DNS names no server ({Reason(dns)})" : "no server is known";
        }

        return string.Join(", ", cluster.Servers.Select(static server => server.HeartbeatException is { } failure
            ? $"{Of(server.EndPoint)} ({Reason(failure)})"
            : $"{Of(server.EndPoint)} ({(server.State == ServerState.Connected ? server.Type.ToString() : "no answer yet")})"));
    }

    /// <summary>The message of the innermost exception: the outer ones of the driver repeat the connection's number.</summary>
    public static string Reason(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
    }
}
