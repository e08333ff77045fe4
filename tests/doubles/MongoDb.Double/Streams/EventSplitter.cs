using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>
/// Splits an event over its top-level fields, as <c>$changeStreamSplitLargeEvent</c> does (change_stream_split_event_helpers.cpp): the
/// fields by size, then by name, as many as fit in each fragment.
/// </summary>
internal static class EventSplitter
{
    // Room for _id and splitEvent in each fragment, and for the token of the batch.
    private const int Overhead = 200;

    /// <exception cref="CommandError">One field alone is over the limit.</exception>
    public static IEnumerable<Doc> Split(Doc change, ResumeToken token, MongoDoubleOptions options)
    {
        int limit = options.MaxEventSize;
        var parts = new List<List<KeyValuePair<string, object?>>> { new() };
        int size = Overhead;
        foreach ((int fieldSize, KeyValuePair<string, object?> field) in BySize(change))
        {
            if (fieldSize + Overhead > limit)
            {
                throw options.ReportsSplitFailure
                    ? new CommandError(
                        7182500, $"Splitting change event failed: fragment size {fieldSize + Overhead} is greater than maximum allowed "
                        + $"fragment size {limit}")
                    : new CommandError(
                        10334, $"BSONObj size: {fieldSize} is invalid. The field '{field.Key}' of an event is larger than a fragment");
            }

            if (size + fieldSize > limit && parts[^1].Count > 0)
            {
                parts.Add([]);
                size = Overhead;
            }

            parts[^1].Add(field);
            size += fieldSize;
        }

        return parts.Select((fields, index) => Fragment(token, fields, index, parts.Count));
    }

    private static IEnumerable<(int Size, KeyValuePair<string, object?> Field)> BySize(Doc change) => change
        .Where(field => field.Key != "_id")
        .Select(field => (Size: DocWriter.ToBytes(new Doc { { field.Key, field.Value } }).Length - 5, Field: field))
        .OrderBy(sized => sized.Size).ThenBy(sized => sized.Field.Key, StringComparer.Ordinal);

    // Tokens number the fragments from 0, splitEvent from 1.
    private static Doc Fragment(ResumeToken token, List<KeyValuePair<string, object?>> fields, int index, int of)
    {
        var fragment = new Doc
        {
            { "_id", (token with { Fragment = index }).ToDoc() },
            { "splitEvent", new Doc { { "fragment", index + 1 }, { "of", of } } },
        };
        foreach ((string name, object? value) in fields)
        {
            fragment.Add(name, value);
        }

        return fragment;
    }
}
