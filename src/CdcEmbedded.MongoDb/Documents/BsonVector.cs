namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Vectors of numbers: binary values of subtype 9 (specification "BSON Binary Subtype 9").</summary>
/// <remarks><code>element type (0x03 int8, 0x27 float32, 0x10 bit) | padding: bits at the end that do not count | elements,
/// little-endian</code></remarks>
internal static class BsonVector
{
    /// <summary>Length of element type and padding.</summary>
    public const int HeaderSize = 2;

    private const byte Float32 = 0x27;

    /// <summary>Element type and padding of a vector of 32-bit floats.</summary>
    public static ReadOnlySpan<byte> Float32Header => [Float32, 0];

    /// <summary>True for a well-formed vector of 32-bit floats, which is what the core calls a vector.</summary>
    public static bool IsFloat32(ReadOnlySpan<byte> payload) => payload is [Float32, 0, ..] && (payload.Length - HeaderSize) % 4 == 0;
}
