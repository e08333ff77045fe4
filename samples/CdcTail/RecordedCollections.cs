using MongoDB.Bson;

namespace CdcTail;

/// <summary>Collections as they were after the first events of a recording: what a snapshot of them reads. Only documents whose events had
/// them whole.</summary>
internal sealed class RecordedCollections
{
    private readonly SortedDictionary<string, Dictionary<BsonValue, BsonDocument>> _collections = new(StringComparer.Ordinal);

    /// <param name="events">The events.</param>
    public RecordedCollections(IEnumerable<BsonDocument> events)
    {
        foreach (var change in events)
        {
            if (change.TryGetValue("fullDocument", out var document) && document is BsonDocument whole)
            {
                Of(change)[change["documentKey"]["_id"]] = whole;
            }
            else if (change["operationType"] == "delete")
            {
                Of(change).Remove(change["documentKey"]["_id"]);
            }
        }
    }

    /// <summary>The collections, as <c>listCollections</c> gives them.</summary>
    public BsonDocument[] Descriptions => [.. _collections.Keys.Select(static name => new BsonDocument
    {
        { "name", name }, { "type", "collection" },
        { "options", new BsonDocument("changeStreamPreAndPostImages", new BsonDocument("enabled", true)) },
    })];

    /// <summary>The number of documents of a collection.</summary>
    public int Count(string collection) => _collections.TryGetValue(collection, out var documents) ? documents.Count : 0;

    /// <summary>All documents of a collection.</summary>
    public BsonDocument[] Read(string collection) => _collections.TryGetValue(collection, out var documents)
        ? [.. documents.OrderBy(static document => document.Key).Select(static document => document.Value)] : [];

    private Dictionary<BsonValue, BsonDocument> Of(BsonDocument change)
    {
        var name = change["ns"]["coll"].AsString;
        if (!_collections.TryGetValue(name, out var documents))
        {
            _collections[name] = documents = [];
        }

        return documents;
    }
}
