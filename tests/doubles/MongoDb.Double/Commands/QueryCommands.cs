using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;
using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>find, count and distinct.</summary>
internal static class QueryCommands
{
    public static Doc Find(CommandContext context)
    {
        Doc command = context.Command;
        StoredCollection? collection = context.Target.Find(context.Database, context.Collection);
        (IEnumerable<Doc> source, DocTimestamp? at) = Documents(context, context.Collection, IndexBounds.LeastId(command, collection));
        IEnumerable<Doc> found = IndexBounds.Apply(command, collection, source);
        found = found.Where(document => Filter.Matches(command.Document("filter"), document));

        // Order of the hinted index, unless the client sorts. A mongos gives the documents of one shard after those of another. That of _id
        // is there already: large collections stay quick to read in parts.
        Doc? order = command["hint"] is Doc hint && !command.Has("sort") ? hint
            : command.Document("sort") ?? (command.Has("hint") ? new Doc { { "_id", 1 } } : null);
        found = order is { Count: 1 } && order.Number("_id") == 1 && collection is not null ? found
            : Pipeline.Sort(found, order, collection?.Order);
        found = command.Has("sort") || context.Store.Shards <= 1 || collection?.ShardKey is null ? found
            : found.OrderBy(document => context.Store.ShardOf(collection.KeyOf(document)));
        if (command.Document("sort")?["$natural"] is -1 or -1L or -1.0)
        {
            found = found.Reverse();
        }

        found = found.Skip((int)(command.Number("skip") ?? 0));
        if (command.Number("limit") is > 0 and { } limit)
        {
            found = found.Take((int)limit);
        }

        Doc? projection = command.Document("projection");
        var cursor = new ListCursor(
            context.Database, context.Collection, [.. found.Select(document => Pipeline.Project(document, projection))])
        {
            AtClusterTime = at,
        };
        int first = (int)(command.Number("batchSize") ?? 101);
        return CursorCommands.Open(context, cursor, command.Flag("singleBatch") ? Math.Max(first, 1) : first, command.Flag("singleBatch"));
    }

    public static Doc Count(CommandContext context)
    {
        IEnumerable<Doc> found = Documents(context, context.Collection).Source
            .Where(document => Filter.Matches(context.Command.Document("query"), document))
            .Skip((int)(context.Command.Number("skip") ?? 0));
        return new Doc { { "n", context.Command.Number("limit") is > 0 and { } limit ? found.Take((int)limit).Count() : found.Count() } };
    }

    public static Doc Distinct(CommandContext context)
    {
        string key = context.Command.Text("key") ?? throw new CommandError(9, "distinct needs a key");
        IEnumerable<object?> values = Documents(context, context.Collection).Source
            .Where(document => Filter.Matches(context.Command.Document("query"), document))
            .SelectMany(document => DocPath.Find(document, key))
            .SelectMany(value => value is List<object?> array ? array : [value]);
        return new Doc { { "values", values.Order(DocOrder.Instance).DistinctBy(DocJson.Write) } };
    }

    /// <summary>A collection's documents in the order of _id, as of the read concern's time where it has one.</summary>
    /// <param name="context">The command.</param>
    /// <param name="name">The collection.</param>
    /// <param name="from">The least _id to begin with; null for all.</param>
    public static (IEnumerable<Doc> Source, DocTimestamp? At) Documents(CommandContext context, string name, Doc? from = null)
    {
        if (context.Database == "local" && name == "oplog.rs")
        {
            bool kept = context.Deployment.Options.Topology == DoubleTopology.ReplicaSet;
            return (kept ? context.Store.Oplog.Entries.Select(LogDocument) : [], null);
        }

        StoredCollection? collection = context.Target.Find(context.Database, name);
        if (collection is { Type: "timeseries" } && context.Command.Path("readConcern", "level") is "snapshot")
        {
            throw new CommandError(246, "Time series collections have no snapshots here");
        }

        DocTimestamp? time = ReadView.Choose(context, collection);
        bool isSnapshot = time is not null && context.Command.Path("readConcern", "level") is "snapshot";
        StoredCollection? seen = collection is not null && time is { } at ? context.Store.AsOf(collection, at) : collection;
        return (seen is null ? [] : from is not null ? seen.DocumentsFrom(from["_id"]) : seen.Documents, isSnapshot ? time : null);
    }

    private static Doc LogDocument(OplogEntry entry) => new()
    {
        { "op", entry.Operation switch { "insert" => "i", "update" or "replace" => "u", "delete" => "d", _ => "c" } },
        { "ns", $"{entry.Database}.{entry.Collection}" },
        { "ts", entry.Time },
        { "t", 1L },
        { "v", 2L },
        { "wall", entry.Wall },
        { "o", new Doc() },
    };
}
