using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>The minimum that any reader must do: take the packets from the socket, with or without verifying their checksums.</summary>
internal static class Drain
{
    /// <returns>-1, because it counts no rows.</returns>
    public static async Task<long> RunAsync(MySqlTestServer server, Workload workload, bool verifyChecksums)
    {
        var settings = ConnectionStringReader.Read(server.ConnectionString).Session;
        await using var session = await ReplicationSession.ConnectAsync(settings, null, TimeProvider.System, default);
        await session.PrepareReplicationAsync(new ReplicationSetup(), isMariaDb: false, default);
        var packets = await session.StartBinlogDumpAsync(77, BinlogDumpFlags.NonBlocking, workload.File, 4,
            TimeSpan.FromSeconds(30), default);
        while (true)
        {
            while (packets.TryReadPacket(out var packet))
            {
                var bytes = packet.Span[1..];
                var header = EventHeader.Read(bytes);
                if (verifyChecksums)
                {
                    BinlogChecksum.Verify(bytes);
                }

                if (header.Type == EventType.Rotate && !header.IsArtificial)
                {
                    return -1;
                }
            }

            await packets.FillAsync(default);
        }
    }
}
