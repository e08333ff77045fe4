using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;
using CdcEmbedded.MongoDb.Double.Replay;
using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>aggregate: change streams, and a few stages over collections.</summary>
internal static class AggregateCommand
{
    public static async Task<Doc> RunAsync(CommandContext context)
    {
        Doc reply;
        long scanned;
        lock (context.Store.Gate)
        {
            (reply, scanned) = Run(context);
        }

        await CursorCommands.ReadOplogAsync(context, scanned);
        return reply;
    }

    private static (Doc Reply, long Scanned) Run(CommandContext context)
    {
        Doc[] pipeline = [.. (context.Command.Array("pipeline") ?? throw new CommandError(9, "aggregate needs a pipeline")).OfType<Doc>()];
        if (!context.Command.Has("cursor"))
        {
            throw new CommandError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
        }

        int batchSize = (int)(context.Command.Document("cursor")?.Number("batchSize") ?? 101);
        bool isStream = pipeline.Length > 0 && pipeline[0].Has("$changeStream");
        if (isStream && context.Deployment.Options.Topology == DoubleTopology.Standalone)
        {
            throw new CommandError(40573, "The $changeStream stage is only supported on replica sets");
        }

        Pipeline.Validate(pipeline);
        if (isStream)
        {
            ServerCursor stream = Stream(context, pipeline);
            return (CursorCommands.Open(context, stream, batchSize), stream.Scanned);
        }

        return pipeline.Skip(1).Any(stage => stage.Has("$changeStream"))
            ? throw new CommandError(40602, "$changeStream is only valid as the first stage in a pipeline")
            : (CursorCommands.Open(context, Query(context, pipeline), batchSize), 0);
    }

    private static ServerCursor Stream(CommandContext context, Doc[] pipeline)
    {
        if (context.Command.Path("readConcern", "level") is not (null or "majority"))
        {
            throw new CommandError(72, "$changeStream may only be used with the readConcern 'majority'");
        }

        if (context.Command["autocommit"] is false)
        {
            throw new CommandError(263, "$changeStream cannot be used in a multi-document transaction");
        }

        ChangeStreamRequest request = ChangeStreamRequest.Parse(
            context.Database, context.Command.At(0).Value, pipeline, context.Deployment.Options.UnknownStreamOptions);
        if (context.Store.Find(request.Database, request.Collection) is { Type: not "collection" } other)
        {
            throw new CommandError(166, $"Namespace {request.Database}.{request.Collection} is a {other.Type}, not a collection");
        }

        return context.Deployment.Replay is { } feed
            ? new ReplayCursor(feed, request)
            : new ChangeStreamCursor(context.Store, request, context.Deployment.Options);
    }

    private static ListCursor Query(CommandContext context, Doc[] pipeline)
    {
        string name = context.Collection;
        (IEnumerable<Doc> source, DocTimestamp? at) = pipeline.Length > 0 && pipeline[0].Has("$collStats")
            ? ([CatalogCommands.Statistics(context)], null)
            : QueryCommands.Documents(context, name);
        return new ListCursor(context.Database, name, [.. Pipeline.Run(source, pipeline)]) { AtClusterTime = at };
    }
}
