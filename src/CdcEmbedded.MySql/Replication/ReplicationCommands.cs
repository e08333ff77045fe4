using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>What a replica sends to its source: session variables, registration, dump.</summary>
internal static class ReplicationCommands
{
    private const int UnknownSystemVariable = 1193;

    /// <summary>Sets the session's variables in one round trip and asks for the checksum in a second one.</summary>
    /// <returns>The checksum that the stream will have: <c>CRC32</c> or <c>NONE</c>.</returns>
    /// <remarks>
    /// A server that writes checksums refuses (1236) a replica that does not say it knows them. The names with "master" are those
    /// of servers before 8.0.26, which later ones still read or read beside the new ones; user variables that a server does not know
    /// do no harm, so both are always set. The heartbeat is in nanoseconds. Server source: sql/rpl_binlog_sender.cc, sql/rpl_replica.cc.
    /// </remarks>
    public static async ValueTask<string> PrepareReplicationAsync(
        this ReplicationSession session, ReplicationSetup setup, bool isMariaDb, CancellationToken cancellationToken)
    {
        try
        {
            await session.ExecuteAsync(Statement(setup, isMariaDb, "@@GLOBAL.binlog_checksum"), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (CdcServerException exception) when (exception.Code == UnknownSystemVariable)
        {
            // A flavour without checksums; it writes none then.
            await session.ExecuteAsync(Statement(setup, isMariaDb, "'NONE'"), cancellationToken).ConfigureAwait(false);
        }

        var row = await session.AskAsync("SELECT @master_binlog_checksum", 1, cancellationToken).ConfigureAwait(false);
        return row[0] ?? "NONE";
    }

    /// <summary>Registers this replica, so that SHOW REPLICAS lists it. Not needed for a dump.</summary>
    /// <remarks><code>0x15, server id[4], host (length[1], text), user (same), password (same), port[2], rank[4], source id[4]</code>
    /// User and password are what SHOW REPLICAS would show to others: left empty.</remarks>
    public static async ValueTask RegisterReplicaAsync(
        this ReplicationSession session, uint serverId, string reportHost, ushort reportPort, CancellationToken cancellationToken)
    {
        var writer = new PacketWriter();
        writer.WriteByte(Command.RegisterReplica);
        writer.WriteUInt32(serverId);
        writer.WriteShortText(reportHost);
        writer.WriteShortText("");
        writer.WriteShortText("");
        writer.WriteUInt16(reportPort);
        writer.WriteUInt32(0);
        writer.WriteUInt32(0);
        await session.ExecuteAsync("COM_REGISTER_SLAVE", writer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for the binlog from a file and position on.</summary>
    /// <param name="session">A prepared session; it accepts no further command.</param>
    /// <param name="serverId">The replica's number, unique among all replicas of the source.</param>
    /// <param name="flags">Flags, such as for waiting at the end of the log.</param>
    /// <param name="fileName">The file; empty for the oldest one.</param>
    /// <param name="position">The offset in it, at least 4. The command has room for 4 GiB.</param>
    /// <param name="readTimeout">The longest silence of the socket.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <returns>Packets: 0x00 and an event, or an error, or EOF if <see cref="BinlogDumpFlags.NonBlocking"/> is set.</returns>
    /// <remarks><code>0x12, position[4], flags[2], server id[4], file name to the end</code></remarks>
    /// <exception cref="ArgumentOutOfRangeException">The position does not fit; use GTIDs there.</exception>
    public static async ValueTask<PacketStream> StartBinlogDumpAsync(
        this ReplicationSession session, uint serverId, BinlogDumpFlags flags, string fileName, ulong position, TimeSpan readTimeout,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, uint.MaxValue);
        using var writer = new PacketWriter();
        writer.WriteByte(Command.BinlogDump);
        writer.WriteUInt32((uint)position);
        writer.WriteUInt16((ushort)flags);
        writer.WriteUInt32(serverId);
        writer.WriteText(fileName);
        return await session.StartStreamAsync(writer, readTimeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for the binlog without the transactions of a GTID set.</summary>
    /// <param name="session">A prepared session; it accepts no further command.</param>
    /// <param name="serverId">The replica's number, unique among all replicas of the source.</param>
    /// <param name="flags">Flags, such as for waiting at the end of the log.</param>
    /// <param name="fileName">A file to start at; empty for the oldest one that is needed.</param>
    /// <param name="position">The offset in it, at least 4.</param>
    /// <param name="gtidSet">The set in the server's binary form.</param>
    /// <param name="readTimeout">The longest silence of the socket.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <returns>Packets: 0x00 and an event, or an error, or EOF if <see cref="BinlogDumpFlags.NonBlocking"/> is set.</returns>
    /// <remarks><code>0x1E, flags[2], server id[4], name length[4], file name, position[8], set length[4], set</code></remarks>
    public static async ValueTask<PacketStream> StartBinlogDumpGtidAsync(
        this ReplicationSession session, uint serverId, BinlogDumpFlags flags, string fileName, ulong position,
            ReadOnlyMemory<byte> gtidSet,
        TimeSpan readTimeout, CancellationToken cancellationToken)
    {
        using var writer = new PacketWriter();
        writer.WriteByte(Command.BinlogDumpGtid);
        writer.WriteUInt16((ushort)flags);
        writer.WriteUInt32(serverId);
        writer.WriteUInt32((uint)Encoding.UTF8.GetByteCount(fileName));
        writer.WriteText(fileName);
        writer.WriteUInt64(position);
        writer.WriteUInt32((uint)gtidSet.Length);
        writer.WriteBytes(gtidSet.Span);
        return await session.StartStreamAsync(writer, readTimeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks a MariaDB server for its binlog after a GTID position.</summary>
    /// <param name="session">A prepared session; it accepts no further command.</param>
    /// <param name="serverId">The replica's number, unique among all replicas of the source.</param>
    /// <param name="flags">Flags, such as for waiting at the end of the log.</param>
    /// <param name="position">The last transaction of each domain, as MariaDB writes it.</param>
    /// <param name="readTimeout">The longest silence of the socket.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <remarks>The position is a variable of the session, and the dump an ordinary one (MariaDB source, sql/sql_repl.cc,
    /// get_slave_connect_state). Strict, so that the server refuses to continue after a gap in its log; duplicates cannot come
    /// from one source.</remarks>
    public static async ValueTask<PacketStream> StartMariaDbDumpAsync(this ReplicationSession session, uint serverId,
        BinlogDumpFlags flags, string position,
        TimeSpan readTimeout, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync($"SET @slave_connect_state = '{position}', @slave_gtid_strict_mode = 1, @slave_gtid_ignore_duplicates = "
            + "0", cancellationToken)
            .ConfigureAwait(false);
        return await session.StartBinlogDumpAsync(serverId, flags | BinlogDumpFlags.AnnotateRows, "", 4, readTimeout,
            cancellationToken).ConfigureAwait(false);
    }

    private static string Statement(ReplicationSetup setup, bool isMariaDb, string checksum)
    {
        var heartbeat = (setup.HeartbeatPeriod.Ticks * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture);
        var uuid = setup.ReplicaUuid.ToString("D");
        var statement = new StringBuilder(512)
            .Append("SET @master_binlog_checksum = ").Append(checksum)
            .Append(", @source_binlog_checksum = ").Append(checksum)
            .Append(", @master_heartbeat_period = ").Append(heartbeat)
            .Append(", @source_heartbeat_period = ").Append(heartbeat)
            .Append(", @slave_uuid = '").Append(uuid)
            .Append("', @replica_uuid = '").Append(uuid).Append('\'');
        if (setup.NetWriteTimeout is { } timeout)
        {
            // 0 is not accepted by the server; the maximum is that of 32-bit seconds on Windows, 31536000 everywhere.
            var seconds = (int)Math.Clamp(Math.Ceiling(timeout.TotalSeconds), 1, 31_536_000);
            statement.Append(CultureInfo.InvariantCulture, $", SESSION net_write_timeout = {seconds}");
        }

        if (isMariaDb)
        {
            // Without it MariaDB hides its GTID events from the replica.
            statement.Append(", @mariadb_slave_capability = 4");
        }

        return statement.ToString();
    }
}
