using CdcEmbedded.Transforms;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>What a change stream is opened on: the deployment, a database, or a collection.</summary>
/// <param name="Database">Null for the whole deployment.</param>
/// <param name="Collection">Null for a whole database.</param>
internal sealed record StreamScope(string? Database, string? Collection)
{
    /// <summary>True if it is the whole deployment, whose stream is never invalidated.</summary>
    public bool IsDeployment => Database is null;

    /// <summary>The explicit scope, or the narrowest one that holds all that is captured and does not end with a collection.</summary>
    public static StreamScope Choose(MongoSourceOptions options, TableFilter filter)
    {
        if (options.Database is not null)
        {
            return new StreamScope(options.Database, options.Collection);
        }

        string? database = null;
        foreach (var pattern in filter.Include)
        {
            if (pattern.LiteralDatabase is not { } literal || (database is not null && literal != database))
            {
                return new StreamScope(null, null);
            }

            database = literal;
        }

        return new StreamScope(database, null);
    }

    /// <summary>As offsets name it: <c>*</c>, <c>database</c> or <c>database.collection</c>.</summary>
    public override string ToString() => Database is null ? "*" : Collection is null ? Database : $"{Database}.{Collection}";
}
