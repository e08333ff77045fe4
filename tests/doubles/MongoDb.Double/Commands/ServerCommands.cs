using System.Globalization;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>What a server reports of itself, and its administration.</summary>
internal static class ServerCommands
{
    public static Doc BuildInfo(CommandContext context)
    {
        string version = context.Deployment.Options.Version;
        var numbers = version.Split('.').Select(part => (object?)int.Parse(part, CultureInfo.InvariantCulture)).Append(0).ToList();
        return new Doc
        {
            { "version", version }, { "versionArray", numbers }, { "gitVersion", "double" }, { "modules", Array.Empty<object?>() },
            { "bits", 64 }, { "debug", false }, { "maxBsonObjectSize", 16 * 1024 * 1024 },
            { "storageEngines", new[] { context.Deployment.Options.StorageEngine } },
        };
    }

    public static Doc GetParameter(CommandContext context)
    {
        var reply = new Doc();
        if (context.Command.Has("featureCompatibilityVersion"))
        {
            // A mongos does not have one: asking it is an error there.
            if (context.Node.Role == NodeRole.Mongos)
            {
                throw new CommandError(72, "no option found to get");
            }

            reply.Add("featureCompatibilityVersion", new Doc { { "version", context.Deployment.Options.FeatureCompatibility } });
        }

        if (context.Command.Has("authenticationMechanisms"))
        {
            reply.Add("authenticationMechanisms", new[] { "SCRAM-SHA-256", "SCRAM-SHA-1", "MONGODB-X509", "PLAIN" });
        }

        return reply.Count > 0 ? reply : throw new CommandError(72, "no option found to get");
    }

    public static Doc GetClusterParameter(CommandContext context)
    {
        object expiry = context.Store.ImageExpiry is { } seconds ? seconds : "off";
        var options = new Doc { { "_id", "changeStreamOptions" }, { "preAndPostImages", new Doc { { "expireAfterSeconds", expiry } } } };
        return new Doc { { "clusterParameters", new[] { options } } };
    }

    public static Doc SetClusterParameter(CommandContext context)
    {
        object? expiry = (context.Command.At(0).Value as Doc)?.Path("changeStreamOptions", "preAndPostImages", "expireAfterSeconds");
        context.Store.ImageExpiry = expiry switch { int seconds => seconds, long seconds => seconds, _ => null };
        return [];
    }

    public static Doc ServerStatus(CommandContext context)
    {
        var reply = new Doc
        {
            { "host", context.Node.Address },
            { "version", context.Deployment.Options.Version },
            { "process", context.Node.Role == NodeRole.Mongos ? "mongos" : "mongod" },
            { "pid", (long)Environment.ProcessId },
            { "uptime", 1.0 },
        };
        return context.Node.Role == NodeRole.Mongos
            ? reply
            : reply.AddUnlessNull(
                "storageEngine", new Doc { { "name", context.Deployment.Options.StorageEngine }, { "persistent", true } });
    }

    public static Doc ReplicaSetStatus(CommandContext context)
    {
        if (context.Deployment.Options.Topology != DoubleTopology.ReplicaSet)
        {
            throw new CommandError(76, "not running with --replSet");
        }

        return new Doc
        {
            { "set", context.Deployment.Options.ReplicaSet },
            { "term", (long)context.Deployment.Term },
            {
                "members", context.Deployment.Nodes.Select(node => new Doc
                {
                    { "_id", node.Index }, { "name", node.Address }, { "health", 1.0 },
                    { "stateStr", StateOf(node) },
                    { "self", node == context.Node },
                })
            },
        };
    }

    public static Doc StepDown(CommandContext context)
    {
        context.Deployment.StepDown();
        return [];
    }

    public static Doc AppendOplogNote(CommandContext context)
    {
        lock (context.Store.Gate)
        {
            context.Store.Tick();
            context.Store.Wake();
        }

        return [];
    }

    public static Doc ConfigureFailPoint(CommandContext context)
    {
        context.Node.CommandFaults.Configure(context.Command);
        return new Doc { { "count", 0 } };
    }

    private static string StateOf(DoubleNode node) => node.Role switch
    {
        NodeRole.Primary => "PRIMARY",
        NodeRole.Secondary => "SECONDARY",
        _ => "RECOVERING",
    };
}
