using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Wire;

/// <summary>Writes replies: OP_MSG, or OP_REPLY to an OP_QUERY. The reply to a compressed request is compressed the same way.</summary>
internal static class MessageWriter
{
    private const int HeaderSize = 16;
    private const int OpReply = 1;
    private const int OpCompressed = 2012;
    private const int OpMsg = 2013;
    private const int MoreToCome = 2;
    private static int _requestId;

    /// <summary>The id that a message carries.</summary>
    public static int IdOf(ReadOnlyMemory<byte> message) => BinaryPrimitives.ReadInt32LittleEndian(message.Span[4..]);

    /// <summary>The whole message that answers <paramref name="request"/>; where more come, those answer this one.</summary>
    public static ReadOnlyMemory<byte> Reply(WireRequest request, Doc reply, int sizeHint, bool moreToCome = false)
    {
        var message = new ByteBuffer(sizeHint);
        message.Bytes(stackalloc byte[HeaderSize]);
        if (request.Legacy)
        {
            // int32 flags (8 awaitCapable), int64 cursorId, int32 startingFrom, int32 numberReturned, documents.
            message.Int32(8);
            message.Int64(0);
            message.Int32(0);
            message.Int32(1);
        }
        else
        {
            // int32 flags, byte section kind, document.
            message.Int32(moreToCome ? MoreToCome : 0);
            message.Byte(0);
        }

        DocWriter.Write(message, reply);
        int opCode = request.Legacy ? OpReply : OpMsg;
        if (request.Compressor is { } compressor)
        {
            message = Compress(compressor, opCode, message.Written.Span[HeaderSize..]);
            opCode = OpCompressed;
        }

        WriteHeader(message.Written.Span, request.RequestId, opCode);
        return message.Written;
    }

    // int32 originalOpcode, int32 uncompressedSize, byte compressor, bytes.
    private static ByteBuffer Compress(byte compressor, int opCode, ReadOnlySpan<byte> payload)
    {
        byte[] compressed = Compressor.Compress(compressor, payload);
        var message = new ByteBuffer(compressed.Length + 32);
        message.Bytes(stackalloc byte[HeaderSize]);
        message.Int32(opCode);
        message.Int32(payload.Length);
        message.Byte(compressor);
        message.Bytes(compressed);
        return message;
    }

    private static void WriteHeader(Span<byte> message, int responseTo, int opCode)
    {
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message[4..], Interlocked.Increment(ref _requestId));
        BinaryPrimitives.WriteInt32LittleEndian(message[8..], responseTo);
        BinaryPrimitives.WriteInt32LittleEndian(message[12..], opCode);
    }
}
