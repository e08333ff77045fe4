using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>
/// Makes the change event of a logged operation ("Change Events" in the manual; the order of the fields is that of
/// change_stream_event_transform.cpp), as the stream's options want it.
/// </summary>
internal sealed class EventRenderer(DataStore store, ChangeStreamRequest request, MongoDoubleOptions options)
{
    /// <exception cref="CommandError">A required image is missing.</exception>
    public Doc Render(OplogEntry entry)
    {
        var made = new Doc();
        if (entry.To is { } to)
        {
            made.Add("to", Namespace(to.Database, to.Collection));
        }

        made.AddUnlessNull("txnNumber", entry.TransactionNumber).AddUnlessNull("lsid", entry.Session);
        made.Add("_id", TokenOf(entry).ToDoc());
        made.Add("operationType", entry.Operation);
        made.Add("clusterTime", entry.Time);
        if (request.Expanded)
        {
            made.AddUnlessNull("collectionUUID", entry.CollectionId);
        }

        made.Add("wallTime", entry.Wall);
        AddFullDocument(made, entry);
        made.Add("ns", Namespace(entry.Database, entry.Collection));
        made.AddUnlessNull("documentKey", entry.Key);
        made.AddUnlessNull("updateDescription", entry.Update?.ToDoc(request.Expanded));
        AddBefore(made, entry);
        if (request.Expanded && (entry.IsExpanded || entry.Operation is "rename" or "drop"))
        {
            made.AddUnlessNull("operationDescription", Description(entry));
        }

        made.AddUnlessNull("stateBeforeChange", entry.StateBefore);
        if (request.Expanded && options.IsAtLeast(8, 1))
        {
            made.AddUnlessNull("nsType", entry.NamespaceType);
        }

        return made;
    }

    public ResumeToken TokenOf(OplogEntry entry) => ResumeToken.Of(entry, Description(entry));

    public Doc Invalidate(OplogEntry entry) => new()
    {
        { "_id", (TokenOf(entry) with { IsInvalidate = true }).ToDoc() },
        { "operationType", "invalidate" },
        { "clusterTime", entry.Time },
        { "wallTime", entry.Wall },
    };

    private static Doc Namespace(string database, string collection) =>
        collection.Length == 0 ? new Doc { { "db", database } } : new Doc { { "db", database }, { "coll", collection } };

    private static Doc? Description(OplogEntry entry)
    {
        if (entry.Operation != "create" || entry.NamespaceType == "view")
        {
            return entry.Description;
        }

        Doc description = entry.Description?.Clone() ?? [];
        description.Add("idIndex", new Doc { { "v", 2 }, { "key", new Doc { { "_id", 1 } } }, { "name", "_id_" } });
        return description;
    }

    private void AddFullDocument(Doc made, OplogEntry entry)
    {
        if (entry.Operation is "insert" or "replace")
        {
            made.Add("fullDocument", entry.After);
        }
        else if (entry.Operation == "update" && request.FullDocument != "default")
        {
            bool lookup = request.FullDocument == "updateLookup";
            made.Add("fullDocument", lookup ? Lookup(entry) : Image(entry, entry.After, request.FullDocument, "post"));
        }
    }

    private void AddBefore(Doc made, OplogEntry entry)
    {
        if (entry.Operation is ("update" or "replace" or "delete") && request.Before != "off")
        {
            made.Add("fullDocumentBeforeChange", Image(entry, entry.Before, request.Before, "pre"));
        }
    }

    // The document as it is now, which may be later than the event, or gone.
    private Doc? Lookup(OplogEntry entry) => store.Find(entry.Database, entry.Collection)?.Find(entry.Key);

    private Doc? Image(OplogEntry entry, Doc? image, string mode, string which)
    {
        bool there = store.ImagesOf(entry);
        return there || mode != "required" ? (there ? image : null) : throw new CommandError(
            47, $"Change stream was configured to require a {which}-image, but the {which}-image was not found for an event");
    }
}
