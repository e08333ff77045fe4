using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>Makes the change event of a logged operation ("Change Events" in the manual), as the stream's options want it.</summary>
internal sealed class EventRenderer(DataStore store, ChangeStreamRequest request)
{
    /// <exception cref="CommandError">A required image is missing.</exception>
    public Doc Render(OplogEntry entry)
    {
        var made = new Doc
        {
            { "_id", new ResumeToken(entry.Time, true, entry.Index).ToDoc() },
            { "operationType", entry.Operation },
            { "clusterTime", entry.Time },
        };
        if (request.Expanded)
        {
            made.AddUnlessNull("collectionUUID", entry.CollectionId);
        }

        made.Add("wallTime", entry.Wall);
        made.AddUnlessNull("lsid", entry.Session).AddUnlessNull("txnNumber", entry.TransactionNumber);
        AddFullDocument(made, entry);
        made.Add("ns", Namespace(entry.Database, entry.Collection));
        if (request.Expanded)
        {
            made.AddUnlessNull("nsType", entry.NamespaceType);
        }

        if (entry.To is { } to)
        {
            made.Add("to", Namespace(to.Database, to.Collection));
        }

        made.AddUnlessNull("documentKey", entry.Key);
        made.AddUnlessNull("updateDescription", entry.Update?.ToDoc(request.Expanded));
        AddBefore(made, entry);
        if (request.Expanded && (entry.IsExpanded || entry.Operation is "rename" or "drop"))
        {
            made.AddUnlessNull("operationDescription", Description(entry));
        }

        return made;
    }

    public static Doc Invalidate(OplogEntry entry) => new()
    {
        { "_id", new ResumeToken(entry.Time, true, entry.Index, IsInvalidate: true).ToDoc() },
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
    private Doc? Lookup(OplogEntry entry) => store.Find(entry.Database, entry.Collection)?.Find(entry.Key?["_id"]);

    private Doc? Image(OplogEntry entry, Doc? image, string mode, string which)
    {
        bool there = store.ImagesOf(entry);
        return there || mode != "required" ? (there ? image : null) : throw new CommandError(
            47, $"Change stream was configured to require a {which}-image, but the {which}-image was not found for an event");
    }
}
