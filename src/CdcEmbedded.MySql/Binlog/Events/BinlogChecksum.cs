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

        var (found, expected) = (Compute(wholeEvent), Written(wholeEvent));
        if (found != expected)
        {
            throw Mismatch(wholeEvent, found, expected);
        }
    }

    /// <summary>Finds damage in a FORMAT_DESCRIPTION_EVENT of a stream with checksums, before anything in it is believed: it says itself
    /// if it has one, and if the events after it do.</summary>
    /// <param name="wholeEvent">Header, body, and the four bytes of a checksum, which are there even if the algorithm is NONE.</param>
    /// <exception cref="CdcProtocolException">It is damaged. Transient: it may have been damaged in transit.</exception>
    public static void VerifyFormat(ReadOnlySpan<byte> wholeEvent)
    {
        const int AlgorithmFromEnd = 5;
        if (wholeEvent.Length < EventHeader.Length + AlgorithmFromEnd || wholeEvent[^AlgorithmFromEnd] == (byte)ChecksumAlgorithm.Crc32)
        {
            Verify(wholeEvent);
            return;
        }

        // A server that changes what it read in a file without checksums does not compute this one again. If it is right for the
        // algorithm that it does not name, that is what was damaged.
        var (found, expected) = (Compute(wholeEvent), Written(wholeEvent));
        if (found == expected)
        {
            return;
        }

        var named = wholeEvent.ToArray();
        named[^AlgorithmFromEnd] = (byte)ChecksumAlgorithm.Crc32;
        if (Compute(named) == expected)
        {
            throw Mismatch(wholeEvent, found, expected);
        }

        try
        {
            FormatDescription.Read(wholeEvent[EventHeader.Length..]);
        }
        catch (CdcProtocolException)
        {
            throw Mismatch(wholeEvent, found, expected);
        }
    }

    // The in-use flag of a FORMAT_DESCRIPTION_EVENT is set and cleared in the file without a new checksum, so the checksum counts it
    // as 0.
    private static uint Compute(ReadOnlySpan<byte> wholeEvent)
        => (EventType)wholeEvent[4] == EventType.FormatDescription && (wholeEvent[17] & EventHeader.InUseFlag) != 0
            ? ComputeWithoutInUseFlag(wholeEvent[..^4])
            : Crc32.HashToUInt32(wholeEvent[..^4]);

    private static uint Written(ReadOnlySpan<byte> wholeEvent) => BinaryPrimitives.ReadUInt32LittleEndian(wholeEvent[^4..]);

    private static CdcProtocolException Mismatch(ReadOnlySpan<byte> wholeEvent, uint found, uint expected)
    {
        var type = ((EventType)wholeEvent[4]).Name();
        return new CdcProtocolException($"The checksum of a {type} does not match: computed {found:x8}, but the event carries "
            + $"{expected:x8}.", type, payloadOffset: wholeEvent.Length - 4, isTransient: true);
    }

    private static uint ComputeWithoutInUseFlag(ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        copy[17] &= unchecked((byte)~EventHeader.InUseFlag);
        return Crc32.HashToUInt32(copy);
    }
}
