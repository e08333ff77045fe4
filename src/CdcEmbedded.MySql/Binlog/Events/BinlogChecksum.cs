using System.Buffers.Binary;
using System.IO.Hashing;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Verifies the CRC-32 in the last four bytes of an event.</summary>
internal static class BinlogChecksum
{
    /// <summary>Compares the CRC-32 of all but the last four bytes with the one that those bytes hold.</summary>
    /// <param name="wholeEvent">Header, body, checksum.</param>
    /// <exception cref="CdcProtocolException">The checksum does not match. Transient: the bytes may have been
    /// damaged in transit.</exception>
    public static void Verify(ReadOnlySpan<byte> wholeEvent)
    {
        if (wholeEvent.Length < EventHeader.Length + 4)
        {
            throw new CdcProtocolException($"An event of {wholeEvent.Length} bytes is too short for its checksum.", payloadOffset: 0,
                isTransient: true);
        }

        // The in-use flag of a FORMAT_DESCRIPTION_EVENT is set and cleared in the file without a new checksum, so the checksum counts
        // it as 0.
        var type = (EventType)wholeEvent[4];
        var expected = BinaryPrimitives.ReadUInt32LittleEndian(wholeEvent[^4..]);
        var found = type == EventType.FormatDescription && (wholeEvent[17] & EventHeader.InUseFlag) != 0
            ? ComputeWithoutInUseFlag(wholeEvent[..^4])
            : Crc32.HashToUInt32(wholeEvent[..^4]);
        if (found != expected)
        {
            throw new CdcProtocolException($"The checksum of a {type.Name()} does not match: "
                + $"computed {found:x8}, but the event carries {expected:x8}.",
                type.Name(), payloadOffset: wholeEvent.Length - 4, isTransient: true);
        }
    }

    private static uint ComputeWithoutInUseFlag(ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        copy[17] &= unchecked((byte)~EventHeader.InUseFlag);
        return Crc32.HashToUInt32(copy);
    }
}
