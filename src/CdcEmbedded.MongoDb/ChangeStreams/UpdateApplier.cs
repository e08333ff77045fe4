using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Makes the document after an update from the one before and the update's description (manual, "update Event").</summary>
internal sealed class UpdateApplier
{
    private readonly EditNode _root;
    private readonly Dictionary<string, PathPart[]>? _paths;
    private readonly bool _hasTruncatedArrays;

    private UpdateApplier(UpdateDescription update, RawBson before)
    {
        _root = EditNode.Open(before, isArray: false);
        _hasTruncatedArrays = update.Raw["truncatedArrays"u8].Type == ElementType.Array;
        if (update.Paths is { HasValue: true } paths)
        {
            _paths = new(StringComparer.Ordinal);
            foreach (var path in paths)
            {
                _paths[path.Name] = PathPart.Parse(path.Value);
            }
        }
    }

    public static RawBson Apply(UpdateDescription update, RawBson before)
    {
        var applier = new UpdateApplier(update, before);
        foreach (var array in update.TruncatedArrays)
        {
            if (applier.Find(array.Field, mustExist: true) is not { } path || !applier._root.Truncate(path, array.NewSize))
            {
                throw Misfit(array.Field, "is no array that long");
            }
        }

        foreach (var field in update.Updated)
        {
            if (applier.Find(field.Name, mustExist: false) is not { } path || !applier._root.Set(path, field.Value))
            {
                throw Misfit(field.Name, "is below a value that has no fields");
            }
        }

        foreach (var field in update.RemovedFields)
        {
            if (applier.Find(field, mustExist: true) is not { } path || !applier._root.Remove(path))
            {
                throw Misfit(field, "is not there");
            }
        }

        var builder = new DocumentBuilder(before.Bytes.Length + 64);
        applier._root.WriteTo(builder);
        return builder.ToDocument();
    }

    /// <returns>The parts of a path; null if the document has nothing to which it can lead.</returns>
    /// <exception cref="CdcProtocolException">It can be read in several ways, or is deeper than documents nest.</exception>
    private PathPart[]? Find(string path, bool mustExist)
    {
        if (!path.Contains('.', StringComparison.Ordinal))
        {
            return [new PathPart(path, -1)];
        }

        if (_paths is not null)
        {
            return _paths.GetValueOrDefault(path) ?? PathPart.Split(path);
        }

        var readings = new PathReadings(newNamesHaveDots: _hasTruncatedArrays);
        _root.Read(path, readings);
        return readings.IsAmbiguous(mustExist) ? throw Ambiguous(path) : readings.Only(mustExist);
    }

    private static CdcProtocolException Ambiguous(string path) => new(
        $"The path '{path}' of an update can be read in several ways in this document, because of names with dots, and the event does not "
        + "say which is meant. Only MongoDB 6.1 and later do, with ShowExpandedEvents. Use the document after the update (FullDocument) "
        + "instead.", "updateDescription");

    private static CdcProtocolException Misfit(string path, string why)
        => new($"The update does not fit the document: '{path}' {why}. It is not the document as it was directly before.",
            "updateDescription");
}
