using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Feed;

/// <summary>The commands with which a deployment is asked about itself (manual, "Database Commands").</summary>
internal static class Commands
{
    /// <summary><c>{ name: 1 }</c>.</summary>
    public static RawBson Simple(ReadOnlySpan<byte> name)
    {
        var writer = new BsonWriter(32);
        writer.WriteInt32(name, 1);
        return writer.ToDocument();
    }

    /// <summary><c>{ name: 1, flag: true }</c>.</summary>
    public static RawBson WithFlag(ReadOnlySpan<byte> name, ReadOnlySpan<byte> flag)
    {
        var writer = new BsonWriter(64);
        writer.WriteInt32(name, 1);
        writer.WriteBoolean(flag, true);
        return writer.ToDocument();
    }

    /// <summary>The first or last entry of the oplog, whose order is that of its insertion.</summary>
    public static RawBson OplogEnd(int order)
    {
        var writer = new BsonWriter(128);
        writer.WriteString("find"u8, "oplog.rs"u8);
        writer.StartDocument("filter"u8);
        writer.End();
        writer.StartDocument("sort"u8);
        writer.WriteInt32("$natural"u8, order);
        writer.End();
        writer.StartDocument("projection"u8);
        writer.WriteInt32("ts"u8, 1);
        writer.End();
        writer.WriteInt32("limit"u8, 1);
        writer.WriteBoolean("singleBatch"u8, true);
        return writer.ToDocument();
    }

    /// <summary>The document by which a shard knows that it is one.</summary>
    public static RawBson ShardIdentity()
    {
        var writer = new BsonWriter(128);
        writer.WriteString("find"u8, "system.version"u8);
        writer.StartDocument("filter"u8);
        writer.WriteString("_id"u8, "shardIdentity"u8);
        writer.End();
        writer.WriteInt32("limit"u8, 1);
        writer.WriteBoolean("singleBatch"u8, true);
        return writer.ToDocument();
    }
}
