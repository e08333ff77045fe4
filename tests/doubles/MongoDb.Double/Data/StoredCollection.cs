using System.Collections.Immutable;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>A collection's documents by _id; where another key shards it, by both, because two shards may have the same _id. A stored
/// document is never changed, only replaced, so that copies may share it.</summary>
internal sealed class StoredCollection(string database, string name, Guid id, Doc options)
{
    // Immutable, so that a transaction or a read in the past takes its copy for nothing.
    private ImmutableSortedSet<Entry> _documents = ImmutableSortedSet.Create<Entry>(new EntryOrder(OrderOf(options)));
    private Doc? _shardKey;

    public string Database { get; } = database;

    public string Name { get; } = name;

    public Guid Id { get; } = id;

    /// <summary>As given to create and collMod.</summary>
    public Doc Options { get; } = options;

    /// <summary>Index specifications besides that of _id.</summary>
    public List<Doc> Indexes { get; } = [];

    /// <summary>The shard key's fields, null where the collection is not sharded.</summary>
    public Doc? ShardKey
    {
        get => _shardKey;
        set
        {
            _shardKey = value;
            _documents = _documents.Clear().Union(_documents.Select(entry => new Entry(PlaceOf(entry.Document), entry.Document)));
        }
    }

    /// <summary>The order of _id.</summary>
    public DocOrder Order => OrderOf(Options);

    /// <summary>collection, view or timeseries.</summary>
    public string Type => Options.Has("viewOn") ? "view" : Options.Has("timeseries") ? "timeseries" : "collection";

    public bool RecordsImages => Options.Path("changeStreamPreAndPostImages", "enabled") is true;

    public int Count => _documents.Count;

    public IEnumerable<Doc> Documents => _documents.Select(static entry => entry.Document);

    /// <summary>True if no two documents have the same _id.</summary>
    public bool HasUniqueIds => ShardKey?.Names.All(static name => name == "_id") ?? true;

    /// <summary>The documents whose _id is not before a value, found by the index.</summary>
    public IEnumerable<Doc> DocumentsFrom(object? id)
    {
        object least = HasUniqueIds ? Key(id) : new Doc { { "_id", Key(id) } };
        int at = _documents.IndexOf(new Entry(least, []));
        for (int i = at < 0 ? ~at : at; i < _documents.Count; i++)
        {
            yield return _documents[i].Document;
        }
    }

    /// <summary>Finds a document.</summary>
    /// <param name="key">The document's key as in change events, or a document.</param>
    public Doc? Find(Doc? key) => key is not null && _documents.TryGetValue(new Entry(PlaceOf(key), []), out Entry found)
        ? found.Document : null;

    /// <summary>Puts the state after an operation.</summary>
    /// <param name="before">The document before it; null where there was none.</param>
    /// <param name="after">The document after it; null removes.</param>
    public void Put(Doc? before, Doc? after)
    {
        _documents = before is null ? _documents : _documents.Remove(new Entry(PlaceOf(before), before));
        if (after is not null)
        {
            var entry = new Entry(PlaceOf(after), after);
            _documents = _documents.Remove(entry).Add(entry);
        }
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
        var copy = new StoredCollection(database, name, Id, Options) { _shardKey = _shardKey };
        copy.Indexes.AddRange(Indexes);
        copy._documents = _documents;
        return copy;
    }

    private static DocOrder OrderOf(Doc options) => options.Path("collation", "strength") is 1 or 2 or 1L or 2L
        ? DocOrder.IgnoringCase
        : DocOrder.Instance;

    // A key as in change events has paths as names.
    private object PlaceOf(Doc document)
    {
        if (HasUniqueIds)
        {
            return Key(document["_id"]);
        }

        var place = new Doc { { "_id", Key(document["_id"]) } };
        foreach (string path in ShardKey?.Names.Where(static name => name != "_id") ?? [])
        {
            place.Add(path, document.Has(path) ? document[path] : DocPath.Get(document, path));
        }

        return place;
    }

    // Undefined sorts in the same bracket as null.
    private static object Key(object? id) => id ?? DocMarker.Undefined;

    private readonly record struct Entry(object Place, Doc Document);

    private sealed class EntryOrder(DocOrder order) : IComparer<Entry>
    {
        public int Compare(Entry x, Entry y) => order.Compare(x.Place, y.Place);
    }
}
