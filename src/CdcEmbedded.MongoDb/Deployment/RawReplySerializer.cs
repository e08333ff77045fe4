using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Takes a server's whole reply as one array of bytes, undecoded.</summary>
/// <remarks>One copy out of the driver's pooled buffers into memory that the events of the batch then share. A reference type, so that
/// Native AOT needs no code of its own for it.</remarks>
internal sealed class RawReplySerializer : SerializerBase<byte[]>
{
    /// <summary>The only one; it has no state.</summary>
    public static RawReplySerializer Instance { get; } = new();

    /// <inheritdoc/>
    public override byte[] Deserialize(BsonDeserializationContext context, BsonDeserializationArgs args)
    {
        using var reply = context.Reader.ReadRawBsonDocument();
        var bytes = GC.AllocateUninitializedArray<byte>(reply.Length);
        reply.GetBytes(0, bytes, 0, bytes.Length);
        return bytes;
    }
}
