using CdcEmbedded.Transforms;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The stage by which the server filters out what is not captured.</summary>
/// <remarks>
/// Kept are: an invalidate; an event whose namespace, or new name, an include pattern matches (any, without such patterns); a dropped
/// database that one matches. Namespaces that an exclude pattern matches are not.
/// <code>{ $match: { $or: [ { operationType: "invalidate" }, { $or: [ includes ], $nor: [ excludes ] } ] } }</code>
/// </remarks>
internal static class NamespaceMatch
{
    /// <summary>The stage; null where everything is captured.</summary>
    public static BsonDocument? Create(TableFilter filter)
    {
        if (filter.Include.Count == 0 && filter.Exclude.Count == 0)
        {
            return null;
        }

        var captured = new BsonDocument();
        if (filter.Include.Count > 0)
        {
            captured.Add("$or", Includes(filter.Include));
        }

        if (filter.Exclude.Count > 0)
        {
            captured.Add("$nor", new BsonArray(filter.Exclude.Select(static pattern => Names("ns", pattern))));
        }

        return new BsonDocument("$match",
            new BsonDocument("$or", new BsonArray { new BsonDocument("operationType", "invalidate"), captured }));
    }

    private static BsonArray Includes(IReadOnlyList<TablePattern> patterns)
    {
        var result = new BsonArray();
        foreach (var pattern in patterns)
        {
            result.Add(Names("ns", pattern));
            result.Add(Names("to", pattern));
            result.Add(new BsonDocument { { "operationType", "dropDatabase" },
                { "ns.db", Name(pattern.LiteralDatabase, pattern.DatabaseExpression) } });
        }

        return result;
    }

    private static BsonDocument Names(string field, TablePattern pattern) => new()
    {
        { field + ".db", Name(pattern.LiteralDatabase, pattern.DatabaseExpression) },
        { field + ".coll", Name(pattern.LiteralTable, pattern.TableExpression) },
    };

    private static BsonValue Name(string? literal, string expression)
        => literal is not null ? literal : new BsonRegularExpression(expression, "");
}
