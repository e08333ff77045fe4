using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The commands that ask a deployment about itself (manual, "Database Commands").</summary>
internal static class Commands
{
    /// <summary><c>{ name: 1 }</c>.</summary>
    public static BsonDocument Simple(string name) => new(name, 1);

    /// <summary><c>{ name: 1, flag: value }</c>.</summary>
    public static BsonDocument With(string name, string flag, BsonValue value) => new() { { name, 1 }, { flag, value } };

    /// <summary>The first (1) or last (-1) entry of the oplog, in the order of insertion.</summary>
    public static BsonDocument OplogEnd(int order) => new()
    {
        { "find", "oplog.rs" },
        { "filter", new BsonDocument() },
        { "sort", new BsonDocument("$natural", order) },
        { "projection", new BsonDocument("ts", 1) },
        { "limit", 1 },
        { "singleBatch", true },
    };

    /// <summary>The document by which a shard knows that it is one.</summary>
    public static BsonDocument ShardIdentity() => new()
    {
        { "find", "system.version" },
        { "filter", new BsonDocument("_id", "shardIdentity") },
        { "limit", 1 },
        { "singleBatch", true },
    };
}
