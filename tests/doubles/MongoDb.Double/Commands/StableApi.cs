using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>
/// Holds commands against the API version that the client declares (initialize_api_parameters.cpp; the commands and stages are those of
/// the manual's "Stable API Changelog"). No command of version 1 is deprecated, so <c>apiDeprecationErrors</c> refuses nothing.
/// </summary>
internal static class StableApi
{
    private static readonly HashSet<string> _commands = new(StringComparer.OrdinalIgnoreCase)
    {
        "abortTransaction", "aggregate", "authenticate", "bulkWrite", "collMod", "commitTransaction", "count", "create", "createIndexes",
        "delete", "drop", "dropDatabase", "dropIndexes", "endSessions", "find", "findAndModify", "getMore", "hello", "insert",
        "killCursors", "listCollections", "listDatabases", "listIndexes", "logout", "ping", "refreshSessions", "saslContinue",
        "saslStart", "update",
    };

    private static readonly HashSet<string> _refusedStages = ["$listSessions", "$currentOp", "$indexStats", "$planCacheStats"];

    // Fields that are not marked stable in find_command.idl; manual, "Stable API".
    private static readonly string[] _refusedFindOptions =
        ["min", "max", "returnKey", "showRecordId", "tailable", "awaitData", "noCursorTimeout", "oplogReplay"];

    // Options of $changeStream that are outside version 1 (document_source_change_stream.h).
    private static readonly string[] _refusedOptions = ["showExpandedEvents", "showRawUpdateDescription", "showSystemEvents"];

    /// <exception cref="CommandError">The parameters are wrong, or exclude the command.</exception>
    public static void Check(CommandContext context)
    {
        ApiParameters parameters = ApiParameters.Of(context.Command);
        if (parameters.Version is null)
        {
            if (parameters.Strict == true || parameters.DeprecationErrors == true)
            {
                throw new CommandError(4886600, "Provided apiStrict and/or apiDeprecationErrors without passing apiVersion");
            }

            if (context.Deployment.Options.RequireApiVersion && !context.Connection.IsInternal)
            {
                throw new CommandError(
                    498870, "The apiVersion parameter is required, please configure your MongoClient's API version");
            }

            return;
        }

        if (parameters.Version != "1")
        {
            throw new CommandError(322, "API version must be \"1\"");
        }

        if (parameters.Strict == true)
        {
            CheckStrictly(context);
        }
    }

    private static void CheckStrictly(CommandContext context)
    {
        if (!_commands.Contains(context.Name))
        {
            throw new CommandError(
                323, $"Provided apiStrict:true, but the command {context.Name} is not in API Version 1. Information on supported "
                + "commands and migrations in API Version 1 can be found at https://dochub.mongodb.org/core/manual-versioned-api");
        }

        if (context.Name == "find" && _refusedFindOptions.FirstOrDefault(context.Command.Has) is { } option)
        {
            throw new CommandError(323, $"BSON field 'find.{option}' is not allowed with apiStrict:true.");
        }

        foreach (Doc stage in (context.Command.Array("pipeline") ?? []).OfType<Doc>().Where(stage => stage.Count == 1))
        {
            CheckStage(stage.At(0).Key, stage.At(0).Value as Doc);
        }
    }

    private static void CheckStage(string name, Doc? operand)
    {
        if (_refusedStages.Contains(name) || (name == "$collStats" && operand?.Names.Any(option => option != "count") == true))
        {
            throw new CommandError(323, $"{name} is not allowed with 'apiStrict: true' in API Version 1");
        }

        if (name == "$changeStream" && _refusedOptions.FirstOrDefault(option => operand?.Has(option) == true) is { } refused)
        {
            throw new CommandError(323, $"The '{refused}' parameter to $changeStream is not supported in API Version 1");
        }
    }
}
