using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Topology;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>Completes a command with what it carries to a certain server: read concern, session, cluster time, read preference,
/// database.</summary>
internal static class CommandEnvelope
{
    private static readonly string[] Reads = ["aggregate", "find", "count", "distinct", "listCollections", "listDatabases", "listIndexes"];
    private static readonly string[] WithReadConcern = ["aggregate", "find", "count", "distinct"];

    /// <summary>Whether a command may be tried a second time.</summary>
    public static bool IsRetryable(string name) => Reads.Contains(name);

    /// <summary>Builds the whole command.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="command">The command.</param>
    /// <param name="database">The database.</param>
    /// <param name="session">The session; null where the server has none.</param>
    /// <param name="clusterTime">The time to pass on; without a value for none.</param>
    /// <param name="readPreference">The preference to send; null for none.</param>
    /// <param name="readConcernLevel">The connection string's level; null for none.</param>
    /// <param name="afterClusterTime">The time to wait for; null for none.</param>
    public static RawBson Complete(
        string name, RawBson command, string database, Guid? session, RawBson clusterTime, ReadPreference? readPreference,
        string? readConcernLevel = null, BsonTimestamp? afterClusterTime = null)
    {
        var writer = new BsonWriter(command.Bytes.Length + clusterTime.Bytes.Length + 192);
        WriteWithReadConcern(writer, command, WithReadConcern.Contains(name) ? readConcernLevel : null, afterClusterTime);
        if (session is { } id)
        {
            writer.StartDocument("lsid"u8);
            writer.WriteGuid("id"u8, id);
            writer.End();
        }

        if (clusterTime.HasValue)
        {
            writer.WriteDocument("$clusterTime"u8, clusterTime);
        }

        if (readPreference is not null)
        {
            WriteReadPreference(writer, readPreference);
        }

        writer.WriteString("$db"u8, database);
        return writer.ToDocument();
    }

    /// <summary>The preference that a server is to be told; null where it must not or need not be.</summary>
    /// <remarks>Specification "Server Selection", "Passing read preference to mongos and load balancers" and "Topology type
    /// Single".</remarks>
    public static ReadPreference? ToSend(ReadPreference preference, TopologyType topology, ServerType server) => true switch
    {
        _ when server == ServerType.Standalone => null,
        _ when topology == TopologyType.Single && server != ServerType.Mongos && preference.Mode == ReadPreferenceMode.Primary
            => new ReadPreference(ReadPreferenceMode.PrimaryPreferred),
        _ => preference.Mode == ReadPreferenceMode.Primary ? null : preference,
    };

    private static void WriteWithReadConcern(BsonWriter writer, RawBson command, string? level, BsonTimestamp? afterClusterTime)
    {
        var hasConcern = command.TryGetDocument("readConcern"u8, out var concern);
        if (afterClusterTime is not { } time)
        {
            writer.WriteElements(command);
            if (!hasConcern && level is not null)
            {
                writer.StartDocument("readConcern"u8);
                writer.WriteString("level"u8, level);
                writer.End();
            }

            return;
        }

        foreach (var element in command)
        {
            if (element.Name != "readConcern")
            {
                writer.WriteValue(element.Name, element.Value);
            }
        }

        writer.StartDocument("readConcern"u8);
        writer.WriteElements(concern);
        if (!hasConcern && level is not null)
        {
            writer.WriteString("level"u8, level);
        }

        writer.WriteTimestamp("afterClusterTime"u8, time);
        writer.End();
    }

    private static void WriteReadPreference(BsonWriter writer, ReadPreference preference)
    {
        writer.StartDocument("$readPreference"u8);
        writer.WriteString("mode"u8, preference.ToString());
        if (preference.TagSets.Count > 0)
        {
            writer.StartArray("tags"u8);
            foreach (var tags in preference.TagSets)
            {
                writer.StartDocument(default);
                foreach (var (name, value) in tags)
                {
                    writer.WriteString(name, value);
                }

                writer.End();
            }

            writer.End();
        }

        if (preference.MaxStaleness is { } staleness)
        {
            writer.WriteInt64("maxStalenessSeconds"u8, (long)staleness.TotalSeconds);
        }

        writer.End();
    }
}
