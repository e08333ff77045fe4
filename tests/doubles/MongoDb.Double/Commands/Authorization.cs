using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>Who may run what. With no users set up everybody may run everything.</summary>
internal static class Authorization
{
    private static readonly HashSet<string> _open = new(StringComparer.OrdinalIgnoreCase)
    {
        "hello", "isMaster", "saslStart", "saslContinue", "authenticate", "ping", "buildInfo", "connectionStatus", "logout", "endSessions",
        "refreshSessions", "getMore", "killCursors", "commitTransaction", "abortTransaction",
    };

    private static readonly HashSet<string> _beforeLogin = new(StringComparer.OrdinalIgnoreCase)
    {
        "hello", "isMaster", "saslStart", "saslContinue", "authenticate", "logout",
    };

    private static readonly Dictionary<string, string> _actions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["find"] = "find", ["aggregate"] = "find", ["count"] = "find", ["distinct"] = "find", ["insert"] = "insert", ["update"] = "update",
        ["delete"] = "remove", ["findAndModify"] = "update", ["create"] = "createCollection", ["drop"] = "dropCollection",
        ["collMod"] = "collMod", ["createIndexes"] = "createIndex", ["dropIndexes"] = "dropIndex", ["listIndexes"] = "listIndexes",
        ["listCollections"] = "listCollections", ["listDatabases"] = "listDatabases", ["collStats"] = "collStats",
    };

    public static void Check(CommandContext context)
    {
        if (context.Connection.IsTrusted)
        {
            return;
        }

        if (context.Connection.User is not { } user)
        {
            if (!_open.Contains(context.Name) || context.Name is "getMore" or "killCursors")
            {
                throw new CommandError(13, $"Command {context.Name} requires authentication");
            }

            return;
        }

        if (context.Connection.LoginEpoch < context.Deployment.LoginEpoch && !_beforeLogin.Contains(context.Name))
        {
            throw new CommandError(391, "Reauthentication required: the login of this connection has expired");
        }

        if (_open.Contains(context.Name) || user.Privileges is null)
        {
            return;
        }

        string collection = context.Command.At(0).Value as string ?? "";
        (string database, string target) = WholeDeployment(context) ? ("", "") : (context.Database, collection);
        foreach (string action in ActionsOf(context))
        {
            if (!user.May(action, database, target))
            {
                throw new CommandError(
                    13, $"not authorized on {context.Database} to execute command {{ {context.Name}: \"{collection}\" }}");
            }
        }
    }

    private static bool WholeDeployment(CommandContext context) => Stage(context)?.Flag("allChangesForCluster") == true
        || (!_actions.ContainsKey(context.Name) && context.Database == "admin") || context.Name == "listDatabases";

    private static string[] ActionsOf(CommandContext context) => Stage(context) is null
        ? [_actions.GetValueOrDefault(context.Name, context.Name)]
        : ["find", "changeStream"];

    private static Doc? Stage(CommandContext context) =>
        context.Name == "aggregate" ? (context.Command.Array("pipeline")?.FirstOrDefault() as Doc)?.Document("$changeStream") : null;
}
