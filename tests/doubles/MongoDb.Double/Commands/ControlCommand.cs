using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>
/// <c>{ double: action, ... }</c>: what <see cref="MongoDouble"/> does in process, for tests that only have a connection to it.
/// </summary>
internal static class ControlCommand
{
    public static Doc Run(CommandContext context)
    {
        MongoDouble deployment = context.Deployment;
        switch (context.Command.Text("double"))
        {
            case "truncateOplog":
                deployment.TruncateOplog((int)(context.Command.Number("keep") ?? 0));
                break;
            case "expireImages":
                deployment.ExpireImages();
                break;
            case "advanceClusterTime":
                deployment.AdvanceClusterTime();
                break;
            case "killCursors":
                deployment.KillCursors((int)(context.Command.Number("code") ?? 43));
                break;
            case "stepDown":
                deployment.StepDown((int?)context.Command.Number("elect"), (int?)(context.Command.Number("code") ?? 11602));
                break;
            case "elect":
                deployment.Elect((int)(context.Command.Number("index") ?? 0));
                break;
            case "cutConnections":
                foreach (DoubleNode node in deployment.Nodes)
                {
                    node.CutConnections();
                }

                break;
            case "cutAfter":
                context.Node.Faults.CutAfter(context.Command.Number("bytes") ?? 0);
                break;
            default:
                throw new CommandError(2, $"unknown action '{context.Command["double"]}' of the double");
        }

        return [];
    }
}
