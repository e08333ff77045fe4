using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Checks that the user may open the stream: <c>find</c> and <c>changeStream</c> on its scope (manual, "Change
/// Streams", "Access Control"), and <c>insert</c> and <c>update</c> on the collection of heartbeats, if there is one.</summary>
internal static class PrivilegeCheck
{
    /// <summary>Adds a finding where an action is missing.</summary>
    public static async ValueTask FindAsync(
        IMongoDeployment deployment, StreamScope scope, string? heartbeats, List<SourceFinding> findings,
        CancellationToken cancellationToken)
    {
        var reply = await AskAsync(deployment, cancellationToken).ConfigureAwait(false);
        if (!reply.HasValue || !reply.TryGetDocument("authInfo"u8, out var info)
            || !info.TryGetArray("authenticatedUsers"u8, out var users) || users.IsEmpty
            || !info.TryGetArray("authenticatedUserPrivileges"u8, out var privileges))
        {
            // Nobody is logged in: the server has no access control, or refuses the stream itself.
            return;
        }

        if (Missing(privileges, scope, "find", "changeStream") is { } missing)
        {
            findings.Add(new SourceFinding(true, "mongodb.privileges", $"The user lacks {missing} on {Describe(scope)}, without which "
                + "the stream cannot be "
                + "opened.", Remedy(scope, "cdc", "\"find\", \"changeStream\"")));
        }

        if (CollectionName.Split(heartbeats) is var (database, collection))
        {
            var written = new StreamScope(database, collection);
            if (Missing(privileges, written, "insert", "update") is { } lacking)
            {
                findings.Add(new SourceFinding(false, "mongodb.heartbeat_write", $"The user lacks {lacking} on {Describe(written)}: the "
                    + "heartbeat cannot be written.", Remedy(written, "cdcHeartbeat", "\"insert\", \"update\"")));
            }
        }
    }

    /// <summary>Those of two actions that no privilege grants, as text; null if none is missing.</summary>
    private static string? Missing(RawBson privileges, StreamScope scope, string first, string second)
    {
        bool hasFirst = false, hasSecond = false;
        foreach (var element in privileges)
        {
            if (RawBson.InArray(element) is var privilege && Covers(privilege, scope)
                && privilege.TryGetArray("actions"u8, out var actions))
            {
                var all = Has(actions, "anyAction");
                hasFirst |= all || Has(actions, first);
                hasSecond |= all || Has(actions, second);
            }
        }

        return (hasFirst, hasSecond) switch
        {
            (true, true) => null,
            (true, false) => second,
            (false, true) => first,
            _ => $"{first} and {second}",
        };
    }

    private static async ValueTask<RawBson> AskAsync(IMongoDeployment deployment, CancellationToken cancellationToken)
    {
        try
        {
            return await deployment.RunCommandAsync("admin", Commands.With("connectionStatus", "showPrivileges", true), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (MongoCommandFailedException e) when (!e.IsTransient)
        {
            // A client with the strict Stable API may not ask; the server refuses the stream itself.
            return default;
        }
    }

    private static bool Covers(RawBson privilege, StreamScope scope)
    {
        var resource = privilege.GetDocument("resource"u8);
        if (resource.IsTrue("anyResource"u8))
        {
            return true;
        }

        return resource.TryGetString("db"u8, out var database) && resource.TryGetString("collection"u8, out var collection)
            && (database.Length == 0 || database == scope.Database) && (collection.Length == 0 || collection == scope.Collection);
    }

    private static bool Has(RawBson actions, string wanted)
    {
        foreach (var action in actions)
        {
            if (action.Value.Type == ElementType.String && action.Value.AsString() == wanted)
            {
                return true;
            }
        }

        return false;
    }

    private static string Describe(StreamScope scope) => scope.Database is null ? "all databases"
        : scope.Collection is null ? $"the database {scope.Database}" : $"the collection {scope}";

    private static string Remedy(StreamScope scope, string role, string actions)
        => $"db.getSiblingDB(\"admin\").runCommand({{ createRole: \"{role}\", roles: [], privileges: [{{ resource: {{ db: \""
        + $"{scope.Database}\", collection: \"{scope.Collection}\" }}, actions: [{actions}] }}] }}) and then "
        + $"db.getSiblingDB(\"admin\").grantRolesToUser(\"<user>\", [\"{role}\"])";
}
