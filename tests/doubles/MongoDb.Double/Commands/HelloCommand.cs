using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>hello and its old spellings, awaited where the client knows the node's topologyVersion.</summary>
internal static class HelloCommand
{
    public static async Task<Doc> RunAsync(CommandContext context)
    {
        if (context.Command.Path("client", "application", "name") is string application)
        {
            context.Connection.ApplicationName = application;
        }

        if (context.Command.Document("topologyVersion") is { } known && context.Command.Number("maxAwaitTimeMS") is { } wait)
        {
            await context.Node.AwaitChangeAsync(known, TimeSpan.FromMilliseconds(wait), context.Stopping);
        }

        Doc reply = Describe(context);
        AddLimits(context, reply);
        Negotiate(context, reply);
        return reply;
    }

    private static Doc Describe(CommandContext context)
    {
        DoubleNode node = context.Node;
        MongoDoubleOptions options = context.Deployment.Options;
        bool writable = node.Role is not (NodeRole.Secondary or NodeRole.Other);
        var reply = new Doc
        {
            { "helloOk", true },
            { context.Name == "hello" ? "isWritablePrimary" : "ismaster", writable },
        };
        if (options.HasTopologyVersion)
        {
            reply.Add("topologyVersion", node.TopologyVersion);
        }

        if (options.Topology == DoubleTopology.ReplicaSet)
        {
            AddReplicaSet(context, reply);
        }
        else if (options.Topology != DoubleTopology.Standalone)
        {
            reply.Add("msg", "isdbgrid");
        }

        if (options.Topology == DoubleTopology.LoadBalanced && context.Command.Flag("loadBalanced"))
        {
            reply.Add("serviceId", node.ServiceId);
        }

        return reply;
    }

    private static void AddReplicaSet(CommandContext context, Doc reply)
    {
        DoubleNode node = context.Node;
        var date = new DocDate(context.Store.Now.ToUnixTimeMilliseconds());
        var time = new Doc { { "ts", context.Store.LastTime }, { "t", (long)context.Deployment.Term } };
        reply.Add("setName", context.Deployment.Options.ReplicaSet);
        reply.Add("setVersion", 1);
        reply.Add("secondary", node.Role == NodeRole.Secondary);
        reply.Add("hosts", context.Deployment.Nodes.Select(member => member.Address));
        reply.AddUnlessNull("primary", context.Deployment.Nodes.FirstOrDefault(member => member.Role == NodeRole.Primary)?.Address);
        reply.Add("me", node.Address);
        reply.AddUnlessNull("tags", node.Tags);
        if (node.Role == NodeRole.Primary)
        {
            reply.Add("electionId", new DocId(0x7fffffff, (ulong)context.Deployment.Term));
        }

        reply.Add("lastWrite", new Doc
        {
            { "opTime", time }, { "lastWriteDate", date }, { "majorityOpTime", time }, { "majorityWriteDate", date },
        });
    }

    private static void AddLimits(CommandContext context, Doc reply)
    {
        reply.Add("maxBsonObjectSize", 16 * 1024 * 1024);
        reply.Add("maxMessageSizeBytes", 48_000_000);
        reply.Add("maxWriteBatchSize", 100_000);
        reply.Add("localTime", new DocDate(context.Store.Now.ToUnixTimeMilliseconds()));
        reply.Add("logicalSessionTimeoutMinutes", (int)context.Deployment.Options.SessionTimeout.TotalMinutes);
        reply.Add("connectionId", (int)context.Connection.Id);
        reply.Add("minWireVersion", 0);
        reply.Add("maxWireVersion", context.Deployment.Options.MaxWireVersion);
        reply.Add("readOnly", false);
    }

    private static void Negotiate(CommandContext context, Doc reply)
    {
        // Those that both sides have, in the client's order (message_compressor_manager.cpp).
        IEnumerable<string> offered = (context.Command.Array("compression") ?? []).OfType<string>();
        string[] agreed = [.. offered.Where(context.Deployment.Options.Compressors.Contains)];
        if (agreed.Length > 0)
        {
            reply.Add("compression", agreed);
        }

        if (context.Command.Text("saslSupportedMechs") is { } asked && asked.IndexOf('.', StringComparison.Ordinal) is > 0 and int dot
            && context.Deployment.FindUser(asked[(dot + 1)..]) is DoubleUser user)
        {
            reply.Add("saslSupportedMechs", user.Mechanisms.Where(mechanism => mechanism.StartsWith("SCRAM", StringComparison.Ordinal)));
        }

        if (context.Command.Document("speculativeAuthenticate") is { } attempt)
        {
            reply.AddUnlessNull("speculativeAuthenticate", LoginCommands.Speculate(context, attempt));
        }
    }
}
