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
        (IEnumerable<Doc> source, DocTimestamp? at) = Documents(context, context.Collection);
        IEnumerable<Doc> found = source.Where(document => Filter.Matches(command.Document("filter"), document));
        found = Bounded(found, command.Document("min"), command.Document("max"));

        // Order of the hinted index, unless the client sorts.
        found = Pipeline.Sort(found, command.Document("sort") ?? command["hint"] as Doc);
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
    public static (IEnumerable<Doc> Source, DocTimestamp? At) Documents(CommandContext context, string name)
    {
        if (context.Database == "local" && name == "oplog.rs")
        {
            bool kept = context.Deployment.Options.Topology == DoubleTopology.ReplicaSet;
            return (kept ? context.Store.Oplog.Entries.Select(LogDocument) : [], null);
        }

        if (context.Target.Find(context.Database, name) is not { } collection)
        {
            return ([], context.Command.Path("readConcern", "level") is "snapshot" ? context.Store.LastTime : null);
        }

        if (context.Command.Path("readConcern", "level") is not "snapshot" || context.Command.Has("autocommit"))
        {
            return (collection.Documents, null);
        }

        DocTimestamp at = context.Command.Path("readConcern", "atClusterTime") as DocTimestamp? ?? context.Store.LastTime;
        return at <= context.Store.Oplog.LostThrough
            ? throw new CommandError(239, $"Read timestamp {at} is older than the oldest available timestamp.")
            : (context.Store.AsOf(collection, at), at);
    }

    // Both ends compare the fields of the hinted index in order: min inclusive, max exclusive.
    private static IEnumerable<Doc> Bounded(IEnumerable<Doc> documents, Doc? min, Doc? max) => documents
        .Where(document => (min is null || CompareTo(document, min) >= 0) && (max is null || CompareTo(document, max) < 0));

    private static int CompareTo(Doc document, Doc bound) => bound
        .Select(field => DocOrder.Instance.Compare(DocPath.Get(document, field.Key), field.Value))
        .FirstOrDefault(order => order != 0);

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
