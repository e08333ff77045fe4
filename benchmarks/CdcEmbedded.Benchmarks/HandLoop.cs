using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>What somebody would write for one table: the same transport and checksums, then the rows of W1 decoded at fixed places into one
/// object each. It knows the columns in advance and handles no null, no other event, no error and no position.</summary>
internal static class HandLoop
{
    public static async Task<long> RunAsync(MySqlTestServer server, Workload workload)
    {
        var settings = ConnectionStringReader.Read(server.ConnectionString).Session;
        await using var session = await ReplicationSession.ConnectAsync(settings, null, TimeProvider.System, default);
        await session.PrepareReplicationAsync(new ReplicationSetup(), isMariaDb: false, default);
        var packets = await session.StartBinlogDumpAsync(78, BinlogDumpFlags.NonBlocking, workload.File, 4,
            TimeSpan.FromSeconds(30), default);
        long count = 0, sink = 0;
        while (true)
        {
            while (packets.TryReadPacket(out var packet))
            {
                var bytes = packet.Span[1..];
                var header = EventHeader.Read(bytes);
                BinlogChecksum.Verify(bytes);
                if (header.Type == EventType.WriteRows)
                {
                    count += ReadRows(bytes[EventHeader.Length..^4], ref sink);
                }
                else if (header.Type == EventType.Rotate && !header.IsArtificial)
                {
                    Loop.Sink += sink;
                    return count;
                }
            }

            await packets.FillAsync(default);
        }
    }

    // Table id 6, flags 2, length of the extra data 2 (with itself), columns 1, bitmap 1; then of each row a bitmap of nulls and the
    // values.
    public static int ReadRows(ReadOnlySpan<byte> body, ref long sink)
    {
        var rest = body[(8 + BinaryPrimitives.ReadUInt16LittleEndian(body[8..]) + 2)..];
        var count = 0;
        for (; rest.Length > 0; count++)
        {
            var row = ReadRow(rest, out var length);
            sink += row.Id + row.Qty + row.Name.Length + row.Price.Scale + row.AtTime.Ticks + row.Flag;
            rest = rest[length..];
        }

        return count;
    }

    private static NarrowRow ReadRow(ReadOnlySpan<byte> bytes, out int length)
    {
        int text = bytes[13];
        var after = bytes[(14 + text)..];
        var cents = ((BinaryPrimitives.ReadUInt32BigEndian(after) & 0x7fff_ffff) * 100L) + after[4];
        var packed = (((long)after[5] << 32) | BinaryPrimitives.ReadUInt32BigEndian(after[6..])) - 0x80_0000_0000;
        var month = (int)(packed >> 22);
        length = 14 + text + 13;
        return new NarrowRow
        {
            Id = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]),
            Qty = BinaryPrimitives.ReadInt32LittleEndian(bytes[9..]),
            Name = Encoding.UTF8.GetString(bytes.Slice(14, text)),
            Price = new decimal((int)cents, (int)(cents >> 32), 0, false, 2),
            AtTime = new DateTime(month / 13, month % 13, (int)(packed >> 17) & 31, (int)(packed >> 12) & 31, (int)(packed >> 6) & 63,
                (int)packed & 63).AddTicks(BinaryPrimitives.ReadUInt16BigEndian(after[10..]) * 1000L),
            Flag = (sbyte)after[12],
        };
    }
}
