using System.Buffers.Binary;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>A vector of numbers of one small type: a binary value of subtype 9.</summary>
/// <remarks>
/// <code>
/// element type (0x03 int8, 0x27 float32, 0x10 bit) | padding: bits at the end that do not count | elements, little-endian
/// </code>
/// (BSON binary subtype 9 specification, "bson-binary-vector".)
/// </remarks>
public readonly struct BsonVector
{
    /// <summary>Length of element type and padding.</summary>
    internal const int HeaderSize = 2;

    private BsonVector(BsonVectorType elementType, int padding, ReadOnlyMemory<byte> data)
    {
        ElementType = elementType;
        Padding = padding;
        Data = data;
    }

    /// <summary>What its elements are.</summary>
    public BsonVectorType ElementType { get; }

    /// <summary>How many of the last byte's lower bits do not count; only of bits.</summary>
    /// <value>0 to 7.</value>
    public int Padding { get; }

    /// <summary>The elements' bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The number of elements.</summary>
    public int Count => ElementType switch
    {
        BsonVectorType.Float32 => Data.Length / 4,
        BsonVectorType.PackedBit => (Data.Length * 8) - Padding,
        _ => Data.Length,
    };

    /// <summary>One element as a number; a bit as 0 or 1, the highest bit of a byte first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public float this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return ElementType switch
            {
                BsonVectorType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(Data.Span[(index * 4)..]),
                BsonVectorType.Int8 => (sbyte)Data.Span[index],
                _ => (Data.Span[index / 8] >> (7 - (index % 8))) & 1,
            };
        }
    }

    /// <summary>Reads a vector.</summary>
    /// <exception cref="InvalidCastException">The value is no binary value of subtype 9.</exception>
    /// <exception cref="CdcProtocolException">Element type, padding and length do not agree.</exception>
    public static BsonVector Read(BsonValue value)
    {
        if (value.Type != BsonType.Binary || value.BinarySubtype != BsonBinary.VectorSubtype)
        {
            throw new InvalidCastException($"A {value.Type} is no vector: vectors are binary values of subtype 9.");
        }

        var bytes = value.AsBytes();
        if (bytes.Length < HeaderSize)
        {
            throw BsonLength.Damaged("A vector lacks its element type.", value.Offset);
        }

        var type = (BsonVectorType)bytes.Span[0];
        var padding = bytes.Span[1];
        var data = bytes[HeaderSize..];
        var isRight = type switch
        {
            BsonVectorType.Float32 => padding == 0 && data.Length % 4 == 0,
            BsonVectorType.Int8 => padding == 0,
            BsonVectorType.PackedBit => padding < 8 && (padding == 0 || data.Length > 0),
            _ => false,
        };
        return isRight
            ? new BsonVector(type, padding, data)
            : throw BsonLength.Damaged($"A vector of type 0x{(byte)type:x2} has padding {padding} and {data.Length} bytes.", value.Offset);
    }

    internal static bool IsFloat32(ReadOnlySpan<byte> payload)
        => payload is [(byte)BsonVectorType.Float32, 0, ..] && (payload.Length - HeaderSize) % 4 == 0;
}
