using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>Splits an event over its top-level fields, as <c>$changeStreamSplitLargeEvent</c> does.</summary>
internal static class EventSplitter
{
    // Room for _id and splitEvent in each fragment.
    private const int Overhead = 200;

    /// <exception cref="CommandError">One field alone is over the limit.</exception>
    public static List<Doc> Split(Doc change, int limit)
    {
        ResumeToken token = ResumeToken.Parse(change.Document("_id") ?? []);
        var parts = new List<List<KeyValuePair<string, object?>>> { new() };
        int size = Overhead;
        foreach (KeyValuePair<string, object?> field in change.Where(field => field.Key != "_id"))
        {
            int fieldSize = DocWriter.ToBytes(new Doc { { field.Key, field.Value } }).Length;
            if (fieldSize + Overhead > limit)
            {
                throw new CommandError(
                    10334, $"BSONObj size: {fieldSize} is invalid. The field '{field.Key}' of a change event is larger than a fragment");
            }

            if (size + fieldSize > limit && parts[^1].Count > 0)
            {
                parts.Add([]);
                size = Overhead;
            }

            parts[^1].Add(field);
            size += fieldSize;
        }

        return [.. parts.Select((fields, index) => Fragment(token, fields, index + 1, parts.Count))];
    }

    private static Doc Fragment(ResumeToken token, List<KeyValuePair<string, object?>> fields, int number, int of)
    {
        var fragment = new Doc
        {
            { "_id", (token with { Fragment = number }).ToDoc() },
            { "splitEvent", new Doc { { "fragment", number }, { "of", of } } },
        };
        foreach ((string name, object? value) in fields)
        {
            fragment.Add(name, value);
        }

        return fragment;
    }
}
