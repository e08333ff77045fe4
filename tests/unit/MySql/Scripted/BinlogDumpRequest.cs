using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>A COM_BINLOG_DUMP or COM_BINLOG_DUMP_GTID as the client sent it.</summary>
/// <param name="GtidSet">Null for the command without GTIDs.</param>
public sealed record BinlogDumpRequest(uint ServerId, ushort Flags, string FileName, ulong Position, byte[]? GtidSet)
{
    public static BinlogDumpRequest Read(byte[] payload)
    {
        var span = payload.AsSpan();
        if (payload[0] == 0x12)
        {
            return new BinlogDumpRequest(
                BinaryPrimitives.ReadUInt32LittleEndian(span[7..]),
                BinaryPrimitives.ReadUInt16LittleEndian(span[5..]),
                Encoding.UTF8.GetString(span[11..]),
                BinaryPrimitives.ReadUInt32LittleEndian(span[1..]),
                null);
        }

        var nameLength = BinaryPrimitives.ReadInt32LittleEndian(span[7..]);
        var rest = span[(11 + nameLength)..];
        var setLength = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]);
        return new BinlogDumpRequest(
            BinaryPrimitives.ReadUInt32LittleEndian(span[3..]),
            BinaryPrimitives.ReadUInt16LittleEndian(span[1..]),
            Encoding.UTF8.GetString(span.Slice(11, nameLength)),
            BinaryPrimitives.ReadUInt64LittleEndian(rest),
            rest.Slice(12, setLength).ToArray());
    }
}
