using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>The commands that the double knows.</summary>
internal static class CommandTable
{
    private static readonly Dictionary<string, Func<CommandContext, Task<Doc>>> _commands = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hello"] = HelloCommand.RunAsync,
        ["isMaster"] = HelloCommand.RunAsync,
        ["saslStart"] = Simple(LoginCommands.Start),
        ["saslContinue"] = Simple(LoginCommands.Continue),
        ["authenticate"] = Simple(LoginCommands.Authenticate),
        ["logout"] = Simple(LoginCommands.Logout),
        ["connectionStatus"] = Simple(LoginCommands.Status),
        ["ping"] = Simple(_ => []),
        ["startSession"] = Simple(SessionCommands.Start),
        ["endSessions"] = Simple(SessionCommands.End),
        ["refreshSessions"] = Simple(SessionCommands.Refresh),
        ["killSessions"] = Locked(SessionCommands.Kill),
        ["buildInfo"] = Simple(ServerCommands.BuildInfo),
        ["getParameter"] = Simple(ServerCommands.GetParameter),
        ["getClusterParameter"] = Simple(ServerCommands.GetClusterParameter),
        ["setClusterParameter"] = Simple(ServerCommands.SetClusterParameter),
        ["serverStatus"] = Simple(ServerCommands.ServerStatus),
        ["replSetGetStatus"] = Simple(ServerCommands.ReplicaSetStatus),
        ["replSetStepDown"] = Simple(ServerCommands.StepDown),
        ["appendOplogNote"] = Simple(ServerCommands.AppendOplogNote),
        ["configureFailPoint"] = Simple(ServerCommands.ConfigureFailPoint),
        ["double"] = Simple(ControlCommand.Run),
        ["find"] = Locked(QueryCommands.Find),
        ["aggregate"] = AggregateCommand.RunAsync,
        ["count"] = Locked(QueryCommands.Count),
        ["distinct"] = Locked(QueryCommands.Distinct),
        ["getMore"] = CursorCommands.GetMoreAsync,
        ["killCursors"] = Locked(CursorCommands.Kill),
        ["insert"] = Written(WriteCommands.Insert),
        ["update"] = Written(WriteCommands.Update),
        ["delete"] = Written(WriteCommands.Delete),
        ["findAndModify"] = Written(WriteCommands.FindAndModify),
        ["bulkWrite"] = Locked(BulkWriteCommand.Run),
        ["commitTransaction"] = Locked(TransactionCommands.Commit),
        ["abortTransaction"] = Locked(TransactionCommands.Abort),
        ["create"] = Locked(CatalogCommands.Create),
        ["collMod"] = Locked(CatalogCommands.Modify),
        ["drop"] = Locked(CatalogCommands.Drop),
        ["dropDatabase"] = Locked(CatalogCommands.DropDatabase),
        ["renameCollection"] = Locked(CatalogCommands.Rename),
        ["createIndexes"] = Locked(IndexCommands.Create),
        ["dropIndexes"] = Locked(IndexCommands.Drop),
        ["listIndexes"] = Locked(IndexCommands.List),
        ["listCollections"] = Locked(CatalogCommands.ListCollections),
        ["listDatabases"] = Locked(CatalogCommands.ListDatabases),
        ["collStats"] = Locked(CatalogCommands.Statistics),
        ["enableSharding"] = Simple(_ => []),
        ["shardCollection"] = Locked(CatalogCommands.Shard),
    };

    /// <exception cref="CommandError">The command is unknown, not permitted here, or fails.</exception>
    public static Task<Doc> RunAsync(CommandContext context)
    {
        if (!_commands.TryGetValue(context.Name, out Func<CommandContext, Task<Doc>>? run))
        {
            throw new CommandError(59, $"no such command: '{context.Name}'");
        }

        StableApi.Check(context);
        Authorization.Check(context);
        RoleCheck.Check(context);
        if (context.Deployment.Sessions.RefreshIsDue)
        {
            context.Deployment.RefreshSessions();
        }

        context.Deployment.Sessions.Use(context);
        return run(context);
    }

    private static Func<CommandContext, Task<Doc>> Simple(Func<CommandContext, Doc> run) => context => Task.FromResult(run(context));

    private static Func<CommandContext, Task<Doc>> Locked(Func<CommandContext, Doc> run) => context =>
    {
        lock (context.Store.Gate)
        {
            return Task.FromResult(run(context));
        }
    };

    /// <summary>Runs a write, and again when a transaction ends that keeps it waiting.</summary>
    private static Func<CommandContext, Task<Doc>> Written(Func<CommandContext, Doc> run) => async context =>
    {
        while (true)
        {
            Task ended;
            lock (context.Store.Gate)
            {
                try
                {
                    return run(context);
                }
                catch (WriteWaitsException)
                {
                    ended = context.Deployment.Transactions.NextEnd;
                }
            }

            await ended.WaitAsync(context.Stopping);
        }
    };
}
