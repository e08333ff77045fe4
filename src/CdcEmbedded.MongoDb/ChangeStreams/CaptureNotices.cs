using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What the stream cannot show of captured collections, so that a notice has to report it.</summary>
internal static class CaptureNotices
{
    /// <summary>Returns what an event without a document makes impossible to see; null if that is nothing.</summary>
    public static string? Of(StreamIdentity stream, SchemaChange item) => item.Kind switch
    {
        SchemaChangeKind.Rename => OfRename(stream, item),
        SchemaChangeKind.Create => OfCreate(stream, item),
        _ => null,
    };

    /// <summary>Returns a message for the first update of a collection that lacks its document; null if it was reported before.</summary>
    public static string? OfUpdate(EventBatch batch, in EventPlaces places)
    {
        var (database, collection) = (batch.NameOf(places, "db"u8), batch.NameOf(places, "coll"u8));
        var name = $"{database}.{collection}";
        return !batch.Stream.CollectionsWithImages.Contains(name) && batch.Stream.ReportedWithoutImages.Add(name)
            ? $"An update of {name} has no document, and others may not have one either: the collection kept no images when the stream was "
                + $"opened. {Remedy(database, collection)}"
            : null;
    }

    // As $out does with the collection into which it writes.
    private static string? OfRename(StreamIdentity stream, SchemaChange item)
        => item is { NewDatabase: { } database, NewTable: { } table } && stream.Captures(database, table)
            && !stream.Captures(item.Database, item.Table)
                ? $"The documents of {database}.{table} are others now, and no change shows them: {item.Database}.{item.Table}, which is "
                    + "not captured, was renamed to it, as $out does. Read the collection again."
                : null;

    private static string? OfCreate(StreamIdentity stream, SchemaChange item)
        => stream.FullDocument == FullDocumentMode.WhenAvailable && stream.Captures(item.Database, item.Table)
            && RawBson.TryFrom(item.Details, out var options) && !options["viewOn"u8].Exists && !options["timeseries"u8].Exists
            && !(options.TryGetDocument("changeStreamPreAndPostImages"u8, out var images) && images.IsTrue("enabled"u8))
            && stream.ReportedWithoutImages.Add($"{item.Database}.{item.Table}")
                ? $"The collection {item.Database}.{item.Table} was created and keeps no images: its updates have no documents, as the "
                    + $"stream takes them from images. {Remedy(item.Database, item.Table)}"
                : null;

    private static string Remedy(string database, string collection)
        => $"Run db.getSiblingDB(\"{database}\").runCommand({{ collMod: \"{collection}\", changeStreamPreAndPostImages: "
            + "{ enabled: true } }), or set FullDocument to UpdateLookup.";
}
