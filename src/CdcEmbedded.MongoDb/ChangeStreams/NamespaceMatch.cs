using CdcEmbedded.Transforms;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The stage by which the server filters out what is not captured.</summary>
/// <remarks>
/// It keeps an invalidate and the end of a transaction; an event whose namespace is captured, or whose new name is; and a dropped
/// database of which a collection may be captured. A name is captured if an include pattern matches it, or there is none, and no
/// exclude pattern does.
/// <code>
/// { $match: { $or: [
///     { operationType: { $in: [ "invalidate", "endOfTransaction" ] } },
///     { $or: [ includes of ns ], $nor: [ excludes of ns ] },
///     { "to.coll": { $exists: true }, $or: [ includes of to ], $nor: [ excludes of to ] },
///     { operationType: "dropDatabase", "ns.db": … } ] } }
/// </code>
/// </remarks>
internal static class NamespaceMatch
{
    /// <summary>The stage; null if everything is captured.</summary>
    public static BsonDocument? Create(TableFilter filter)
    {
        if (filter.Include.Count == 0 && filter.Exclude.Count == 0)
        {
            return null;
        }

        // A rename onto a captured name replaces its documents, whatever the old name was.
        var kept = new BsonArray
        {
            new BsonDocument("operationType", new BsonDocument("$in", new BsonArray { "invalidate", "endOfTransaction" })),
            Captured(new BsonDocument(), "ns", filter),
            Captured(new BsonDocument("to.coll", new BsonDocument("$exists", true)), "to", filter),
        };
        foreach (var pattern in filter.Include)
        {
            kept.Add(new BsonDocument
            {
                { "operationType", "dropDatabase" }, { "ns.db", Name(pattern.LiteralDatabase, pattern.DatabaseExpression) },
            });
        }

        return new BsonDocument("$match", new BsonDocument("$or", kept));
    }

    private static BsonDocument Captured(BsonDocument condition, string field, TableFilter filter)
    {
        if (filter.Include.Count > 0)
        {
            condition.Add("$or", new BsonArray(filter.Include.Select(pattern => Names(field, pattern))));
        }

        if (filter.Exclude.Count > 0)
        {
            condition.Add("$nor", new BsonArray(filter.Exclude.Select(pattern => Names(field, pattern))));
        }

        return condition;
    }

    private static BsonDocument Names(string field, TablePattern pattern) => new()
    {
        { field + ".db", Name(pattern.LiteralDatabase, pattern.DatabaseExpression) },
        { field + ".coll", Name(pattern.LiteralTable, pattern.TableExpression) },
    };

    private static BsonValue Name(string? literal, string expression)
        => literal is not null ? literal : new BsonRegularExpression(expression, "");
}
