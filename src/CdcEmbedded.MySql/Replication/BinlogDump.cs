using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Asks a server for its binlog from an offset on, by GTID where both have them.</summary>
internal static class BinlogDump
{
    // Servers before MySQL 8.0 and MariaDB keep no more of a replica's host name.
    private const int MaxReportHostLength = 60;

    /// <summary>Starts the dump.</summary>
    /// <param name="session">A session of its own; the stream owns it from then on.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="logger">Reports a registration that the server refused.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The packets, and true if events have checksums.</returns>
    public static async ValueTask<(PacketStream Packets, bool HasChecksums)> StartAsync(ReplicationSession session, DumpRequest request,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var checksum = await session.PrepareReplicationAsync(request.Setup, request.IsMariaDb, cancellationToken).ConfigureAwait(false);
        await RegisterAsync(session, request.ServerId, logger, cancellationToken).ConfigureAwait(false);
        var flags = request.IsFinite ? BinlogDumpFlags.NonBlocking : BinlogDumpFlags.None;
        flags |= request.IsMariaDb ? BinlogDumpFlags.AnnotateRows : BinlogDumpFlags.None;
        var packets = request switch
        {
            { GtidPosition: { } position }
                => await session.StartMariaDbDumpAsync(request.ServerId, flags, position, request.ReadTimeout, cancellationToken)
                .ConfigureAwait(false),
            { GtidSet: { } executed }
                => await session.StartBinlogDumpGtidAsync(request.ServerId, flags | BinlogDumpFlags.ThroughGtid, "", 4, executed,
                request.ReadTimeout, cancellationToken).ConfigureAwait(false),
            _ => await session.StartBinlogDumpAsync(request.ServerId, flags, request.File, (ulong)request.Position, request.ReadTimeout,
                cancellationToken)
                .ConfigureAwait(false),
        };
        packets.LimitEvents(request.MaxEventBytes);
        return (packets, checksum.Equals("CRC32", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Registers as a replica, so that SHOW REPLICAS lists the reader.</summary>
    /// <remarks>A dump does not need it: proxies and hosted flavours that do not know the command answer with an error, and dump
    /// all the same.</remarks>
    private static async ValueTask RegisterAsync(ReplicationSession session, uint serverId, ILogger logger,
        CancellationToken cancellationToken)
    {
        var name = Environment.MachineName;
        try
        {
            await session.RegisterReplicaAsync(serverId, name.Length > MaxReportHostLength ? name[..MaxReportHostLength] : name, 0,
                cancellationToken)
                .ConfigureAwait(false);
        }
        catch (CdcServerException e) when (!e.IsTransient)
        {
            Log.NotRegistered(logger, session.Host.ToString(), e);
        }
    }

    /// <summary>A random id of 31 bits: the servers' own ids are small numbers by habit, and two readers meet once in
    /// two billion pairs.</summary>
    public static uint RandomServerId() => (1u << 31) | (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
}
