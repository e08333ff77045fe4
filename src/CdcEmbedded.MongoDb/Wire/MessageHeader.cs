using System.Buffers.Binary;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>The first sixteen bytes of every message.</summary>
/// <remarks>
/// <code>
/// int32 length, these bytes included | int32 request id | int32 request id that is answered | int32 opcode     (little-endian)
/// </code>
/// Manual page "MongoDB Wire Protocol", "Standard Message Header".
/// </remarks>
/// <param name="Length">The whole message.</param>
/// <param name="RequestId">The sender's number.</param>
/// <param name="ResponseTo">The number that is answered.</param>
/// <param name="OpCode">The kind of message.</param>
internal readonly record struct MessageHeader(int Length, int RequestId, int ResponseTo, int OpCode)
{
    /// <summary>Its length.</summary>
    public const int Size = 16;

    /// <summary>Reads it from at least <see cref="Size"/> bytes.</summary>
    public static MessageHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], RequestId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], ResponseTo);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], OpCode);
    }
}
