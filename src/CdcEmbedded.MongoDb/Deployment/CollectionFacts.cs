using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Transforms;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The captured collections as they are now, as far as the user may list them.</summary>
internal sealed class CollectionFacts
{
    private CollectionFacts(IReadOnlyList<CollectionFact> collections, bool isComplete)
    {
        Collections = collections;
        IsComplete = isComplete;
    }

    public IReadOnlyList<CollectionFact> Collections { get; }

    /// <summary>False where the user may not list databases or collections.</summary>
    public bool IsComplete { get; }

    /// <summary>True if there are collections and all of them keep images.</summary>
    public bool AllKeepImages
    {
        get
        {
            foreach (var collection in Collections)
            {
                if (collection is { Type: "collection", KeepsImages: false })
                {
                    return false;
                }
            }

            return IsComplete && Collections.Count > 0;
        }
    }

    public HashSet<string> WithImages
    {
        get
        {
            var result = new HashSet<string>(StringComparer.Ordinal);
            foreach (var collection in Collections)
            {
                if (collection.KeepsImages)
                {
                    result.Add(collection.FullName);
                }
            }

            return result;
        }
    }

    public static async ValueTask<CollectionFacts> ReadAsync(
        IMongoDeployment deployment, StreamScope scope, TableFilter filter, CancellationToken cancellationToken)
    {
        var found = new List<CollectionFact>();
        try
        {
            foreach (var database in await ListDatabasesAsync(deployment, scope, cancellationToken).ConfigureAwait(false))
            {
                await ListCollectionsAsync(deployment, database, scope, filter, found, cancellationToken).ConfigureAwait(false);
            }

            return new CollectionFacts(found, true);
        }
        catch (MongoCommandFailedException e) when (!e.IsTransient)
        {
            // Not permitted: the checks that need the list say so.
            return new CollectionFacts(found, false);
        }
    }

    /// <summary>Looks up one collection.</summary>
    /// <returns>Null if there is none.</returns>
    public static async ValueTask<CollectionFact?> FindAsync(IMongoDeployment deployment, string database, string name,
        CancellationToken cancellationToken)
    {
        var found = new List<CollectionFact>();
        await ListCollectionsAsync(deployment, database, new StreamScope(database, name), null, found, cancellationToken)
            .ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    private static async ValueTask<List<string>> ListDatabasesAsync(
        IMongoDeployment deployment, StreamScope scope, CancellationToken cancellationToken)
    {
        if (scope.Database is { } only)
        {
            return [only];
        }

        var reply = await deployment.RunCommandAsync("admin", Commands.With("listDatabases", "nameOnly", true), cancellationToken)
            .ConfigureAwait(false);
        var result = new List<string>();
        foreach (var database in reply.GetArray("databases"u8))
        {
            if (RawBson.InArray(database).GetString("name"u8) is not ("admin" or "local" or "config") and var name)
            {
                result.Add(name);
            }
        }

        return result;
    }

    private static async ValueTask ListCollectionsAsync(
        IMongoDeployment deployment, string database, StreamScope scope, TableFilter? filter, List<CollectionFact> found,
        CancellationToken cancellationToken)
    {
        var command = Commands.With("listCollections", "cursor", new BsonDocument());
        if (scope.Collection is { } only)
        {
            command.Add("filter", new BsonDocument("name", only));
        }

        var cursor = await deployment.OpenCursorAsync(database, command, new CursorOptions(), cancellationToken).ConfigureAwait(false);
        await using var disposing = cursor.ConfigureAwait(false);
        while (!cursor.IsExhausted)
        {
            foreach (var element in (await cursor.ReadAsync(cancellationToken).ConfigureAwait(false)).Documents)
            {
                var collection = RawBson.InArray(element);
                var name = collection.GetString("name"u8);
                if (!name.StartsWith("system.", StringComparison.Ordinal) && (scope.Collection ?? name) == name
                    && filter?.Matches(database, name) != false)
                {
                    found.Add(Describe(database, name, collection));
                }
            }
        }
    }

    private static CollectionFact Describe(string database, string name, RawBson collection)
    {
        var options = collection.TryGetDocument("options"u8, out var given) ? given : RawBson.Empty;
        var keeps = options.TryGetDocument("changeStreamPreAndPostImages"u8, out var images) && images.IsTrue("enabled"u8);
        return new CollectionFact(database, name, collection.TryGetString("type"u8, out var type) ? type : "collection", keeps)
        {
            IsCapped = options.IsTrue("capped"u8),
            Collation = options.TryGetDocument("collation"u8, out var collation)
                && !(collation.TryGetString("locale"u8, out var locale) && locale == "simple")
                ? collation.ToJson(ExtendedJsonMode.Canonical) : null,
        };
    }
}
