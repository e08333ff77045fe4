namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>Which node may answer: writes go to the primary, reads to a secondary only where the client allows it.</summary>
internal static class RoleCheck
{
    private static readonly HashSet<string> _reads = new(StringComparer.OrdinalIgnoreCase)
    {
        "find", "aggregate", "count", "distinct", "listCollections", "listDatabases", "listIndexes", "collStats",
    };

    private static readonly HashSet<string> _writes = new(StringComparer.OrdinalIgnoreCase)
    {
        "insert", "update", "delete", "findAndModify", "bulkWrite", "create", "drop", "dropDatabase", "renameCollection", "createIndexes",
        "dropIndexes", "collMod", "commitTransaction", "abortTransaction", "replSetStepDown", "appendOplogNote", "setClusterParameter",
    };

    public static void Check(CommandContext context)
    {
        if (context.Node.Role is NodeRole.Other && (_reads.Contains(context.Name) || _writes.Contains(context.Name)))
        {
            throw new CommandError(13436, "node is not in primary or recovering state");
        }

        if (context.Node.Role is not NodeRole.Secondary)
        {
            return;
        }

        if (_writes.Contains(context.Name))
        {
            throw new CommandError(10107, "not primary");
        }

        if (_reads.Contains(context.Name) && context.Command.Path("$readPreference", "mode") is (null or "primary"))
        {
            throw new CommandError(13435, "not primary and secondaryOk=false");
        }
    }
}
