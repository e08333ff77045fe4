using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>
/// The hint of a find, and its bounds <c>min</c> (inclusive) and <c>max</c> (exclusive) of the hinted index, which are in the index's order
/// across all types (query_planner.cpp, <c>indexCompatibleMaxMin</c>; manual, "cursor.min()").
/// </summary>
internal static class IndexBounds
{
    /// <summary>The lower bound of the index of _id; null without one.</summary>
    public static Doc? LeastId(Doc command, StoredCollection? collection)
        => collection is not null && command.Document("min") is { Count: 1 } min && min.Has("_id") && KeyOf(command["hint"], collection)
            is { Count: 1 } key && key.Has("_id") ? min : null;

    /// <exception cref="CommandError">There is no such index, or the bounds do not fit it.</exception>
    public static IEnumerable<Doc> Apply(Doc command, StoredCollection? collection, IEnumerable<Doc> documents)
    {
        Doc? min = command.Document("min") is { Count: > 0 } least ? least : null;
        Doc? max = command.Document("max") is { Count: > 0 } most ? most : null;
        if (command.Has("hint") && collection is not null && KeyOf(command["hint"], collection) is null)
        {
            throw new CommandError(2, "error processing query: planner returned error :: caused by :: hint provided does not correspond to "
                + "an existing index");
        }

        if (min is null && max is null)
        {
            return documents;
        }

        if (!command.Has("hint"))
        {
            throw new CommandError(51173, "When using min()/max() a hint of which index to use must be provided");
        }

        if (collection is null)
        {
            return [];
        }

        Doc? key = KeyOf(command["hint"], collection);
        DocOrder order = collection.Order;
        foreach (Doc bound in new[] { min, max }.OfType<Doc>())
        {
            // Texts are in the index as its collation orders them, which must be that of the query.
            bool isOther = command.Document("collation") is { } collation
                && !DocOrder.Same(collation, collection.Options.Document("collation"));
            if (key is null || !bound.Names.SequenceEqual(key.Names) || (isOther && bound.Any(field => field.Value is string or Doc)))
            {
                throw new CommandError(51174, "The index chosen is not compatible with min/max");
            }
        }

        if (min is not null && max is not null && Compare(order, max, min) <= 0)
        {
            throw new CommandError(51175, "The value provided for min() does not come before the value provided for max() in the hinted "
                + "index");
        }

        IEnumerable<Doc> found = documents.Where(document => min is null || Compare(order, document, min) >= 0);
        return max is null ? found
            : LeastId(new Doc { { "min", max }, { "hint", command["hint"] } }, collection) is not null
                ? found.TakeWhile(document => Compare(order, document, max) < 0)
                : found.Where(document => Compare(order, document, max) < 0);
    }

    // Field by field of the bound.
    private static int Compare(DocOrder order, Doc document, Doc bound) => bound
        .Select(field => order.Compare(DocPath.Get(document, field.Key), field.Value))
        .FirstOrDefault(static result => result != 0);

    // A clustered collection has no index of _id: the same hint, or the name of the clustered index, means that one.
    private static Doc? KeyOf(object? hint, StoredCollection collection)
    {
        string own = collection.Options.Path("clusteredIndex", "name") as string ?? "_id_";
        Doc id = new() { { "_id", 1 } };
        return hint switch
        {
            string name when name == own => id,
            string name => collection.Indexes.FirstOrDefault(index => index.Text("name") == name)?.Document("key"),
            Doc key when DocOrder.Same(key, id) => id,
            Doc key when key.Has("$natural") => key,
            Doc key => collection.Indexes.Select(index => index.Document("key")).FirstOrDefault(known => DocOrder.Same(known, key)),
            _ => null,
        };
    }
}
