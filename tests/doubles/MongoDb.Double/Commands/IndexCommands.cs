using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;
using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>Indexes: only their names and events.</summary>
internal static class IndexCommands
{
    public static Doc Create(CommandContext context)
    {
        Doc[] wanted = [.. (context.Command.Array("indexes") ?? []).OfType<Doc>()];
        if (context.Store.Find(context.Database, context.Collection) is null)
        {
            context.Store.Write(new OplogEntry
            {
                Operation = "create", Database = context.Database, Collection = context.Collection, CollectionId = Guid.NewGuid(),
                NamespaceType = "collection",
            });
        }

        StoredCollection collection = CatalogCommands.Required(context);
        int before = 1 + collection.Indexes.Count;
        HashSet<string?> names = [.. collection.Indexes.Select(index => index.Text("name"))];
        Doc[] made = [.. wanted.Where(index => !names.Contains(index.Text("name"))).Select(WithVersion)];
        collection.Indexes.AddRange(made);
        if (made.Length > 0)
        {
            context.Store.Write(CatalogCommands.Entry("createIndexes", collection, new Doc { { "indexes", made } }));
        }

        return new Doc { { "numIndexesBefore", before }, { "numIndexesAfter", 1 + collection.Indexes.Count } };
    }

    public static Doc Drop(CommandContext context)
    {
        StoredCollection collection = CatalogCommands.Required(context);
        int before = 1 + collection.Indexes.Count;
        string name = context.Command.Text("index") ?? "*";
        Doc[] gone = [.. collection.Indexes.Where(index => name == "*" || index.Text("name") == name)];
        if (gone.Length == 0 && name != "*")
        {
            throw new CommandError(27, $"index not found with name [{name}]");
        }

        collection.Indexes.RemoveAll(gone.Contains);
        context.Store.Write(CatalogCommands.Entry("dropIndexes", collection, new Doc { { "indexes", gone } }));
        return new Doc { { "nIndexesWas", before } };
    }

    public static Doc List(CommandContext context)
    {
        StoredCollection collection = CatalogCommands.Required(context);
        Doc id = WithVersion(new Doc { { "key", new Doc { { "_id", 1 } } }, { "name", "_id_" } });
        return CursorCommands.Open(context, new ListCursor(context.Database, context.Collection, [id, .. collection.Indexes]), 101);
    }

    private static Doc WithVersion(Doc index)
    {
        Doc made = index.Clone();
        made["v"] = 2;
        return made;
    }
}
