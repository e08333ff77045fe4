using System.Buffers.Binary;
using System.IO.Compression;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>OP_COMPRESSED around another message; zlib is the only compressor of the base class library among those of MongoDB.</summary>
/// <remarks>
/// <code>
/// header | int32 original opcode | int32 original length without header | byte compressor (2 = zlib) | compressed bytes
/// </code>
/// Specification "Wire Compression", manual page "MongoDB Wire Protocol".
/// </remarks>
internal static class CompressedMessage
{
    /// <summary>The bytes before the compressed ones, without the header.</summary>
    public const int PrefixSize = 9;

    private const byte Zlib = 2;

    /// <summary>Compresses a message.</summary>
    /// <param name="message">A whole OP_MSG.</param>
    /// <param name="level">0 to 9, or -1 for the library's own.</param>
    public static byte[] Write(ReadOnlySpan<byte> message, int level)
    {
        var original = MessageHeader.Read(message);
        using var stream = new MemoryStream(message.Length);
        stream.SetLength(MessageHeader.Size + PrefixSize);
        stream.Position = stream.Length;
        using (var zlib = new ZLibStream(stream, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true))
        {
            zlib.Write(message[MessageHeader.Size..]);
        }

        var compressed = stream.ToArray();
        new MessageHeader(compressed.Length, original.RequestId, original.ResponseTo, OpCode.Compressed).Write(compressed);
        var prefix = compressed.AsSpan(MessageHeader.Size);
        BinaryPrimitives.WriteInt32LittleEndian(prefix, original.OpCode);
        BinaryPrimitives.WriteInt32LittleEndian(prefix[4..], message.Length - MessageHeader.Size);
        prefix[8] = Zlib;
        return compressed;
    }

    /// <summary>Decompresses what follows the header.</summary>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="offset">Where the original opcode stands.</param>
    /// <param name="length">How many bytes there are from there on.</param>
    /// <param name="limit">The longest original that is accepted.</param>
    /// <returns>The original message without its header, in an array of its own.</returns>
    /// <exception cref="CdcProtocolException">The message is damaged, or not an OP_MSG.</exception>
    public static byte[] Read(byte[] buffer, int offset, int length, int limit)
    {
        if (length < PrefixSize)
        {
            throw Damaged("It ends inside its prefix.");
        }

        var prefix = buffer.AsSpan(offset, PrefixSize);
        var opCode = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        var size = BinaryPrimitives.ReadInt32LittleEndian(prefix[4..]);
        if (opCode != OpCode.Msg || prefix[8] != Zlib)
        {
            throw Damaged($"It holds opcode {opCode} by compressor {prefix[8]}, and zlib around OP_MSG was agreed on.");
        }

        if (size < 4 || size > limit)
        {
            throw Damaged($"It says that {size} bytes are in it, and at most {limit} are accepted.");
        }

        var original = GC.AllocateUninitializedArray<byte>(size);
        using var source = new MemoryStream(buffer, offset + PrefixSize, length - PrefixSize);
        using var zlib = new ZLibStream(source, CompressionMode.Decompress);
        try
        {
            var count = zlib.ReadAtLeast(original, size, throwOnEndOfStream: false);
            return count == size && zlib.ReadByte() < 0 ? original : throw Damaged($"It does not hold the {size} bytes that it says.");
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception.Message);
        }
    }

    private static CdcProtocolException Damaged(string reason)
        => new($"The server sent a damaged compressed message. {reason}", "OP_COMPRESSED");
}
