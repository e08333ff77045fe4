using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;
using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>Databases and collections.</summary>
internal static class CatalogCommands
{
    private static readonly string[] _createOptions =
        ["changeStreamPreAndPostImages", "viewOn", "pipeline", "timeseries", "capped", "size", "max", "validator", "clusteredIndex",
            "collation"];

    public static Doc Create(CommandContext context)
    {
        if (context.Store.Find(context.Database, context.Collection) is not null)
        {
            throw new CommandError(48, $"Collection {context.Database}.{context.Collection} already exists.");
        }

        var options = new Doc();
        foreach (string name in _createOptions.Where(context.Command.Has))
        {
            options.Add(name, context.Command[name]);
        }

        context.Target.Write(new OplogEntry
        {
            Operation = "create",
            Database = context.Database,
            Collection = context.Collection,
            CollectionId = options.Has("viewOn") ? null : Guid.NewGuid(),
            Description = options,
            NamespaceType = options.Has("viewOn") ? "view" : options.Has("timeseries") ? "timeseries" : "collection",
        });
        return [];
    }

    public static Doc Modify(CommandContext context)
    {
        StoredCollection collection = Required(context);
        var description = new Doc();
        var old = new Doc();
        foreach ((string name, object? value) in context.Command.Skip(1).TakeWhile(field => field.Key is not ("$db" or "lsid")))
        {
            old.Add(name, collection.Options[name]);
            description.Add(name, value);
            collection.Options[name] = value;
        }

        var before = new Doc { { "collectionOptions", old } };
        context.Store.Write(Entry("modify", collection, description, before));
        return [];
    }

    public static Doc Drop(CommandContext context)
    {
        StoredCollection collection = Required(context);
        context.Store.Write(Entry("drop", collection, null));
        return new Doc { { "nIndexesWas", 1 + collection.Indexes.Count }, { "ns", $"{context.Database}.{context.Collection}" } };
    }

    public static Doc DropDatabase(CommandContext context)
    {
        StoredCollection[] collections = [.. context.Store.Collections(context.Database)];
        foreach (StoredCollection collection in collections)
        {
            context.Store.Write(Entry("drop", collection, null));
        }

        if (collections.Length > 0)
        {
            context.Store.Write(new OplogEntry { Operation = "dropDatabase", Database = context.Database });
        }

        return new Doc { { "dropped", context.Database } };
    }

    public static Doc Rename(CommandContext context)
    {
        (string database, string name) = Names(context.Collection);
        (string toDatabase, string toName) = Names(context.Command.Text("to") ?? "");
        StoredCollection collection = context.Store.Find(database, name)
            ?? throw new CommandError(26, $"Source collection {database}.{name} does not exist");
        StoredCollection? target = context.Store.Find(toDatabase, toName);
        if (target is not null && !context.Command.Flag("dropTarget"))
        {
            throw new CommandError(48, "target namespace exists");
        }

        var description = new Doc { { "to", new Doc { { "db", toDatabase }, { "coll", toName } } } };
        description.AddUnlessNull("dropTarget", target?.Id);
        context.Store.Write(new OplogEntry
        {
            Operation = "rename",
            Database = database,
            Collection = name,
            CollectionId = collection.Id,
            To = (toDatabase, toName),
            Description = description,
        });
        return [];
    }

    public static Doc ListCollections(CommandContext context)
    {
        bool namesOnly = context.Command.Flag("nameOnly");
        Doc? filter = context.Command.Document("filter");
        IEnumerable<Doc> found = context.Store.Collections(context.Database)
            .Select(Describe)
            .Where(document => Filter.Matches(filter, document))
            .Select(document => namesOnly ? Pipeline.Project(document, new Doc { { "name", 1 }, { "type", 1 } }) : document);
        int batchSize = (int)(context.Command.Document("cursor")?.Number("batchSize") ?? 1000);
        return CursorCommands.Open(context, new ListCursor(context.Database, "$cmd.listCollections", [.. found]), batchSize);
    }

    public static Doc ListDatabases(CommandContext context)
    {
        Doc? filter = context.Command.Document("filter");
        Doc[] found = [.. ((string[])["admin", "config", "local", .. context.Store.Databases])
            .Select(name => new Doc { { "name", name }, { "sizeOnDisk", 40960L }, { "empty", false } })
            .Where(document => Filter.Matches(filter, document))];
        return new Doc { { "databases", found }, { "totalSize", 40960L * found.Length } };
    }

    public static Doc Statistics(CommandContext context)
    {
        if (context.Database == "local" && context.Collection == "oplog.rs")
        {
            return new Doc
            {
                { "ns", "local.oplog.rs" }, { "count", context.Store.Oplog.Entries.Count }, { "capped", true },
                { "maxSize", 1_000_000_000L },
            };
        }

        int count = context.Store.Find(context.Database, context.Collection)?.Count ?? 0;
        return new Doc { { "ns", $"{context.Database}.{context.Collection}" }, { "count", count }, { "size", count * 100L } };
    }

    public static Doc Shard(CommandContext context)
    {
        (string database, string name) = Names(context.Collection);
        if (context.Deployment.Options.Topology is not (DoubleTopology.Sharded or DoubleTopology.LoadBalanced))
        {
            throw new CommandError(59, "no such command: 'shardCollection'");
        }

        Doc key = context.Command.Document("key") ?? throw new CommandError(9, "shardCollection needs a key");
        StoredCollection collection = context.Store.Find(database, name) ?? throw new CommandError(26, $"{database}.{name} does not exist");
        collection.ShardKey = key;
        var document = new Doc { { "_id", $"{database}.{name}" }, { "uuid", collection.Id }, { "key", key }, { "unique", false } };
        new DocumentWriter(context.Store, "config", "collections", context.Store).Update(
            new Doc { { "q", new Doc { { "_id", document["_id"] } } }, { "u", document }, { "upsert", true } });
        context.Store.Write(Entry("shardCollection", collection, new Doc { { "shardKey", key }, { "unique", false } }));
        return new Doc { { "collectionsharded", $"{database}.{name}" } };
    }

    internal static StoredCollection Required(CommandContext context) => context.Store.Find(context.Database, context.Collection)
        ?? throw new CommandError(26, $"ns not found {context.Database}.{context.Collection}");

    internal static OplogEntry Entry(string operation, StoredCollection collection, Doc? description, Doc? before = null) => new()
    {
        Operation = operation,
        Database = collection.Database,
        Collection = collection.Name,
        CollectionId = collection.Id,
        Description = description,
        StateBefore = before,
    };

    private static Doc Describe(StoredCollection collection)
    {
        var info = new Doc { { "readOnly", collection.Type == "view" } };
        info.AddUnlessNull("uuid", collection.Type == "view" ? null : collection.Id);
        return new Doc { { "name", collection.Name }, { "type", collection.Type }, { "options", collection.Options }, { "info", info } };
    }

    private static (string Database, string Name) Names(string full)
    {
        int dot = full.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? (full[..dot], full[(dot + 1)..]) : throw new CommandError(73, $"Invalid namespace specified '{full}'");
    }
}
