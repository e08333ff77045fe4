using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MySql.Tests.Scripted;

/// <summary>The little that a scripted server must know of binlog files.</summary>
public static class BinlogFile
{
    private static readonly uint[] _crcTable = CreateTable();

    /// <summary>Where the events of a file begin and end; the file begins with 0xFE 'bin'.</summary>
    public static IEnumerable<(int Start, int End)> Events(byte[] file)
    {
        for (var start = 4; start + 19 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(start + 9));
            if (length < 19 || start + length > file.Length)
            {
                throw new InvalidDataException($"The event at {start} has {length} bytes.");
            }

            yield return (start, start + length);
            start += length;
        }
    }

    /// <summary>The rotate event with which a server begins a stream: no time, no position, flag "artificial".</summary>
    public static byte[] FakeRotate(string name, ulong position, bool checksum) =>
        Event(4, timestamp: 0, nextPosition: 0, 0x20, [.. BitConverter.GetBytes(position), .. Encoding.UTF8.GetBytes(name)], checksum);

    /// <summary>Any event: header, body, and its CRC32 where one is wanted.</summary>
    public static byte[] Event(byte type, uint timestamp, uint nextPosition, ushort flags, byte[] body, bool checksum, uint serverId = 1)
    {
        var bytes = new byte[19 + body.Length + (checksum ? 4 : 0)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, timestamp);
        bytes[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(5), serverId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(13), nextPosition);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(17), flags);
        body.CopyTo(bytes, 19);
        if (checksum)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32(bytes.AsSpan(0, bytes.Length - 4)));
        }

        return bytes;
    }

    /// <summary>CRC-32 as in zlib.</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = _crcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] CreateTable()
    {
        var table = new uint[256];
        for (uint index = 0; index < 256; index++)
        {
            var value = index;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }

            table[index] = value;
        }

        return table;
    }
}
