using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Reads nested documents and arrays for the core.</summary>
internal sealed class NestedCodec : DocumentCodec
{
    private readonly ElementType _type;

    private NestedCodec(ElementType type) => _type = type;

    public static NestedCodec Document { get; } = new(ElementType.Document);

    public static NestedCodec Array { get; } = new(ElementType.Array);

    public override DataRecord ToRecord(byte[] buffer, int offset, int length) => new(new BsonRecordSet(buffer), offset);

    public override string ToJsonText(ReadOnlySpan<byte> bytes) => ExtendedJson.ToText(_type, bytes, ExtendedJsonMode.Relaxed);

    public override void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
        => ExtendedJson.Write(writer, _type, bytes, ExtendedJsonMode.Relaxed);
}
