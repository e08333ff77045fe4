using System.Buffers.Binary;
using System.Numerics;
using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>OP_MSG, the message of commands and replies.</summary>
/// <remarks>
/// <code>
/// header | uint32 flags | sections ... | uint32 CRC-32C of all before, if flag 0 is set
/// section 0: 0x00 | document, exactly one
/// section 1: 0x01 | int32 length, itself included | name, ended by 0x00 | documents ...
/// flags: 0 checksum present, 1 more to come, 16 exhaust allowed; unknown ones of 0 to 15 must be refused
/// </code>
/// Manual page "MongoDB Wire Protocol", "OP_MSG"; src/mongo/rpc/op_msg.cpp of the server.
/// </remarks>
internal static class OpMsg
{
    private const uint ChecksumPresent = 1;
    private const uint RequiredFlags = 0xFFFF;
    private const int PrefixSize = MessageHeader.Size + 5;

    /// <summary>Writes a command as a whole message, without compression and checksum.</summary>
    public static byte[] Write(int requestId, RawBson command)
    {
        var document = command.Bytes.Span;
        var message = new byte[PrefixSize + document.Length];
        new MessageHeader(message.Length, requestId, 0, OpCode.Msg).Write(message);
        document.CopyTo(message.AsSpan(PrefixSize));
        return message;
    }

    /// <summary>Reads the document of section 0; it stays a slice of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="offset">Where the flags begin.</param>
    /// <param name="length">How many bytes there are from the flags on.</param>
    /// <param name="hasHeader">Whether the header stands before the flags, which a checksum covers as well.</param>
    /// <exception cref="CdcProtocolException">The message is damaged, or does not end the exchange.</exception>
    public static RawBson Read(byte[] buffer, int offset, int length, bool hasHeader)
    {
        var payload = buffer.AsSpan(offset, length);
        if (length < 4)
        {
            throw Damaged("It ends inside its flags.", 0);
        }

        var flags = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        if ((flags & RequiredFlags & ~ChecksumPresent) != 0)
        {
            throw Damaged($"Its flags 0x{flags:x} are not among those that a reply to one command may have.", 0);
        }

        var end = length;
        if ((flags & ChecksumPresent) != 0)
        {
            end -= 4;
            VerifyChecksum(buffer, offset, length, hasHeader);
        }

        var body = default(RawBson);
        for (var at = 4; at < end;)
        {
            var kind = payload[at++];
            switch (kind)
            {
                case 0 when !body.HasValue:
                    var size = SizeOf(payload[at..end], BsonLength.EmptyDocument, at);
                    body = new RawBson(buffer, offset + at, size);
                    at += size;
                    break;
                case 1:
                    // A client may send such a sequence, a server's reply has none; one is measured and left alone.
                    at += SizeOf(payload[at..end], 5, at);
                    break;
                default:
                    throw Damaged($"It has a section of kind {kind} out of place.", at - 1);
            }
        }

        return body.HasValue ? body : throw Damaged("It has no document.", 4);
    }

    private static void VerifyChecksum(byte[] buffer, int offset, int length, bool hasHeader)
    {
        if (!hasHeader || length < 8)
        {
            throw Damaged("It has a checksum where none can be.", 0);
        }

        var crc = uint.MaxValue;
        foreach (var value in buffer.AsSpan(offset - MessageHeader.Size, MessageHeader.Size + length - 4))
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        if (~crc != BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(offset + length - 4)))
        {
            throw new CdcProtocolException(
                "The checksum of a reply does not match its bytes: they were changed on the way.", "OP_MSG", isTransient: true);
        }
    }

    private static int SizeOf(ReadOnlySpan<byte> rest, int least, int at)
    {
        var size = rest.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(rest) : -1;
        return size >= least && size <= rest.Length
            ? size
            : throw Damaged($"A section says that it is {size} bytes long where {rest.Length} are left.", at);
    }

    private static CdcProtocolException Damaged(string reason, int at)
        => new($"The server sent a damaged message. {reason}", "OP_MSG", payloadOffset: at);
}
