using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Counts the changes of a server's state while its process lives, to tell old news from new ones.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="Counter">Grows at each change.</param>
internal readonly record struct TopologyVersion(ObjectId ProcessId, long Counter)
{
    /// <summary>Reads the field <c>topologyVersion</c> of a reply.</summary>
    public static TopologyVersion? Read(RawBson reply)
        => reply.TryGetDocument("topologyVersion"u8, out var version)
            && version["processId"u8] is { Type: BsonType.ObjectId } process
            && version.TryGetInt64("counter"u8, out var counter)
            ? new TopologyVersion(process.AsObjectId(), counter)
            : null;

    /// <summary>Whether news of <paramref name="candidate"/> tell less than <paramref name="known"/>.</summary>
    public static bool IsOlder(TopologyVersion? candidate, TopologyVersion? known)
        => candidate is { } a && known is { } b && a.ProcessId == b.ProcessId && a.Counter < b.Counter;

    /// <summary>Whether an error of <paramref name="candidate"/> tells nothing that is not known.</summary>
    public static bool IsNotNewer(TopologyVersion? candidate, TopologyVersion? known)
        => candidate is { } a && known is { } b && a.ProcessId == b.ProcessId && a.Counter <= b.Counter;
}
