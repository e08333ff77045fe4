using System.Security.Cryptography;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Server;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Asks a server for its binlog from an offset on, by GTID where both have them.</summary>
internal static class BinlogDump
{
    /// <summary>Starts the dump.</summary>
    /// <param name="session">A session of its own; the stream owns it from then on.</param>
    /// <param name="facts">The server.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="setup">What the server is told.</param>
    /// <param name="serverId">This replica's number.</param>
    /// <param name="isFinite">Whether it ends at the log's end instead of waiting there.</param>
    /// <param name="readTimeout">The longest silence of the socket.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The packets, and whether events have checksums.</returns>
    public static async ValueTask<(PacketStream Packets, bool HasChecksums)> StartAsync(MySqlSession session, ServerFacts facts, BinlogPosition offset,
        ReplicationSetup setup, uint serverId, bool isFinite, TimeSpan readTimeout, CancellationToken cancellationToken)
    {
        var start = offset.DumpStart;
        var checksum = await session.PrepareReplicationAsync(setup, cancellationToken).ConfigureAwait(false);
        var flags = isFinite ? BinlogDumpFlags.NonBlocking : BinlogDumpFlags.None;
        flags |= facts.Version.IsMariaDb ? BinlogDumpFlags.AnnotateRows : BinlogDumpFlags.None;
        var packets = start.GtidPosition is { } position
            ? await session.StartMariaDbDumpAsync(serverId, flags, position.ToString(), readTimeout, cancellationToken).ConfigureAwait(false)
            : start.GtidSet is { } executed && facts.HasGtids
                ? await session.StartBinlogDumpGtidAsync(serverId, flags | BinlogDumpFlags.ThroughGtid, "", 4, executed.ToBytes(), readTimeout,
                    cancellationToken).ConfigureAwait(false)
                : await session.StartBinlogDumpAsync(serverId, flags, start.Coordinates?.File ?? "", (ulong)(start.Coordinates?.Position ?? BinlogCoordinates.FirstPosition), readTimeout, cancellationToken)
                    .ConfigureAwait(false);
        return (packets, checksum.Equals("CRC32", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A random id of 31 bits: the servers' own ids are small numbers by habit, and two readers meet once in two billion pairs.</summary>
    public static uint RandomServerId() => (1u << 31) | (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
}
