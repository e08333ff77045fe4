using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>Writes documents of one collection and logs each as its own operation.</summary>
internal sealed class DocumentWriter(IWriteTarget target, string database, string name, DataStore store)
{
    public Doc? FindFirst(Doc? filter, Doc? sort) => Pipeline.Sort(Matching(filter), sort).FirstOrDefault();

    public bool Insert(Doc given)
    {
        StoredCollection collection = Require();
        Doc document = WithId(given);
        if (collection.Find(document) is not null)
        {
            string key = DocJson.Write(document["_id"]);
            throw new CommandError(
                11000, $"E11000 duplicate key error collection: {database}.{name} index: _id_ dup key: {{ _id: {key} }}");
        }

        target.Write(Entry("insert", collection, collection.KeyOf(document), null, document));
        return true;
    }

    /// <summary>Runs a statement <c>{ q, u, upsert, multi }</c>.</summary>
    public UpdateResult Update(Doc statement)
    {
        Doc[] found = [.. Matching(statement.Document("q"))];
        found = statement.Flag("multi") ? found : [.. found.Take(1)];
        int modified = 0;
        Doc? last = null;
        foreach (Doc before in found)
        {
            (Doc after, UpdateDescription? changes) = Updater.Apply(before, statement["u"]);
            last = after;
            if (changes is { IsEmpty: true })
            {
                continue;
            }

            modified++;
            StoredCollection collection = Require();
            target.Write(Entry(changes is null ? "replace" : "update", collection, collection.KeyOf(before), before, after, changes));
        }

        return found.Length == 0 && statement.Flag("upsert")
            ? Upsert(statement)
            : new UpdateResult(found.Length, modified, last, null);
    }

    public int Delete(Doc? filter, bool many)
    {
        Doc[] found = [.. Matching(filter)];
        found = many ? found : [.. found.Take(1)];
        foreach (Doc before in found)
        {
            StoredCollection collection = Require();
            target.Write(Entry("delete", collection, collection.KeyOf(before), before, null));
        }

        return found.Length;
    }

    private UpdateResult Upsert(Doc statement)
    {
        var seed = new Doc();
        foreach ((string path, object? value) in statement.Document("q") ?? [])
        {
            if (!path.StartsWith('$') && value is not Doc { Count: > 0 })
            {
                DocPath.Set(seed, path, value);
            }
        }

        Doc made = WithId(Updater.Apply(seed, statement["u"], inserting: true).After);
        Insert(made);
        return new UpdateResult(0, 0, made, made);
    }

    private Doc[] Matching(Doc? filter)
    {
        if (target.Find(database, name) is not { } collection)
        {
            return [];
        }

        // The common case by its index, so that large collections stay quick to write to.
        return filter is { Count: 1 } && filter.Has("_id") && filter["_id"] is not (Doc or DocRegex) && collection.HasUniqueIds
            ? collection.Find(filter) is { } one ? [one] : []
            : [.. collection.Documents.Where(document => Filter.Matches(filter, document))];
    }

    private StoredCollection Require()
    {
        if (target.Find(database, name) is { } there)
        {
            return there;
        }

        target.Write(new OplogEntry
        {
            Operation = "create", Database = database, Collection = name, CollectionId = Guid.NewGuid(), NamespaceType = "collection",
        });
        return target.Find(database, name) ?? throw new InvalidOperationException("A collection just created is missing.");
    }

    private static OplogEntry Entry(
        string operation, StoredCollection collection, Doc key, Doc? before, Doc? after, UpdateDescription? changes = null) => new()
        {
            Operation = operation,
            Database = collection.Database,
            Collection = collection.Name,
            CollectionId = collection.Id,
            Key = key,
            Before = before,
            After = after,
            Update = changes,
            HasImages = collection.RecordsImages,
        };

    private Doc WithId(Doc document)
    {
        if (document.Count > 0 && document.At(0).Key == "_id")
        {
            return document;
        }

        var made = new Doc { { "_id", document.Has("_id") ? document["_id"] : DocId.Create(store.Now) } };
        foreach ((string field, object? value) in document.Where(element => element.Key != "_id"))
        {
            made.Add(field, value);
        }

        return made;
    }
}
