using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The command that writes a heartbeat (R80; manual, "update").</summary>
internal static class HeartbeatCommand
{
    /// <summary>Writes the document of an engine.</summary>
    /// <exception cref="MongoCommandFailedException">The server refused it.</exception>
    public static async ValueTask WriteAsync(IMongoDeployment deployment, string collection, string engine, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (CollectionName.Split(collection) is not var (database, name))
        {
            throw new ArgumentException($"'{collection}' is not database.collection.", nameof(collection));
        }

        var reply = await deployment.WriteAsync(database, new BsonDocument
        {
            { "update", name },
            { "updates", new BsonArray
                {
                    new BsonDocument
                    {
                        { "q", new BsonDocument("_id", engine) },
                        { "u", new BsonDocument("$set", new BsonDocument("writtenAt", new BsonDateTime(now.UtcDateTime))) },
                        { "upsert", true },
                    },
                }
            },
        }, cancellationToken).ConfigureAwait(false);

        // A write that was refused is an entry in a reply with ok: 1.
        if (reply.TryGetArray("writeErrors"u8, out var errors) && !errors.IsEmpty)
        {
            foreach (var element in errors)
            {
                var error = Documents.RawBson.InArray(element);
                error.TryGetString("errmsg"u8, out var message);
                var code = error["code"u8].TryGetInt64(out var number) ? (int)number : 0;
                throw new MongoCommandFailedException("update", collection, code, null, message ?? "no reason", []);
            }
        }
    }
}
