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
        SchemaChangeKind.Alter => OfModify(stream, item),
        _ => null,
    };

    /// <summary>Returns a message for the first update of a collection that lacks its document; null if it was reported before.</summary>
    public static string? OfUpdate(EventBatch batch, in EventPlaces places)
    {
        var names = batch.NamesOf(places);
        var (database, collection) = (names.Database, names.Collection);
        var name = $"{database}.{collection}";
        if (!batch.Stream.ReportedWithoutImages.Add(name))
        {
            return null;
        }

        return batch.Stream.CollectionsWithImages.Contains(name)
            ? $"An update of {name} has no document, and others may not have one either: its image has expired, or the collection, which "
                + $"kept images when the stream was opened, was altered or replaced since. {Remedy(database, collection)}"
            : $"An update of {name} has no document, and others may not have one either: the collection kept no images when the stream was "
                + $"opened. {Remedy(database, collection)}";
    }

    /// <summary>Returns a message for an event that the server cannot send. The key, which is a part of the document, is only in
    /// the source information.</summary>
    public static string OfSkipped(MongoSourceInfo source, ClusterTime time)
    {
        var operation = source.OperationType.Length > 0 ? source.OperationType : "event";
        var name = source.Database.Length == 0 ? "an unknown collection"
            : source.Table.Length == 0 ? source.Database : $"{source.Database}.{source.Table}";
        return $"An {operation} of {name} at the cluster time {time} ({time.ToDateTimeOffset():u}) is larger than the 16 MB that a server "
            + "can send, and is skipped. Read the document again: its key is in the notice's source (KeyJson), and in the oplog's entry "
            + "of that time.";
    }

    /// <summary>Returns a message for an event that is damaged.</summary>
    public static string OfUndecodable(ValueDecodingException failure)
        => $"An event of the change stream is damaged, and is skipped. {failure.Message} Compare the collections that are captured.";

    // As $out does with the collection into which it writes.
    private static string? OfRename(StreamIdentity stream, SchemaChange item)
        => item is { NewDatabase: { } database, NewTable: { } table } && stream.Captures(database, table)
            && !stream.Captures(item.Database, item.Table)
                ? $"The documents of {database}.{table} are others now, and no change shows them: {item.Database}.{item.Table}, which is "
                    + "not captured, was renamed to it, as $out does. Read the collection again."
                : null;

    private static string? OfCreate(StreamIdentity stream, SchemaChange item)
        => RawBson.TryFrom(item.Details, out var options) && !options["viewOn"u8].Exists && !options["timeseries"u8].Exists
            ? OfImages(stream, item, options.TryGetDocument("changeStreamPreAndPostImages"u8, out var images) ? images : default, "created")
            : null;

    private static string? OfModify(StreamIdentity stream, SchemaChange item)
        => RawBson.TryFrom(item.Details, out var options) && options.TryGetDocument("changeStreamPreAndPostImages"u8, out var images)
            ? OfImages(stream, item, images, "altered")
            : null;

    private static string? OfImages(StreamIdentity stream, SchemaChange item, RawBson images, string what)
    {
        var name = $"{item.Database}.{item.Table}";
        if (stream.FullDocument != FullDocumentMode.WhenAvailable || !stream.Captures(item.Database, item.Table))
        {
            return null;
        }

        if (images.IsTrue("enabled"u8))
        {
            // Whatever was reported before is so no more, and may come again.
            stream.ReportedWithoutImages.Remove(name);
            return null;
        }

        return stream.ReportedWithoutImages.Add(name)
            ? $"The collection {name} was {what} and keeps no images: its updates have no documents, as the stream takes them from images. "
                + Remedy(item.Database, item.Table)
            : null;
    }

    private static string Remedy(string database, string collection)
        => $"Run db.getSiblingDB(\"{database}\").runCommand({{ collMod: \"{collection}\", changeStreamPreAndPostImages: "
            + "{ enabled: true } }), or set FullDocument to UpdateLookup.";
}
