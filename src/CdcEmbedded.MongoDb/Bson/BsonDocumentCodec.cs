using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>Reads nested documents and arrays for the core.</summary>
internal sealed class BsonDocumentCodec : DocumentCodec
{
    private readonly BsonType _type;

    private BsonDocumentCodec(BsonType type) => _type = type;

    public static BsonDocumentCodec Document { get; } = new(BsonType.Document);

    public static BsonDocumentCodec Array { get; } = new(BsonType.Array);

    public override DataRecord ToRecord(byte[] buffer, int offset, int length) => new(new BsonRecordSet(buffer), offset);

    public override string ToJsonText(ReadOnlySpan<byte> bytes) => ExtendedJson.ToText(_type, bytes, ExtendedJsonMode.Relaxed);

    public override void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes) => ExtendedJson.Write(writer, _type, bytes, ExtendedJsonMode.Relaxed);
}
