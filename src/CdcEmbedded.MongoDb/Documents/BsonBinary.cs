using System.Buffers.Binary;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Binary values: <c>int32 length | subtype | bytes</c>, and the subtypes that mean something here.</summary>
internal static class BsonBinary
{
    public const byte GenericSubtype = 0;
    public const byte OldSubtype = 2;
    public const byte UuidSubtype = 4;
    public const byte VectorSubtype = 9;

    /// <summary>The subtype of a binary value.</summary>
    public static byte Subtype(ReadOnlySpan<byte> value) => value[4];

    /// <summary>Where the payload of a binary value begins: after the second length that the old subtype 2 has.</summary>
    public static int PayloadOffset(ReadOnlySpan<byte> value) => value[4] == OldSubtype ? 9 : 5;
}
