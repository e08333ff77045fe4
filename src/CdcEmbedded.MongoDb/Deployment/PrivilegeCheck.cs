using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Checks that the user may open the stream: <c>find</c> and <c>changeStream</c> on its scope (manual, "Change
/// Streams", "Access Control").</summary>
internal static class PrivilegeCheck
{
    /// <summary>Adds a finding where an action is missing.</summary>
    public static async ValueTask FindAsync(
        IMongoDeployment deployment, StreamScope scope, List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(deployment, cancellationToken).ConfigureAwait(false);
        if (!reply.HasValue || !reply.TryGetDocument("authInfo"u8, out var info)
            || !info.TryGetArray("authenticatedUsers"u8, out var users) || users.IsEmpty
            || !info.TryGetArray("authenticatedUserPrivileges"u8, out var privileges))
        {
            // Nobody is logged in: the server has no access control, or refuses the stream itself.
            return;
        }

        bool find = false, changeStream = false;
        foreach (var element in privileges)
        {
            if (RawBson.InArray(element) is var privilege && Covers(privilege, scope)
                && privilege.TryGetArray("actions"u8, out var actions))
            {
                var all = Has(actions, "anyAction");
                find |= all || Has(actions, "find");
                changeStream |= all || Has(actions, "changeStream");
            }
        }

        if (!find || !changeStream)
        {
            var missing = find ? "changeStream" : changeStream ? "find" : "find and changeStream";
            findings.Add(new SourceFinding(true, "mongodb.privileges", $"The user lacks {missing} on {Describe(scope)}, without which "
                + "the stream cannot be "
                + "opened.", Remedy(scope)));
        }
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

    private static string Remedy(StreamScope scope)
        => "db.getSiblingDB(\"admin\").runCommand({ createRole: \"cdc\", roles: [], privileges: [{ resource: { db: \""
        + $"{scope.Database}\", collection: \"{scope.Collection}\" }}, actions: [\"find\", \"changeStream\"] }}] }}) and then "
        + "db.getSiblingDB(\"admin\").grantRolesToUser(\"<user>\", [\"cdc\"])";
}
