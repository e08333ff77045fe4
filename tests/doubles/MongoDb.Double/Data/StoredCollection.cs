using System.Collections.Immutable;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>A collection's documents by _id. A stored document is never changed, only replaced, so that copies may share it.</summary>
internal sealed class StoredCollection(string database, string name, Guid id, Doc options)
{
    // Immutable, so that a transaction or a read in the past takes its copy for nothing.
    private ImmutableSortedDictionary<object, Doc> _documents = ImmutableSortedDictionary.Create<object, Doc>(OrderOf(options));

    public string Database { get; } = database;

    public string Name { get; } = name;

    public Guid Id { get; } = id;

    /// <summary>As given to create and collMod.</summary>
    public Doc Options { get; } = options;

    /// <summary>Index specifications besides that of _id.</summary>
    public List<Doc> Indexes { get; } = [];

    /// <summary>The shard key's fields, null where the collection is not sharded.</summary>
    public Doc? ShardKey { get; set; }

    /// <summary>The order of _id.</summary>
    public DocOrder Order => OrderOf(Options);

    /// <summary>collection, view or timeseries.</summary>
    public string Type => Options.Has("viewOn") ? "view" : Options.Has("timeseries") ? "timeseries" : "collection";

    public bool RecordsImages => Options.Path("changeStreamPreAndPostImages", "enabled") is true;

    public int Count => _documents.Count;

    public IEnumerable<Doc> Documents => _documents.Values;

    public Doc? Find(object? id) => _documents.GetValueOrDefault(Key(id));

    /// <summary>Puts the state after an operation; null removes.</summary>
    public void Put(object? id, Doc? document)
    {
        _documents = document is null ? _documents.Remove(Key(id)) : _documents.SetItem(Key(id), document);
    }

    /// <summary>The key of a document in change events: the shard key's fields, then _id.</summary>
    public Doc KeyOf(Doc document)
    {
        var key = new Doc();
        foreach (string path in ShardKey?.Names.Where(name => name != "_id") ?? [])
        {
            key.Add(path, DocPath.Get(document, path));
        }

        key.Add("_id", document["_id"]);
        return key;
    }

    /// <summary>A copy for a transaction.</summary>
    public StoredCollection Copy() => As(Database, Name);

    /// <summary>The same collection under another name.</summary>
    public StoredCollection As(string database, string name)
    {
        var copy = new StoredCollection(database, name, Id, Options) { ShardKey = ShardKey };
        copy.Indexes.AddRange(Indexes);
        copy._documents = _documents;
        return copy;
    }

    private static DocOrder OrderOf(Doc options) => options.Path("collation", "strength") is 1 or 2 or 1L or 2L
        ? DocOrder.IgnoringCase
        : DocOrder.Instance;

    // The dictionary takes no null; undefined sorts in the same bracket.
    private static object Key(object? id) => id ?? DocMarker.Undefined;
}
