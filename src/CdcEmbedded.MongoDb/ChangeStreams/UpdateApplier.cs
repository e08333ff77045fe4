using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Makes the document after an update from the one before and the update's description (manual, "update Event").</summary>
internal static class UpdateApplier
{
    public static RawBson Apply(UpdateDescription update, RawBson before)
    {
        var paths = update.Paths;
        var root = EditNode.Open(before, isArray: false);
        foreach (var array in update.TruncatedArrays)
        {
            if (!root.Truncate(PathPart.Parse(array.Field, paths), array.NewSize))
            {
                throw Misfit(array.Field, "is no array that long");
            }
        }

        foreach (var field in update.Updated)
        {
            root.Set(PathPart.Parse(field.Name, paths), field.Value);
        }

        foreach (var field in update.RemovedFields)
        {
            if (!root.Remove(PathPart.Parse(field, paths)))
            {
                throw Misfit(field, "is not there");
            }
        }

        var builder = new DocumentBuilder(before.Bytes.Length + 64);
        root.WriteTo(builder);
        return builder.ToDocument();
    }

    private static CdcProtocolException Misfit(string path, string why)
        => new($"The update does not fit the document: '{path}' {why}. It is not the document as it was directly before.",
            "updateDescription");
}
