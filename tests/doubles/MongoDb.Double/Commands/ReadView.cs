using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>
/// The moment that a read sees, by its read concern (read_concern_mongod.cpp, <c>waitForReadConcernImpl</c>; manual, "Read Concern"):
/// <c>afterClusterTime</c> is the earliest, <c>atClusterTime</c> with the level snapshot the very one.
/// </summary>
internal static class ReadView
{
    // config.transactions and the oplog apart, capped collections have snapshots since 8.0 (manual, "Read Concern "snapshot"").
    private const int SnapshotUnavailable = 246;

    /// <summary>Checks the read concern and chooses the moment.</summary>
    /// <returns>The time of a snapshot read; null for a read of what is there now.</returns>
    /// <exception cref="CommandError">The read concern is wrong, or the moment too old.</exception>
    public static DocTimestamp? Choose(CommandContext context, StoredCollection? collection)
    {
        if (context.Command.Has("autocommit"))
        {
            return null;
        }

        string level = context.Command.Path("readConcern", "level") as string ?? "local";
        var after = context.Command.Path("readConcern", "afterClusterTime") as DocTimestamp?;
        var at = context.Command.Path("readConcern", "atClusterTime") as DocTimestamp?;
        Check(context, level, after, at);
        if (level != "snapshot")
        {
            return Lagging(context, after);
        }

        MongoDoubleOptions options = context.Deployment.Options;
        if (!options.IsAtLeast(5, 0))
        {
            throw new CommandError(72, "The readConcern level 'snapshot' is only valid for the first command in a transaction");
        }

        if (collection?.Options.Flag("capped") == true && !options.IsAtLeast(8, 0))
        {
            throw new CommandError(SnapshotUnavailable, "Reading from capped collections with readConcern snapshot is not supported");
        }

        DocTimestamp time = at ?? context.Store.LastTime;
        var oldest = new DocTimestamp((uint)Math.Max(0, (context.Store.Now - options.SnapshotHistory).ToUnixTimeSeconds()), 0);
        return time <= context.Store.Oplog.LostThrough || time < oldest || time < context.Store.OldestSnapshot
            ? throw new CommandError(239, $"Read timestamp {time} is older than the oldest available timestamp.")
            : time;
    }

    private static void Check(CommandContext context, string level, DocTimestamp? after, DocTimestamp? at)
    {
        if ((after ?? at) is not { } wanted)
        {
            return;
        }

        string name = after is null ? "atClusterTime" : "afterClusterTime";
        if (context.Deployment.Options.Topology == DoubleTopology.Standalone)
        {
            throw new CommandError(20, $"Cannot specify {name} readConcern without replication enabled");
        }

        if (after is not null && at is not null)
        {
            throw new CommandError(72, "readConcern.afterClusterTime and readConcern.atClusterTime must not be specified together");
        }

        if (at is not null && level != "snapshot")
        {
            throw new CommandError(72, "readConcern.atClusterTime may only be specified with level 'snapshot'");
        }

        if (wanted > context.Store.Observe())
        {
            throw new CommandError(72, $"readConcern {name} value must not be greater than the current clusterTime. Requested clusterTime: "
                + $"{wanted}; current clusterTime: {context.Store.LastTime}");
        }
    }

    // A secondary that lags: the read sees some moment since the one that it waits for, and its reply has that time.
    private static DocTimestamp? Lagging(CommandContext context, DocTimestamp? after)
    {
        if (context.Deployment.ReadLag is not > 0 || context.Store.Oplog.Entries is not { Count: > 0 } entries)
        {
            return null;
        }

#pragma warning disable CA5394 // No secret: a random moment.
        int back = Random.Shared.Next(context.Deployment.ReadLag + 1);
#pragma warning restore CA5394
        DocTimestamp seen = back == 0 ? context.Store.LastTime : entries[Math.Max(0, entries.Count - 1 - back)].Time;
        seen = after is { } least && least > seen ? least : seen;
        context.OperationTime = seen;
        return seen;
    }
}
